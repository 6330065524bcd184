"""A few invented papers to search in. No tests here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from store_values import DAY, NOON, add_dump, new

from digest.indexing import INDEXING, findable
from digest.models import Diff
from digest.store import Store

PAPERS: tuple[dict[str, Any], ...] = (
    {"title": "Attention is all you need", "authors": ("Ashish Vaswani", "Noam M. Shazeer")},
    {"title": "Diffusion models of C++ code", "abstract": "We pre-train a language model."},
    {"title": "Speech", "abstract": "All attention is you.", "authors": ("Erd\\H{o}s, Paul",)},
    {"title": r"$k$-means for M\"obius strips", "abstract": "C# and F#, never .NET."},
    {"title": "機械学習の基礎", "keywords": ("robot learning",), "summary": "A survey."},
    {"title": "State-of-the-art language pretraining", "abstract": "Vitamin C; an O'Neil proof."},
)


def fill(store: Store) -> None:
    with store.writing() as tx:
        papers = tuple(
            new(n, **{"abstract": "", "published": (DAY - timedelta(days=n)).isoformat()} | told)
            for n, told in enumerate(PAPERS, 1)
        )
        tx.record(add_dump(tx), Diff(new=papers), len(papers), NOON)
    store.index(INDEXING, findable)
