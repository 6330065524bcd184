"""Titles folded anew, so that every paper is found by its title as the rules of today fold it.

The rules and their number come from the caller. Keys of older rules stay: a paper may have been
listed under titles that nobody kept, and a public key may be made of one. Where two papers come to
share a key, both have it, as namesakes do; which of them a listing means, the differ decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from digest.store.recording import insert_keys
from digest.store.statements import BATCH, insert_into
from digest.store.tables import meta, paper_keys, papers

_RULES = "titles"


def is_folded(connection: Connection, rules: int) -> bool:
    """Tell whether the titles were last folded by the rules of this number."""
    told = select(meta.c.value).where(meta.c.key == _RULES)
    return connection.execute(told).scalar_one_or_none() == str(rules)


def refold(connection: Connection, rules: int, title_key: Callable[[str], str]) -> int:
    """Add the keys that the rules make of the titles, and note the rules; return how many."""
    if is_folded(connection, rules):
        return 0
    added = 0
    for rows in _batches(connection):
        answers = dict.fromkeys((row.owner, title_key(row.title)) for row in rows)
        owners = {owner for owner, _ in answers}
        known = select(paper_keys.c.paper_id, paper_keys.c.key).where(
            paper_keys.c.paper_id.in_(owners)
        )
        had = {(row.paper_id, row.key) for row in connection.execute(known)}
        missing = [answer for answer in answers if answer not in had]
        insert_keys(connection, missing)
        added += len(missing)
    note = {"key": _RULES, "value": str(rules)}
    statement = insert_into(connection, meta).values(note)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=note))
    return added


def _batches(connection: Connection) -> Iterator[Sequence[Any]]:
    """Yield each title and the paper that answers to it: a paper that moved, where it moved to."""
    owner = func.coalesce(papers.c.moved_to, papers.c.id).label("owner")
    wanted = select(papers.c.id, owner, papers.c.title).order_by(papers.c.id).limit(BATCH)
    last = 0
    while rows := connection.execute(wanted.where(papers.c.id > last)).all():
        yield rows
        last = rows[-1].id
