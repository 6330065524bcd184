"""What the doctor asks: is the database whole, and does it keep what the store promises?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, exists, func, select

from digest.models import Section
from digest.store.tables import announcements, authors, editions, paper_keys, papers, shelves


def check(connection: Connection) -> list[str]:
    """Return what is wrong, in words; looks at every page of a SQLite file."""
    return [*_damage(connection), *_broken_promises(connection)]


def _damage(connection: Connection) -> list[str]:
    """Ask SQLite to look through its file; PostgreSQL watches over its own."""
    if connection.dialect.name != "sqlite":
        return []
    said = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [str(line) for line in said if line != "ok"] + [
        f"row {row} of {table} names a row of {parent} that is not there"
        for table, row, parent, _ in lost
    ]


def _broken_promises(connection: Connection) -> list[str]:
    """Count the rows that should not be."""
    moved = papers.alias("moved")
    target = papers.alias("target")
    announced = exists().where(
        announcements.c.paper_id == papers.c.id, announcements.c.section == Section.NEW.value
    )
    counts: dict[str, Select[Any]] = {
        "papers were never announced": _count().where(papers.c.moved_to.is_(None), ~announced),
        "papers that moved are still announced": _count().where(
            papers.c.moved_to.is_not(None), announced
        ),
        "papers moved to one that moved itself": select(func.count())
        .select_from(moved.join(target, target.c.id == moved.c.moved_to))
        .where(target.c.moved_to.is_not(None)),
        "keys belong to papers that moved": select(func.count())
        .select_from(paper_keys.join(papers, papers.c.id == paper_keys.c.paper_id))
        .where(papers.c.moved_to.is_not(None)),
        "editions are sealed without their text": select(func.count())
        .select_from(editions)
        .where(editions.c.sealed_at.is_not(None), editions.c.frozen.is_(None)),
        "authors stand on a shelf that is not there": select(func.count())
        .select_from(authors)
        .where(authors.c.shelf.is_not(None), ~exists().where(shelves.c.number == authors.c.shelf)),
    }
    found = {what: connection.execute(count).scalar_one() for what, count in counts.items()}
    return [f"{number} {what}" for what, number in found.items() if number]


def _count() -> Select[Any]:
    return select(func.count()).select_from(papers)
