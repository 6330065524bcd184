"""Invented archives to build sites of: papers of the usual lengths, in a daily edition each day.

The same each time. An abstract has about 1,200 characters of words as unevenly spread as in
English; one title or abstract in seven holds LaTeX; four to eight authors come from a circle in
which few write much. A day lists its new papers and a few of the days before, with more votes.
`Invented` is what all generators are given; `fill` takes it into a store as dumps, a day at a time,
each sealed when the next comes, as in a newsletter that has run all the while.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from io import BytesIO
from itertools import accumulate
from pathlib import Path

from bench.shelves import word
from digest.cli.newsletter import Newsletter
from digest.pipeline.book import Candidate, Reader, record_dump
from digest.pipeline.sealing import seal_due
from digest.settings import load
from digest.store import Store

LAST_DAY = date(2026, 3, 27)
"""Late in its month, so that the days after it are the dearest to publish."""

SITE = "https://papers.example.org"
WORDS = 12_000
TOPICS = {f"topic-{n}": word(n) for n in (40, 90, 200, 450, 900, 2_000)}
"""Topics by name, and the word that each asks for: of a third of the papers down to few."""

_WHILE = timedelta(hours=20)
_SEEN_AGAIN = 5
_FORMULAS = (
    r"$\mathcal{O}(n^2)$",
    r"$\mathbb{R}^{d \times k}$",
    r"$L_2$",
    r"$\alpha$-stable",
    r"$\nabla_\theta \log p_\theta(x)$",
    r"$k \ll n$",
    r"$\frac{1}{n}\sum_{i=1}^n x_i$",
)
_STARTS = (
    (0, "Recent work has"),
    (3, "However, most of these"),
    (4, "We propose a method that"),
    (9, "Experiments on seven benchmarks show that it improves"),
)
_KEYWORDS = 80
_TAKEN = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An invented paper. `day` is the day of the edition that has it as new."""

    number: int
    day: date
    title: str
    abstract: str
    authors: tuple[str, ...]
    keywords: tuple[str, ...]
    votes: int

    @property
    def arxiv_id(self) -> str:
        return f"{2001 + self.number // 90_000}.{10_000 + self.number % 90_000:05}"

    @property
    def slug(self) -> str:
        return self.arxiv_id.replace(".", "-")


def invented(size: int, a_day: int, last_day: date = LAST_DAY) -> list[list[Work]]:
    """Return so many papers by day, earliest first, the last of `last_day`."""
    pen = _Pen(size)
    days = -(-size // a_day)
    first = last_day - timedelta(days=days - 1)
    return [
        [pen.work(n, first + timedelta(days=at)) for n in range(at * a_day, (at + 1) * a_day)]
        for at in range(days)
    ]


def day_of(size: int, first: int, count: int, day: date) -> list[Work]:
    """Return so many more papers of an archive of a size, of a day after it."""
    pen = _Pen(size)
    return [pen.work(number, day) for number in range(first, first + count)]


class _Pen:
    """Writes papers, each from a seed of its own, so that archives of two sizes share none."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._words = [word(n) for n in range(WORDS)]
        self._shares = list(accumulate(1 / (n + 1) for n in range(WORDS)))
        self._names = [f"{word(n % 97).title()} {word(n).title()}" for n in range(max(200, size))]
        self._fame = list(accumulate((n + 3) ** -0.9 for n in range(len(self._names))))

    def work(self, number: int, day: date) -> Work:
        chance = random.Random(f"{self._size} {number}")
        said = chance.choices(self._words, cum_weights=self._shares, k=225)
        title = " ".join(said[:9]).capitalize()
        sentences = [" ".join(said[at : at + 18]).capitalize() for at in range(9, 225, 18)]
        for at, start in _STARTS:
            sentences[at] = f"{start} {sentences[at].lower()}"
        if chance.random() < _TAKEN:
            title += f" in {chance.choice(_FORMULAS)}"
        if chance.random() < _TAKEN:
            for at in chance.sample(range(len(sentences)), 3):
                sentences[at] += f" of {chance.choice(_FORMULAS)} steps"
        known = chance.choices(self._names, cum_weights=self._fame, k=chance.randint(4, 8))
        return Work(
            number=number,
            day=day,
            title=title,
            abstract=". ".join(sentences) + ".",
            authors=tuple(dict.fromkeys(known)),
            keywords=tuple(
                dict.fromkeys(word(int(_KEYWORDS * chance.random() ** 2)) for _ in range(4))
            ),
            votes=int(chance.paretovariate(1.2) * 3),
        )


def dumps_of(days: Sequence[Sequence[Work]]) -> Iterator[tuple[date, bytes]]:
    """Yield the dump of each day as the API has it: its papers, then some of the days before."""
    before: list[Work] = []
    for works in days:
        chance = random.Random(works[0].number)
        again = chance.sample(before, min(_SEEN_AGAIN, len(before)))
        items = [_item(work, work.votes) for work in works]
        items += [_item(work, work.votes * 3 + 5) for work in again]
        yield works[0].day, json.dumps(items).encode()
        before = [*before, *works][-3 * len(works) :]


def _item(work: Work, votes: int) -> dict[str, object]:
    paper = {
        "id": work.arxiv_id,
        "title": work.title,
        "summary": work.abstract,
        "authors": [{"name": name} for name in work.authors],
        "publishedAt": f"{work.day - timedelta(days=1)}T08:00:00.000Z",
        "upvotes": votes,
        "ai_keywords": list(work.keywords),
    }
    return {"paper": paper, "numComments": votes // 9}


def fill(letter: Dated, days: Sequence[Sequence[Work]]) -> None:
    """Take the days into a store, each sealed the day after; the last is left as it came."""
    for day, content in dumps_of(days):
        letter.at = datetime.combine(day, time(), UTC) + _WHILE
        reader = letter.reader()
        seal_due(letter.store, reader.rules, reader.now, publishing=False)
        take(letter.store, reader, day, content)


def take(store: Store, reader: Reader, day: date, content: bytes) -> None:
    """Read a dump that lies in memory into the store."""
    own = Candidate(path=Path(f"{day}.json"), digest=sha256(content).hexdigest(), day=day)
    with store.writing() as tx:
        record_dump(tx, reader.read(BytesIO(content)), own, reader, lambda _: None)


class Dated(Newsletter):
    """A newsletter at the time that it is told."""

    at = datetime.combine(LAST_DAY, time(), UTC) + _WHILE

    def now(self) -> datetime:
        return self.at


def newsletter(root: Path) -> Dated:
    """Return the newsletter in a folder, made there if there is none."""
    if not (root / "digest.toml").exists():
        (root / "inbox").mkdir(parents=True)
        asked = "".join(f'[topics.{n}]\nwords = ["{word}"]\n' for n, word in TOPICS.items())
        told = f'[site]\nurl = "{SITE}"\n[search]\nengine = "builtin"\n{asked}'
        (root / "digest.toml").write_text(told, encoding="utf-8")
    return Dated(root, load(root, environ={}))
