"""The words by which papers are found, brought up to date after the papers themselves.

    papers with a later change number ─▶ their words ─▶ written, with how far it came
       a batch, in order of change; a snapshot             a transaction of its own

The words of a paper come from the caller, folded (see `digest.indexing`). How far it came stands in
`meta`: the number of the rules, and the last paper done. Each change puts its own number, higher
than all before, on the papers it touches, so none is passed over, wherever this was ended; of
several that do it at once, one writes each batch. Nothing published depends on it.

SQLite keeps the index itself, with each row of `paper_words`, and so does PostgreSQL. A paper's
`place` in it is its day and its row number in one, so that it is read in the order that is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, tuple_

from digest.models import ListedPaper, Paper
from digest.store.papers import hash_of
from digest.store.statements import insert_into
from digest.store.tables import meta, paper_words, papers, sightings

WordsOf = Callable[[Paper | ListedPaper], str]

ID_BITS = 40
"""Of a paper's place in what is found: the lowest are its row number, those above its day."""

BATCH_PAPERS = 500
"""Papers in a transaction: other writers wait a fraction of a second for it."""

_KEY = "words"
_SAID = ("title", "abstract", "paragraph_starts", "authors", "summary", "keywords", "organization")


@dataclass(frozen=True, slots=True)
class Place:
    """How far it came: by the rules of this number, all papers up to this change and this row."""

    rules: int
    change: int = 0
    paper_id: int = 0

    def __str__(self) -> str:
        return f"{self.rules} {self.change} {self.paper_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is to be written: from one place to another. `changes` has each paper's number."""

    start: str | None
    end: Place
    changes: dict[int, int]
    rows: tuple[dict[str, Any], ...]


def prepare(connection: Connection, rules: int, words_of: WordsOf) -> Batch | None:
    """Return what is to be written next; None where all is done, or is a later program's to do."""
    told = _told(connection)
    place = _place(told, rules)
    if place.rules > rules:  # else each of two programs would begin again after the other
        return None
    own = papers.c
    listed = (
        select(own.id, own.change, own.moved_to, own.published, *(own[name] for name in _SAID))
        .add_columns(paper_words.c.mark)
        .join_from(papers, paper_words, isouter=True)
        .where(own.change >= place.change)
        .where(tuple_(own.change, own.id) > (place.change, place.paper_id))
        .order_by(own.change, own.id)
        .limit(BATCH_PAPERS)
    )
    found = connection.execute(listed).all()
    if not found:
        return None
    here = [row for row in found if row.moved_to is None]
    return Batch(
        start=told,
        end=Place(rules, found[-1].change, found[-1].id),
        changes={row.id: row.change for row in here},
        rows=tuple(_rows(here, _first_days(connection, here), rules, words_of)),
    )


def write(connection: Connection, batch: Batch) -> int | None:
    """Write it; return how many papers have other words now.

    None, and nothing is written, where somebody else came further meanwhile. What changed since it
    was prepared has a later change number, so its turn comes again.
    """
    if _told(connection) != batch.start:
        return None
    same = select(papers.c.id, papers.c.change).where(papers.c.id.in_(batch.changes))
    now = {row.id: row.change for row in connection.execute(same)}
    rows = [row for row in batch.rows if batch.changes[row["paper_id"]] == now[row["paper_id"]]]
    if rows:
        statement = insert_into(connection, paper_words)
        told = {name: statement.excluded[name] for name in ("place", "mark", "words")}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["paper_id"], set_=told), rows
        )
    note = {"key": _KEY, "value": str(batch.end)}
    noted = insert_into(connection, meta).values(note)
    connection.execute(noted.on_conflict_do_update(index_elements=["key"], set_=note))
    return len(rows)


def forget(connection: Connection, ids: Collection[int]) -> None:
    """Take papers that moved out of the index."""
    connection.execute(delete(paper_words).where(paper_words.c.paper_id.in_(ids)))


def _told(connection: Connection) -> str | None:
    return connection.execute(select(meta.c.value).where(meta.c.key == _KEY)).scalar_one_or_none()


def _place(told: str | None, rules: int) -> Place:
    """Return where to go on: at the beginning, where it was done by earlier rules."""
    place = Place(*map(int, told.split())) if told else Place(rules)
    return place if place.rules >= rules else Place(rules)


def _rows(
    found: Sequence[Row[Any]], first_days: dict[int, date], rules: int, words_of: WordsOf
) -> list[dict[str, Any]]:
    """Return the rows of those papers whose words or day are not the ones that are kept."""
    rows = []
    for row in found:
        day = _day(row) or first_days.get(row.id, date.min)
        said = {name: getattr(row, name) for name in _SAID}
        mark = hash_of(repr([rules, day.isoformat(), *said.values()]))
        if mark != row.mark:
            words = words_of(ListedPaper(position=0, **said))
            place = day.toordinal() << ID_BITS | row.id
            rows.append({"paper_id": row.id, "place": place, "mark": mark, "words": words})
    return sorted(rows, key=itemgetter("place"))  # as FTS5 takes them at once


def _first_days(connection: Connection, found: Sequence[Row[Any]]) -> dict[int, date]:
    """Return the first day that each was listed on, of those of which nobody told their day."""
    ids = [row.id for row in found if _day(row) is None]
    if not ids:
        return {}
    own = sightings.c
    wanted = select(own.paper_id, func.min(own.day).label("day")).where(own.paper_id.in_(ids))
    rows = connection.execute(wanted.group_by(own.paper_id))
    return {row.paper_id: row.day for row in rows}


def _day(row: Row[Any]) -> date | None:
    """Return the day on which a paper was published, if it is told and is one."""
    try:
        return date.fromisoformat((row.published or "")[:10])
    except ValueError:
        return None
