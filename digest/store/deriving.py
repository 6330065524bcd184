"""What is derived of papers, brought up to date after them: their authors, and who is related.

    papers with a later change number, in order of arrival ─▶ what it is derived from changed?
      ─▶ authors, related papers ─▶ the pages that show it get the transaction's change number
                                                                      a batch a transaction

How far it came stands in `meta`: the number of the rules; up to which change all is done; and of a
round that is under way, up to which change it goes, and the last paper done. Papers are gone
through in order of arrival, so it does not tell how many are done in one go. What it changes is
looked at once more by the next round, which finds it as it should be.

Hidden papers, and those that moved, are nobody's and close to none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import Connection, Row, delete, select, update

from digest.models import ListedPaper, Section
from digest.models.derived import Vector
from digest.store.authors import Names, assign
from digest.store.changes import next_change
from digest.store.hidden import hidden_ids
from digest.store.papers import hash_of
from digest.store.relating import (
    Relating,
    Weighing,
    known_of,
    listing,
    pack_terms,
    pack_vector,
    unpack_terms,
    unpack_vector,
)
from digest.store.schema import read_meta
from digest.store.statements import batches, insert_into
from digest.store.tables import (
    announcements,
    meta,
    paper_terms,
    paper_traits,
    papers,
    related,
    terms,
)

BATCH_PAPERS = 200
"""Papers in a transaction: other writers wait a fraction of a second for it."""

_KEY = "derived"
_SAID = ("title", "abstract", "paragraph_starts", "authors", "keywords")
_SHOWN = (*_SAID, "arxiv_id", "doi", "url", "links", "published")


class Rules(Weighing, Protocol):
    """What the caller knows of papers. `number` is that of the rules: others, all anew."""

    @property
    def number(self) -> int:
        """Return the number of the rules."""
        ...

    def authors_of(self, paper: ListedPaper) -> Names:
        """Return who wrote the paper, for each name that it lists."""
        ...

    def terms_of(self, paper: ListedPaper) -> Mapping[int, int]:
        """Return the terms of the paper, and how much each counts."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far it came: by these rules, all up to `done`; of a round up to `until`, the `last`.

    `papers` counts those whose terms are counted.
    """

    rules: int
    done: int = -1
    until: int = -1
    last: int = 0
    papers: int = 0

    def __str__(self) -> str:
        return f"{self.rules} {self.done} {self.until} {self.last} {self.papers}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The papers to look at, by row number, and from where to where."""

    progress: Progress
    ids: tuple[int, ...]

    def batches(self) -> Iterator[Sequence[int]]:
        """Cut them into as many as a transaction takes."""
        return batches(self.ids, BATCH_PAPERS)


def begin(connection: Connection, number: int) -> Round | None:
    """Return what is to be done next; None where all is, or it is a later program's to do."""
    progress = _progress(connection, number)
    if progress is None:
        return None
    if progress.until < 0:
        progress = replace(progress, until=int(read_meta(connection, "change")))
    wanted = select(papers.c.id).where(papers.c.change > progress.done, papers.c.id > progress.last)
    ids = tuple(sorted(connection.execute(wanted).scalars()))
    is_under_way = progress.last > 0
    return Round(progress=progress, ids=ids) if ids or is_under_way else None


def step(connection: Connection, at: Progress, ids: Sequence[int], rules: Rules) -> Progress | None:
    """Do a batch of papers; return how far it came. None, and nothing is done, where others did."""
    now = _progress(connection, rules.number)
    if now is None or (now.done, now.last) != (at.done, at.last):
        return None
    if at.done < 0 and at.last == 0:
        _begin_anew(connection)
    after = replace(at, last=ids[-1], papers=_derive(connection, at.papers, ids, rules))
    _note(connection, after)
    return after


def finish(connection: Connection, at: Progress) -> None:
    """Say that a round is done, unless others said so."""
    now = _progress(connection, at.rules)
    if now is not None and (now.done, now.last) == (at.done, at.last):
        _note(connection, replace(at, done=at.until, until=-1, last=0))


def whole(connection: Connection, rules: Rules) -> None:
    """Do all that is to be done, within one transaction."""
    while (todo := begin(connection, rules.number)) is not None:
        at = todo.progress
        for ids in todo.batches():
            at = step(connection, at, ids, rules) or at
        finish(connection, at)


def _derive(connection: Connection, counted: int, ids: Sequence[int], rules: Rules) -> int:
    """Bring up to date what is derived of these papers; return how many papers are counted now."""
    rows = _changed(connection, ids, rules.number)
    if not rows:
        return counted
    change = next_change(connection)
    here = {row.id: _listed(row) for row in rows if row.is_here}
    said = {paper_id: rules.terms_of(paper) for paper_id, paper in here.items()}
    old = {row.id: tuple(unpack_terms(row.terms)) for row in rows}
    asked: set[int] = set().union(*said.values(), *old.values())
    relating = Relating(
        connection=connection, rules=rules, papers=counted, known=known_of(connection, asked)
    )
    for row in rows:
        if row.terms:
            relating.leave(row.id, old[row.id], unpack_vector(row.vector))
        if said.get(row.id):
            relating.enter(row.id, said[row.id], is_new=row.is_first)
        elif not row.is_first:
            relating.forget(row.id)
    _keep(connection, rows, said, relating.vectors)
    relating.write_counts()
    named: dict[int, Names] = {
        row.id: rules.authors_of(here[row.id]) if row.id in here else () for row in rows
    }
    assigned = assign(connection, change, named)
    own = {row.id for row in rows}
    _stamp(connection, change, own | relating.touched | assigned.papers | listing(connection, own))
    return relating.papers


def _changed(connection: Connection, ids: Sequence[int], number: int) -> list[Any]:
    """Return those of the papers of which something else is to be derived than was."""
    own = papers.c
    hidden = hidden_ids().where(announcements.c.paper_id.in_(ids))
    gone = set(connection.execute(hidden).scalars())
    wanted = (
        select(own.id, own.moved_to, *(own[name] for name in _SHOWN))
        .add_columns(paper_traits.c.mark, paper_traits.c.terms, paper_traits.c.vector)
        .add_columns(announcements.c.edition)
        .join_from(papers, paper_traits, isouter=True)
        .outerjoin(
            announcements,
            (announcements.c.paper_id == own.id) & (announcements.c.section == Section.NEW.value),
        )
        .where(own.id.in_(ids))
        .order_by(own.id)
    )
    found = [_Seen(row, number, row.id in gone) for row in connection.execute(wanted)]
    return [seen for seen in found if seen.is_new]


class _Seen:
    """A paper, and whether something else is to be derived of it than was."""

    def __init__(self, row: Row[Any], number: int, is_hidden: bool) -> None:
        self.id: int = row.id
        self.said = {name: getattr(row, name) for name in _SAID}
        self.terms: bytes = row.terms or b""
        self.vector: bytes = row.vector or b""
        self.is_here = row.moved_to is None and not is_hidden
        shown = [getattr(row, name) for name in _SHOWN]
        self.mark = hash_of(repr([number, self.is_here, row.moved_to, row.edition, *shown]))
        self.is_first = row.mark is None
        self.is_new = self.mark != row.mark


def _listed(row: _Seen) -> ListedPaper:
    return ListedPaper(position=0, **row.said)


def _keep(
    connection: Connection,
    rows: Sequence[_Seen],
    said: Mapping[int, Collection[int]],
    vectors: Mapping[int, Vector],
) -> None:
    """Keep what was derived, and from what."""
    values = [
        {
            "paper_id": row.id,
            "mark": row.mark,
            "terms": pack_terms(said.get(row.id, ())),
            "vector": pack_vector(vectors.get(row.id, ())),
        }
        for row in rows
    ]
    statement = insert_into(connection, paper_traits)
    told = {name: statement.excluded[name] for name in ("mark", "terms", "vector")}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["paper_id"], set_=told), values
    )


def _stamp(connection: Connection, change: int, ids: Collection[int]) -> None:
    """Put the number on the papers whose pages show something else now, and on what led there."""
    for batch in batches(sorted(ids)):
        named = papers.c.id.in_(batch) | papers.c.moved_to.in_(batch)
        connection.execute(update(papers).where(named).values(change=change))


def _begin_anew(connection: Connection) -> None:
    """Forget what other rules derived, but authors and their addresses."""
    for table in (related, paper_terms, terms, paper_traits):
        connection.execute(delete(table))


def _told(connection: Connection) -> str | None:
    return connection.execute(select(meta.c.value).where(meta.c.key == _KEY)).scalar_one_or_none()


def _progress(connection: Connection, number: int) -> Progress | None:
    """Return how far these rules came, None where later ones did something."""
    told = _told(connection)
    if told is None:
        return Progress(rules=number)
    names = ("rules", "done", "until", "last", "papers")
    progress = Progress(**dict(zip(names, map(int, told.split()), strict=True)))
    if progress.rules > number:
        return None
    return progress if progress.rules == number else Progress(rules=number)


def _note(connection: Connection, progress: Progress) -> None:
    note = {"key": _KEY, "value": str(progress)}
    noted = insert_into(connection, meta).values(note)
    connection.execute(noted.on_conflict_do_update(index_elements=["key"], set_=note))
