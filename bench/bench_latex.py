"""LaTeX to Unicode beside bare pylatexenc, and what legibility costs where there is no LaTeX.

Bare pylatexenc is what a script would call; it loses what follows a `%`, takes money for
mathematics and mends nothing. Texts with LaTeX are those of ../shared/data, invented ones where
that folder is absent. The cache of legible texts is emptied before each run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pylatexenc.latex2text import LatexNodes2Text

from bench.bench_render import ABSTRACT, in_turns, row
from digest.text.legible import forget, legible

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "latex" / "tricky_abstracts.jsonl"
INVENTED = (
    r"A lamp of $\mathcal{O}(n^2)$ parts in $\mathbb{R}^{d}$ is \emph{bright}: Ekl\"und's takes "
    r"$\frac{a+b}{c}$ of 5\% oil, 1.45\times less than $x_{i}^{2} \leq \sqrt{k / n}$ would need. "
) * 6


def rows(scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table; `scale` is that of the number of abstracts."""
    hard = with_latex()[: max(5, int(136 * scale))]
    ours_ms, theirs_ms = in_turns(lambda: convert(hard), lambda: bare(hard))
    yield row(
        f"LaTeX to Unicode, {len(hard)} abstracts that have some",
        ours_ms,
        theirs="bare pylatexenc",
        theirs_ms=theirs_ms,
        note=f"{1000 * ours_ms / len(hard):.0f} µs an abstract",
    )
    plain = [f"{n} {ABSTRACT}" for n in range(max(20, int(200 * scale)))]
    ours_ms, theirs_ms = in_turns(lambda: convert(plain), lambda: bare(plain))
    yield row(
        f"the same, {len(plain):,} abstracts that have none",
        ours_ms,
        theirs="bare pylatexenc",
        theirs_ms=theirs_ms,
        note=f"{1000 * ours_ms / len(plain):.1f} µs an abstract",
    )


def convert(texts: list[str]) -> int:
    forget()
    return sum(len(legible(text)) for text in texts)


def bare(texts: list[str]) -> int:
    return sum(len(LatexNodes2Text().latex_to_text(text)) for text in texts)


def with_latex() -> list[str]:
    if not REAL.is_file():
        return [f"{n} {INVENTED}" for n in range(136)]
    lines = REAL.read_text(encoding="utf-8").splitlines()
    return [" ".join(json.loads(line)["abstract"].split()) for line in lines]
