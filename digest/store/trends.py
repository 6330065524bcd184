"""What the views over time are made of: sightings of the last days, and which listings came.

Each statement looks at the days it is asked for, by the index of dumps on their day: none grows
with the archive.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import Connection, func, select

from digest.models import DumpRecord, DumpStatus, PaperPage, Section, Sighting
from digest.store.dumps import COLUMNS, record_of
from digest.store.hidden import hidden_ids
from digest.store.papers import SIGHTING_COLUMNS, pages_of
from digest.store.tables import announcements, dumps, sightings


def seen_between(connection: Connection, first: date, last: date) -> Mapping[int, list[Sighting]]:
    """Return the sightings of these days by paper, oldest first; not of papers without a page."""
    wanted = (
        select(*SIGHTING_COLUMNS)
        .join_from(dumps, sightings, sightings.c.dump_id == dumps.c.id)
        .where(dumps.c.day.between(first, last), sightings.c.paper_id.not_in(hidden_ids()))
        .order_by(sightings.c.paper_id, sightings.c.day, sightings.c.dump_id)
    )
    found: dict[int, list[Sighting]] = {}
    for row in connection.execute(wanted):
        found.setdefault(row.paper_id, []).append(Sighting(**row._asdict()))
    return found


def pages(connection: Connection, ids: Collection[int]) -> Mapping[int, PaperPage]:
    """Return papers with their whole histories, by their row numbers."""
    return {page.paper.id: page for page in pages_of(connection, sorted(ids))}


def last_dumps(connection: Connection, most: int) -> tuple[DumpRecord, ...]:
    """Return the dumps that came last, the newest first."""
    wanted = select(*COLUMNS).order_by(dumps.c.id.desc()).limit(most)
    return tuple(map(record_of, connection.execute(wanted)))


def listed_in(connection: Connection, edition: str) -> tuple[tuple[date, ...], int, int]:
    """Return the days whose listings a daily edition was made from, and count their papers.

    Then those of them that it announces as new.
    """
    is_its_own = (dumps.c.edition == edition) & (dumps.c.status == DumpStatus.READ.value)
    days = select(dumps.c.day).where(is_its_own).distinct().order_by(dumps.c.day)
    listed = (
        select(func.count(sightings.c.paper_id.distinct()))
        .join_from(dumps, sightings, sightings.c.dump_id == dumps.c.id)
        .where(is_its_own)
    )
    at = announcements.c
    new = select(func.count()).where(at.edition == edition, at.section == Section.NEW.value)
    counts = (int(connection.execute(each).scalar_one()) for each in (listed, new))
    papers, announced = counts
    return tuple(connection.execute(days).scalars()), papers, announced
