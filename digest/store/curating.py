"""What the curator asks of a draft: papers pinned or hidden, and notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, select, union, update

from digest.errors import EditionError
from digest.models import Curation
from digest.store.changes import stamp_with_rollups
from digest.store.editions import draft
from digest.store.papers import by_key
from digest.store.statements import insert_into
from digest.store.tables import announcements, curation, dumps, editions, papers, sightings


def read(connection: Connection, edition: str) -> Curation:
    """Return what was asked; nothing for an edition that does not exist."""
    own = select(editions.c.note).where(editions.c.name == edition)
    statement = (
        select(papers.c.key, curation.c.pinned, curation.c.is_hidden, curation.c.note)
        .join_from(curation, papers)
        .where(curation.c.edition == edition)
        .order_by(curation.c.pinned, papers.c.key)
    )
    rows = connection.execute(statement).all()
    return Curation(
        pinned=tuple(row.key for row in rows if row.pinned is not None),
        hidden=frozenset(row.key for row in rows if row.is_hidden),
        notes={row.key: row.note for row in rows if row.note},
        note=connection.execute(own).scalar() or "",
    )


def pin(connection: Connection, change: int, edition: str, key: str, on: bool) -> None:
    """Pin the paper after the last that is pinned, or let it go."""
    last = select(func.max(curation.c.pinned)).where(curation.c.edition == edition)
    order = int(connection.execute(last).scalar() or 0) + 1 if on else None
    _ask(connection, change, edition, key, pinned=order)


def order(connection: Connection, change: int, edition: str, keys: Sequence[str]) -> None:
    """Pin these papers in this order; others that are pinned keep theirs, after them."""
    others = [key for key in read(connection, edition).pinned if key not in set(keys)]
    for place, key in enumerate(dict.fromkeys((*keys, *others)), 1):
        _ask(connection, change, edition, key, pinned=place)


def hide(connection: Connection, change: int, edition: str, key: str, on: bool) -> None:
    """Hide the paper, or show it again."""
    _ask(connection, change, edition, key, is_hidden=on)


def note(connection: Connection, change: int, edition: str, key: str | None, text: str) -> None:
    """Set a note; an empty one removes it."""
    if key is not None:
        _ask(connection, change, edition, key, note=text)
        return
    draft(connection, edition)
    connection.execute(update(editions).where(editions.c.name == edition).values(note=text))
    stamp_with_rollups(connection, change, edition)


def _ask(connection: Connection, change: int, edition: str, key: str, **asked: Any) -> None:
    """Store one wish about one paper of a draft; a row without wishes is not kept."""
    draft(connection, edition)
    paper_id = _paper_in(connection, edition, key)
    statement = (
        insert_into(connection, curation)
        .values(edition=edition, paper_id=paper_id, **asked)
        .on_conflict_do_update(index_elements=["edition", "paper_id"], set_=asked)
    )
    connection.execute(statement)
    own = curation.c
    connection.execute(
        delete(curation).where(
            own.edition == edition, own.pinned.is_(None), ~own.is_hidden, own.note == ""
        )
    )
    connection.execute(update(papers).where(papers.c.id == paper_id).values(change=change))
    stamp_with_rollups(connection, change, edition)


def _paper_in(connection: Connection, edition: str, key: str) -> int:
    """Return the row number of a paper that stands in the edition, or raise `EditionError`."""
    paper = by_key(connection, key)
    if paper is not None and _stands_in(connection, edition, paper.id):
        return paper.id
    hint = f"See its papers and their keys with `digest edition show {edition}`"
    raise EditionError(f"no paper {key} stands in the edition {edition}", at=edition, hint=hint)


def _stands_in(connection: Connection, edition: str, paper_id: int) -> bool:
    """Tell whether the edition, or a day of it, announces or saw the paper."""
    own = editions.c
    days = select(own.name).where(
        (own.name == edition) | (own.week == edition) | (own.month == edition)
    )
    announced = select(announcements.c.paper_id).where(
        announcements.c.paper_id == paper_id, announcements.c.edition.in_(days)
    )
    seen = (
        select(sightings.c.paper_id)
        .join_from(sightings, dumps)
        .where(sightings.c.paper_id == paper_id, dumps.c.edition.in_(days))
    )
    return connection.execute(union(announced, seen)).first() is not None
