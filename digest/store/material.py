"""What an edition is composed from, gathered in a number of statements that does not grow.

A roll-up is the union of the daily editions that name it as their week or month.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, select, union

from digest.models import (
    Announced,
    Cadence,
    Curation,
    DumpStatus,
    EditionRecord,
    Material,
    Paper,
    Section,
)
from digest.store.curating import read
from digest.store.editions import existing
from digest.store.papers import PAPER_COLUMNS, paper_of, sightings_where
from digest.store.tables import announcements, curation, dumps, editions, papers, sightings


def gather(connection: Connection, name: str, listing_days: int) -> Material:
    """Return the material of an edition; `EditionError` where there is none."""
    edition = existing(connection, name)
    days = _days_of(connection, edition)
    updated = max((day.updated_at for day in days), default=edition.updated_at)
    names = [day.name for day in days]
    announced = connection.execute(_announced_in(names)).all()
    seen = connection.execute(_seen_in(names)).all()
    return Material(
        name=name,
        cadence=edition.cadence,
        start=edition.start,
        end=edition.end,
        updated=updated,
        listings=_count_listings(connection, names),
        papers=_papers(connection, names),
        sightings=sightings_where(
            connection, sightings.c.paper_id.in_(_ids_in(names)), sightings.c.day <= edition.end
        ),
        new=_earliest(row for row in announced if row.section == Section.NEW.value),
        revised=_earliest(row for row in announced if row.section == Section.REVISED.value),
        seen=_earliest(seen),
        listing_days=last_listing_days(connection, edition.end, listing_days),
        curation=_curation(connection, edition, names),
    )


def _days_of(connection: Connection, edition: EditionRecord) -> Sequence[Any]:
    """Return the daily editions an edition is made of, and when each changed."""
    own = editions.c
    is_day = edition.cadence is Cadence.DAY
    counts_in = own.name if is_day else own.week if edition.cadence is Cadence.WEEK else own.month
    wanted = select(own.name, own.updated_at).where(counts_in == edition.name)
    return connection.execute(wanted.order_by(own.name)).all()


def _announced_in(names: list[str]) -> Any:
    """Select what the days announce, the earliest first."""
    own = announcements.c
    wanted = select(own.paper_id, own.section, own.at, own.is_late).where(own.edition.in_(names))
    return wanted.order_by(own.at, own.edition, own.paper_id)


def _seen_in(names: list[str]) -> Any:
    """Select who stood in the days' dumps, the earliest first."""
    at = func.coalesce(dumps.c.recorded_at, dumps.c.arrived_at, type_=dumps.c.arrived_at.type)
    return (
        select(sightings.c.paper_id, at.label("at"), dumps.c.is_late)
        .join_from(sightings, dumps)
        .where(dumps.c.edition.in_(names))
        .order_by(at, dumps.c.id, sightings.c.paper_id)
    )


def _ids_in(names: list[str]) -> Any:
    """Select the papers announced or seen in the days."""
    announced = select(announcements.c.paper_id).where(announcements.c.edition.in_(names))
    seen = (
        select(sightings.c.paper_id).join_from(sightings, dumps).where(dumps.c.edition.in_(names))
    )
    return union(announced, seen)


def _papers(connection: Connection, names: list[str]) -> dict[int, Paper]:
    """Return the papers of the days by row number, in order of arrival."""
    wanted = select(*PAPER_COLUMNS).where(papers.c.id.in_(_ids_in(names))).order_by(papers.c.id)
    return {row.id: paper_of(row._asdict()) for row in connection.execute(wanted)}


def _earliest(rows: Iterable[Row[Any]]) -> dict[int, Announced]:
    """Return the first of each paper's rows."""
    found: dict[int, Announced] = {}
    for row in rows:
        if row.paper_id not in found:
            found[row.paper_id] = Announced(at=row.at, is_late=row.is_late)
    return found


def _count_listings(connection: Connection, names: list[str]) -> int:
    """Count the days of which dumps were read: two dumps of one day are one listing."""
    is_read = dumps.c.status == DumpStatus.READ.value
    wanted = select(func.count(dumps.c.day.distinct())).where(dumps.c.edition.in_(names), is_read)
    return int(connection.execute(wanted).scalar_one())


def _curation(connection: Connection, edition: EditionRecord, names: list[str]) -> Curation:
    """Return what was asked of the edition; a roll-up also hides and notes what its days do."""
    own = read(connection, edition.name)
    days = (
        select(papers.c.key, curation.c.is_hidden, curation.c.note)
        .join_from(curation, papers)
        .where(curation.c.edition.in_(names))
        .order_by(curation.c.edition, papers.c.key)
    )
    rows = connection.execute(days).all()
    return Curation(
        pinned=own.pinned,
        hidden=own.hidden.union(row.key for row in rows if row.is_hidden),
        notes={row.key: row.note for row in rows if row.note} | dict(own.notes),
        note=own.note,
    )


def last_listing_days(connection: Connection, end: date | None, limit: int) -> tuple[date, ...]:
    """Return the last days with a listing, newest first; up to `end`, if it is given."""
    read = select(dumps.c.day).where(dumps.c.status == DumpStatus.READ.value)
    read = read.where(dumps.c.day <= end) if end is not None else read
    wanted = read.distinct().order_by(dumps.c.day.desc()).limit(limit)
    return tuple(connection.execute(wanted).scalars())
