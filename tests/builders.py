"""Numbered values to test renderers with: `paper(3)` is always the same invented paper.

Every builder takes the fields to change by name. Texts are invented.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from digest.models import Cadence, Day, Edition, Entry, History, Paper, Section, Site, Tally

SITE = Site(
    title="Trending papers",
    description="The papers never seen before, ranked by what is trending.",
    url="https://papers.example.org",
    author="The editors",
    mail_from="digest@papers.example.org",
    list_id="digest.papers.example.org",
    postal_address="1 Example Street, 12345 Sampletown",
)

_FIRST = ("Ada", "Björn", "Chiara", "Dmitri", "Eun-ji", "Fatima", "Gödze", "Hana", "Ines", "João")
_LAST = ("Almeida", "Brandt", "Castro", "Dubois", "Eriksen", "Fuchs", "García", "Hoang", "Ito")
_SUBJECTS = (
    ("Lanterns", "small language models that say when they do not know", "calibration"),
    ("Driftwood", "video generation which keeps its objects over an hour", "consistency"),
    ("Quiet Gradients", "training with a tenth of the usual communication", "throughput"),
    ("Paper Boats", "robots that fold cloth after one look", "success rate"),
    ("Second Thoughts", "reasoning traces that may be taken back", "accuracy"),
    ("Tidepool", "sparse attention over a million tokens", "recall"),
    ("Ledger", "a benchmark of long agent tasks with real receipts", "agreement"),
    ("Halfway House", "merging models without their training data", "loss"),
    ("Weathervane", "forecasting rain from a single phone barometer", "skill"),
    ("Footnotes", "answers that cite the sentence they rest on", "faithfulness"),
)
_SENTENCES = (
    "We present {name}, a method for {what}.",
    "Earlier work calls the question settled once {measure} stops rising; it is not.",
    "The idea is plain: keep what was decided, weigh it against what came after, change that.",
    "On {count} tasks the gain in {measure} is {gain} points over the best open baseline.",
    "A study with {people} readers finds the results easier to check.",
    "We release code, weights and the records of every run, among them those that failed.",
)
_REASONS = (
    "In {k} of the last 5 listings",
    "{votes} votes, +{gain} since yesterday",
    "First seen today, at place {k}",
)


def title(n: int) -> str:
    name, what, _ = _SUBJECTS[n % len(_SUBJECTS)]
    return f"{name} {n}: {what[0].upper()}{what[1:]}"


def abstract(n: int) -> str:
    name, what, measure = _SUBJECTS[n % len(_SUBJECTS)]
    values = {"name": name, "what": what, "measure": measure}
    numbers = {"count": 7 + n % 20, "gain": 1 + n % 9, "people": 12 + n % 80}
    return " ".join(sentence.format(**values, **numbers) for sentence in _SENTENCES)


def authors(n: int, count: int) -> tuple[str, ...]:
    return tuple(f"{_FIRST[(n + i) % 10]} {_LAST[(n * 3 + i) % 9]}" for i in range(count))


def paper(n: int, **changes: Any) -> Paper:
    arxiv_id = f"2603.{n:05d}"
    values: dict[str, Any] = {
        "id": n,
        "key": f"arxiv:{arxiv_id}",
        "slug": f"2603-{n:05d}",
        "title": title(n),
        "abstract": abstract(n),
        "authors": authors(n, 1 + n % 8),
        "arxiv_id": arxiv_id,
        "version": 1,
        "url": f"https://arxiv.org/abs/{arxiv_id}",
        "published": f"2026-03-{1 + n % 11:02d}",
        "votes": 5 + 7 * n % 140,
        "links": (
            ("pdf", f"https://arxiv.org/pdf/{arxiv_id}"),
            ("code", f"https://github.com/example/project-{n}"),
        ),
    }
    return Paper(**(values | changes))


def entry(n: int, section: Section = Section.NEW, **changes: Any) -> Entry:
    """Field names of `Entry` change the entry; `paper` replaces its paper."""
    reason = _REASONS[n % 3].format(k=1 + n % 5, votes=5 + 7 * n % 140, gain=1 + n % 30)
    values: dict[str, Any] = {
        "paper": paper(n),
        "section": section,
        "position": n,
        "score": 10 / (n + 2),
        "reason": reason,
        "announced": datetime(2026, 3, 11, 6, tzinfo=UTC) + timedelta(minutes=n),
        "history": history(n) if section is Section.TRENDING else None,
    }
    return Entry(**(values | changes))


def history(n: int) -> History:
    """A fortnight in which the paper was listed on five days, with more votes each time."""
    end = date(2026, 3, 11)
    days = tuple(
        Day(
            day=end - timedelta(days=ago),
            position=1 + (n + ago) % 20,
            listed=20,
            votes=n * 9 // ago,
        )
        for ago in (12, 9, 5, 3, 1)
    )
    return History(start=end - timedelta(days=13), end=end, days=days)


def entries(numbers: Iterable[int], section: Section = Section.NEW) -> tuple[Entry, ...]:
    return tuple(entry(n, section, position=i) for i, n in enumerate(numbers, 1))


Part = int | tuple[Entry, ...]
"""The entries of a section, or how many numbered ones."""


def edition(new: Part = 3, trending: Part = 2, revised: Part = 1, **changes: Any) -> Edition:
    """The daily edition of 11 March 2026, its papers numbered through its sections."""
    first = part(1, new, Section.NEW)
    second = part(1 + len(first), trending, Section.TRENDING)
    third = part(1 + len(first) + len(second), revised, Section.REVISED)
    values: dict[str, Any] = {
        "name": "2026-03-11",
        "cadence": Cadence.DAY,
        "start": date(2026, 3, 11),
        "end": date(2026, 3, 11),
        "updated": datetime(2026, 3, 11, 7, 30, tzinfo=UTC),
        "listings": 2,
        "new": first,
        "trending": second,
        "revised": third,
        "tallies": tallies(len(first), len(second), len(third)),
    }
    return Edition(**(values | changes))


def tallies(new: int, trending: int, revised: int) -> tuple[Tally, ...]:
    """What three days held, of which 11 March is the last."""
    before = (Tally(day=date(2026, 3, 7), new=4, trending=1), Tally(day=date(2026, 3, 9), new=7))
    own = Tally(day=date(2026, 3, 11), new=new, trending=trending, revised=revised)
    return (*before, own)


def part(start: int, size: Part, section: Section) -> tuple[Entry, ...]:
    return entries(range(start, start + size), section) if isinstance(size, int) else size


def week(**changes: Any) -> Edition:
    """The edition of week 11 of 2026."""
    values: dict[str, Any] = {
        "name": "2026-W11",
        "cadence": Cadence.WEEK,
        "start": date(2026, 3, 9),
        "end": date(2026, 3, 15),
    }
    return edition(**(values | changes))


def month(**changes: Any) -> Edition:
    """The edition of March 2026."""
    values: dict[str, Any] = {
        "name": "2026-03",
        "cadence": Cadence.MONTH,
        "start": date(2026, 3, 1),
        "end": date(2026, 3, 31),
    }
    return edition(**(values | changes))
