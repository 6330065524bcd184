"""The change number: one more for each transaction that writes, put on every row it touches."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Select, delete, or_, select, union, update

from digest.store.schema import read_meta
from digest.store.tables import announcements, approvals, dumps, editions, meta, papers, sightings


def next_change(connection: Connection) -> int:
    """Take the next change number; right for the one writer that there is."""
    change = int(read_meta(connection, "change")) + 1
    connection.execute(update(meta).where(meta.c.key == "change").values(value=str(change)))
    return change


def stamp_editions(connection: Connection, change: int, day: date) -> None:
    """Put the number on each draft that a dump of `day` can change.

    Those are the drafts that end on that day or later, for they count its sightings and its day;
    and those, of any age, in which a paper stands that this change touched.
    """
    touched = select(papers.c.id).where(papers.c.change == change)
    announced = select(announcements.c.edition).where(announcements.c.paper_id.in_(touched))
    seen = (
        select(dumps.c.edition).join_from(sightings, dumps).where(sightings.c.paper_id.in_(touched))
    )
    days = editions.alias("days")
    named = (
        select(days.c.name, days.c.week, days.c.month)
        .where(days.c.name.in_(union(announced, seen)))
        .cte("named")
    )
    connection.execute(
        update(editions)
        .where(
            editions.c.sealed_at.is_(None),
            or_(
                editions.c.last_day >= day,
                editions.c.name.in_(select(named.c.name)),
                editions.c.name.in_(select(named.c.week)),
                editions.c.name.in_(select(named.c.month)),
            ),
        )
        .values(change=change)
    )
    stamped = editions.c.change == change
    _withdraw(connection, select(editions.c.name).where(stamped, editions.c.sealed_at.is_(None)))


def stamp_with_rollups(connection: Connection, change: int, name: str) -> None:
    """Put the number on an edition and, where they are drafts, on its week and month.

    And on the drafts that end later: their pictures tell what this one holds. That alone takes no
    approval back.
    """
    own = select(editions.c.week, editions.c.month).where(editions.c.name == name)
    rollups = own.cte("rollups")
    last_day = select(editions.c.last_day).where(editions.c.name == name).scalar_subquery()
    connection.execute(
        update(editions)
        .where(
            editions.c.sealed_at.is_(None),
            or_(
                editions.c.name == name,
                editions.c.name.in_(select(rollups.c.week)),
                editions.c.name.in_(select(rollups.c.month)),
                editions.c.last_day > last_day,
            ),
        )
        .values(change=change)
    )
    changed = (editions.c.name == name, editions.c.name.in_(select(rollups.c.week)))
    is_changed = or_(*changed, editions.c.name.in_(select(rollups.c.month)))
    drafts = select(editions.c.name).where(editions.c.sealed_at.is_(None), is_changed)
    _withdraw(connection, drafts)


def _withdraw(connection: Connection, drafts: Select[tuple[str]]) -> None:
    """Take back the approval of drafts: what was approved is not what they are now."""
    own = (approvals.c.approved_at.is_not(None), approvals.c.edition.in_(drafts))
    connection.execute(delete(approvals).where(*own))
