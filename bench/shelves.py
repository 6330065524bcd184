"""A large store of invented papers to search in: words as unevenly spread as in English.

The same each time: word n is a share 1/n of all, as Zipf has it, of 30,000. Filled by plain
inserts, then indexed as ever.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import insert

from digest.indexing import INDEXING, findable
from digest.store import Store
from digest.store.engine import make_engine, parse_url, writing
from digest.store.statements import batches
from digest.store.tables import papers

WORDS = 30_000
FIRST_DAY = date(2023, 5, 4)
_SYLLABLES = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu")
_PER_DAY = 90


def fill(url: str, store: Store, size: int) -> None:
    """Put so many papers into an empty store, and index them."""
    engine = make_engine(parse_url(url))
    with writing(engine) as connection:
        for batch in batches(invented(size)):
            connection.execute(insert(papers), batch)
    engine.dispose()
    store.index(INDEXING, findable)


def invented(size: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of papers."""
    chance = random.Random(1)
    known = [word(n) for n in range(WORDS)]
    shares = list(accumulate(1 / (n + 1) for n in range(WORDS)))
    for n in range(size):
        said = chance.choices(known, cum_weights=shares, k=190)
        sentences = (" ".join(said[at : at + 18]) for at in range(10, 190, 18))
        yield {
            "id": n + 1,
            "key": f"arxiv:{n // 20_000:04}.{n % 20_000:05}",
            "slug": f"p-{n}",
            "change": 0,
            "arxiv_id": f"{n // 20_000:04}.{n % 20_000:05}",
            "published": (FIRST_DAY + timedelta(days=n // _PER_DAY)).isoformat(),
            "title": " ".join(said[:10]).capitalize(),
            "abstract": f"We show {'. '.join(sentences)}.",
            "authors": tuple(
                f"{word(chance.randrange(900)).title()} {word(chance.randrange(WORDS)).title()}"
                for _ in range(6)
            ),
            "keywords": (),
            "links": (),
            "paragraph_starts": (),
        }


def word(number: int) -> str:
    """Return an invented word; the shorter, the more frequent."""
    return "".join(_SYLLABLES[int(digit)] for digit in str(number))
