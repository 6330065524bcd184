"""Numbered values to fill a store with; all texts are invented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from digest.models import (
    Cadence,
    Diff,
    DumpRecord,
    DumpStatus,
    EditionRecord,
    Known,
    KnownPaper,
    ListedPaper,
    New,
)
from digest.store import Store, Writing

DAY = date(2026, 3, 11)
NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)


def noon_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def listed(n: int, **changes: Any) -> ListedPaper:
    values: dict[str, Any] = {
        "title": f"Paper {n}",
        "abstract": f"What paper {n} says.",
        "position": n,
    }
    return ListedPaper(**(values | changes))


def new(n: int, *more_keys: str, **changes: Any) -> New:
    key = f"title:{n:04}"
    return New(listed=listed(n, **changes), key=key, slug=f"t-{n}", keys=(*more_keys, key))


def known(paper: KnownPaper, n: int, **changes: Any) -> Known:
    own = {name: changes.pop(name) for name in ("keys", "absorbs") if name in changes}
    return Known(listed=listed(n, **changes), paper=paper, **own)


def day_edition(day: date = DAY, **changes: Any) -> EditionRecord:
    year, week, _ = day.isocalendar()
    values: dict[str, Any] = {
        "name": day.isoformat(),
        "cadence": Cadence.DAY,
        "start": day,
        "end": day,
        "opened_at": noon_of(day),
        "updated_at": noon_of(day),
        "week": f"{year}-W{week:02}",
        "month": f"{day:%Y-%m}",
    }
    return EditionRecord(**(values | changes))


def week_edition(day: date = DAY) -> EditionRecord:
    start = day - timedelta(days=day.weekday())
    own = day_edition(day)
    return replace(
        own,
        name=str(own.week),
        cadence=Cadence.WEEK,
        start=start,
        end=start + timedelta(days=6),
        week=None,
        month=None,
    )


def month_edition(day: date = DAY) -> EditionRecord:
    own = day_edition(day)
    start = day.replace(day=1)
    end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return replace(
        own,
        name=str(own.month),
        cadence=Cadence.MONTH,
        start=start,
        end=end,
        week=None,
        month=None,
    )


def dump(name: str = "one", day: date = DAY, **changes: Any) -> DumpRecord:
    values: dict[str, Any] = {
        "digest": sha256(name.encode()).hexdigest(),
        "name": f"{name}.txt",
        "format": "page-text",
        "status": DumpStatus.READ,
        "arrived_at": noon_of(day),
        "day": day,
        "edition": day.isoformat(),
    }
    return DumpRecord(**(values | changes))


def add_dump(tx: Writing, name: str = "one", day: date = DAY, **changes: Any) -> DumpRecord:
    """Open the day's edition and its roll-ups, and add a dump to it."""
    for edition in (day_edition(day), week_edition(day), month_edition(day)):
        tx.open_edition(edition)
    record = dump(name, day, **changes)
    return replace(record, id=tx.add_dump(record))


def record_new(store: Store, numbers: Iterable[int], day: date = DAY, name: str = "") -> None:
    """Record a dump that lists these papers, all of them new."""
    papers = tuple(new(n, position=place) for place, n in enumerate(numbers, 1))
    with store.writing() as tx:
        own = add_dump(tx, name or day.isoformat(), day)
        tx.record(own, Diff(new=papers), len(papers), noon_of(day))


def record_seen(
    store: Store, numbers: Iterable[int], day: date, name: str = "", **changes: Any
) -> None:
    """Record a dump that lists these papers, all of them known."""
    with store.writing() as tx:
        own = add_dump(tx, name or day.isoformat(), day)
        seen = tuple(known(one(tx, n), n, **changes) for n in numbers)
        tx.record(own, Diff(seen=seen), len(seen), noon_of(day))


def one(tx: Writing, n: int) -> KnownPaper:
    """Return the only paper that answers to the title key of number `n`."""
    key = f"title:{n:04}"
    (paper,) = tx.known([key])[key]
    return paper
