"""How the feeds are cut into archive pages (RFC 5005, section 4); what a page shows is not here.

    latest period  │  closed periods, each a page
    ───────────────┼─────────────────────────────────▶ older
    rss.xml …      │  2026-03-11 ─▶ 2026-03-10 ─▶ …

A page is a period that is over because a later one has begun: a day of the feeds of papers, a week
of the feeds of editions. So its entries stay: what comes late stands in a later day's edition. Only
a backfill changes pages, the one of its day and the links of those beside it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from digest.edition import name_of
from digest.models import Cadence, EditionRecord

_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePage:
    """A closed period: its name, its daily editions (latest first), the pages next to it."""

    name: str
    days: tuple[EditionRecord, ...]
    older: str | None = None
    newer: str | None = None


def cut(days: Sequence[EditionRecord], cadence: Cadence) -> tuple[ArchivePage, ...]:
    """Return the archive pages of daily editions (latest first) by periods, latest first.

    The latest period has none. Nor has a single closed one: a page that leads neither on nor back
    is no archive to the W3C's validator, so both then stand in the feed.
    """
    periods = [
        (name, tuple(records))
        for name, records in groupby(days, key=lambda day: name_of(day.start, cadence))
    ]
    closed = periods[1:]
    if len(closed) < _FEWEST:
        return ()
    names = [name for name, _ in closed]
    return tuple(
        ArchivePage(name=name, days=records, older=older, newer=newer)
        for (name, records), newer, older in zip(
            closed, [None, *names], [*names[1:], None], strict=False
        )
    )


def to_render(
    pages: Sequence[ArchivePage], there: Container[str], changed: Container[str]
) -> Iterator[ArchivePage]:
    """Yield the pages that can differ from what is published, the oldest first.

    Those are the ones not yet `there`, those beside them, which lead to them, and those that hold
    one of the `changed` editions.
    """
    for page in reversed(pages):
        around = (page.older, page.name, page.newer)
        is_linked_anew = any(name and name not in there for name in around)
        if is_linked_anew or any(day.name in changed for day in page.days):
            yield page
