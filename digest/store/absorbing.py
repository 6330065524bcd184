"""Two rows that turn out to be one paper: one moves to the other, with all that is its own.

The row stays, with `moved_to`, so that its public address can point on. Nothing here decides
who is the same: that comes from the differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, bindparam, delete, insert, select, update

from digest.models import Section
from digest.store.filling import FILL, fill_values
from digest.store.papers import PAPER_COLUMNS, paper_of
from digest.store.tables import (
    announcements,
    curation,
    editions,
    paper_keys,
    papers,
    sightings,
)


def absorb(connection: Connection, change: int, moves: Mapping[int, int]) -> None:
    """Move each row to another, none of which moves itself."""
    pairs = [{"old": old, "to": to, "in_change": change} for old, to in moves.items()]
    _fill_from_moved(connection, change, moves)
    _settle_announcements(connection, moves)
    _repoint(connection, paper_keys, paper_keys.c.key, pairs)
    _repoint(connection, sightings, sightings.c.dump_id, pairs)
    _repoint(connection, curation, curation.c.edition, pairs)
    moved = papers.c.moved_to == bindparam("old")
    itself = papers.c.id == bindparam("old")
    values: dict[str, Any] = {"moved_to": bindparam("to"), "change": bindparam("in_change")}
    connection.execute(update(papers).where(moved | itself).values(values), pairs)


def _fill_from_moved(connection: Connection, change: int, moves: Mapping[int, int]) -> None:
    """Give the rows that stay what only the moved ones had."""
    statement = select(papers.c.votes_day, *PAPER_COLUMNS).where(papers.c.id.in_(moves))
    rows = [row._asdict() for row in connection.execute(statement.order_by(papers.c.id))]
    days = [row.pop("votes_day") for row in rows]
    values = [
        fill_values(moves[row["id"]], paper_of(row), day, change)
        for row, day in zip(rows, days, strict=True)
    ]
    connection.execute(FILL, values)


def _settle_announcements(connection: Connection, moves: Mapping[int, int]) -> None:
    """Leave each paper one announcement as new, and one in an edition as revised.

    What a sealed edition announced stays announced there; else the earliest stands.
    """
    ids = {*moves, *moves.values()}
    own = announcements.c
    statement = (
        select(announcements, editions.c.sealed_at.is_(None).label("is_draft"))
        .join_from(announcements, editions)
        .where(own.paper_id.in_(ids))
        .order_by("is_draft", own.at, own.edition, own.paper_id)
    )
    kept = _first_of_each(connection.execute(statement), moves)
    connection.execute(delete(announcements).where(own.paper_id.in_(ids)))
    if kept:
        connection.execute(insert(announcements), kept)


def _first_of_each(rows: Iterable[Row[Any]], moves: Mapping[int, int]) -> list[dict[str, Any]]:
    """Return the first of what announces the same, under the row that stays."""
    kept: dict[tuple[int, str, str], dict[str, Any]] = {}
    for row in rows:
        values = row._asdict()
        del values["is_draft"]
        values["paper_id"] = moves.get(row.paper_id, row.paper_id)
        edition = "" if row.section == Section.NEW.value else row.edition
        kept.setdefault((values["paper_id"], row.section, edition), values)
    return list(kept.values())


def _repoint(
    connection: Connection, table: Table, distinct: Column[Any], pairs: list[dict[str, int]]
) -> None:
    """Give the rows of one paper to another, but those it has its own of."""
    own = table.alias("own")
    has_own = select(own.c[distinct.name]).where(own.c.paper_id == bindparam("to"))
    of_old = table.c.paper_id == bindparam("old")
    connection.execute(delete(table).where(of_old, distinct.in_(has_own)), pairs)
    connection.execute(update(table).where(of_old).values(paper_id=bindparam("to")), pairs)
