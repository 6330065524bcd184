"""Writing down what a dump holds: new papers, what the known ones gained, who stood where.

The number of statements does not depend on how many papers a dump lists, nor on how many are
known. Nothing here decides what is new: that comes as a `Diff`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert

from digest.errors import StoreError
from digest.models import Diff, DumpRecord, Known, ListedPaper, Section
from digest.store.absorbing import absorb
from digest.store.changes import stamp_editions
from digest.store.filling import FILL, LISTED, REVISE, fill_values
from digest.store.indexing import forget
from digest.store.papers import hash_of
from digest.store.statements import insert_into, next_id
from digest.store.tables import announcements, dumps, paper_keys, papers, sightings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """What the rows of one dump have in common."""

    dump_id: int
    day: date
    edition: str
    is_late: bool
    listed: int
    at: datetime
    change: int


def record(
    connection: Connection,
    change: int,
    dump: DumpRecord,
    diff: Diff,
    listed_total: int,
    at: datetime,
) -> None:
    """Store the diff of a dump that was added before, in an edition that is open."""
    batch = _batch_of(dump, listed_total, at, change)
    moves = _moves(diff)
    known = [(moves.get(item.paper.id, item.paper.id), item) for item in diff.seen + diff.revised]
    revised = [(moves.get(item.paper.id, item.paper.id), item.listed) for item in diff.revised]
    new = _insert_papers(connection, diff, batch)
    if moves:
        absorb(connection, change, moves)
        forget(connection, moves)
    _run(connection, FILL, [fill_values(i, item.listed, batch.day, change) for i, item in known])
    _run(connection, REVISE, [fill_values(i, listed, batch.day, change) for i, listed in revised])
    insert_keys(connection, [*_new_keys(diff, new), *_brought_keys(known)])
    listed = [*zip(new, (item.listed for item in diff.new), strict=True)]
    listed += [(paper_id, item.listed) for paper_id, item in known]
    _insert_sightings(connection, listed, batch)
    announced = [(paper_id, Section.NEW) for paper_id in new]
    announced += [(paper_id, Section.REVISED) for paper_id, _ in revised]
    _insert_announcements(connection, announced, batch)
    connection.execute(dumps.update().where(dumps.c.id == dump.id).values(recorded_at=at))
    stamp_editions(connection, change, batch.day)


def _batch_of(dump: DumpRecord, listed: int, at: datetime, change: int) -> _Batch:
    """Refuse a dump that has no place yet."""
    if not dump.id or dump.day is None or dump.edition is None:
        what = "a dump is recorded after it was added, with its day and its edition"
        raise StoreError(what, at=dump.name, hint="Report it as a bug")
    return _Batch(
        dump_id=dump.id,
        day=dump.day,
        edition=dump.edition,
        is_late=dump.is_late,
        listed=listed,
        at=at,
        change=change,
    )


def _moves(diff: Diff) -> dict[int, int]:
    """Return where each absorbed row goes in the end."""
    moves = {
        old.id: item.paper.id
        for item in diff.seen + diff.revised
        for old in item.absorbs
        if old.id != item.paper.id
    }
    return {old: _end_of(moves, old) for old in moves}


def _end_of(moves: Mapping[int, int], start: int) -> int:
    """Follow the moves; each is followed once, should they go round."""
    passed = {start}
    end = moves[start]
    while end in moves and end not in passed:
        passed.add(end)
        end = moves[end]
    return end


def _insert_papers(connection: Connection, diff: Diff, batch: _Batch) -> list[int]:
    """Store the new papers; return their row numbers."""
    if not diff.new:
        return []
    first = next_id(connection, papers.c.id)
    rows = [
        {
            **{name: getattr(item.listed, name) for name in LISTED},
            "id": paper_id,
            "key": item.key,
            "slug": item.slug,
            "votes_day": batch.day if _has_votes(item.listed) else None,
            "change": batch.change,
        }
        for paper_id, item in enumerate(diff.new, first)
    ]
    _run(connection, insert(papers), rows)
    return [row["id"] for row in rows]


def _has_votes(listed: ListedPaper) -> bool:
    return listed.votes is not None or listed.comments is not None


def _new_keys(diff: Diff, ids: list[int]) -> Iterator[tuple[int, str]]:
    """Yield the keys of the new papers."""
    for paper_id, item in zip(ids, diff.new, strict=True):
        yield from ((paper_id, key) for key in item.keys)


def _brought_keys(known: list[tuple[int, Known]]) -> Iterator[tuple[int, str]]:
    """Yield the keys that known papers answer to from now on."""
    for paper_id, item in known:
        yield from ((paper_id, key) for key in item.keys)


def insert_keys(connection: Connection, keys: Sequence[tuple[int, str]]) -> None:
    """Store which row of `papers` answers to which key, in order of arrival."""
    if not keys:
        return
    first = next_id(connection, paper_keys.c.id)
    rows = [
        {"id": key_id, "hash": hash_of(key), "paper_id": paper_id, "key": key}
        for key_id, (paper_id, key) in enumerate(keys, first)
    ]
    _run(connection, insert(paper_keys), rows)


def _insert_sightings(
    connection: Connection, listed: list[tuple[int, ListedPaper]], batch: _Batch
) -> None:
    """Store who stood where; a paper that this dump has shown before keeps its first place."""
    rows = [
        {
            "paper_id": paper_id,
            "dump_id": batch.dump_id,
            "day": batch.day,
            "position": paper.position,
            "listed": batch.listed,
            "votes": paper.votes,
        }
        for paper_id, paper in listed
    ]
    _run(connection, insert_into(connection, sightings).on_conflict_do_nothing(), rows)


def _insert_announcements(
    connection: Connection, announced: list[tuple[int, Section]], batch: _Batch
) -> None:
    """Store what the edition announces; a second new version in one edition changes nothing."""
    rows = [
        {
            "paper_id": paper_id,
            "edition": batch.edition,
            "section": section.value,
            "at": batch.at,
            "is_late": batch.is_late,
        }
        for paper_id, section in announced
    ]
    same = [announcements.c.paper_id, announcements.c.edition, announcements.c.section]
    statement = insert_into(connection, announcements).on_conflict_do_nothing(index_elements=same)
    _run(connection, statement, rows)


def _run(connection: Connection, statement: Any, rows: list[dict[str, Any]]) -> None:
    """Run one statement over all rows, if there are any."""
    if rows:
        connection.execute(statement, rows)
