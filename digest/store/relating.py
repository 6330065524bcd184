"""Which papers are close to which, kept up as papers come; at a cost that no archive changes.

    a paper's terms ─▶ its strongest ─▶ who shares them ─▶ the closest, both ways
      `terms` counts    `paper_terms`     of each term the latest   `related`

What terms are, how they are weighed and how close two papers are, the caller's rules say. A paper
is compared with those that share one of its strongest terms, of each term with the papers that
came last. The closest become its own list; and it enters the lists of the few that are closest to
it, where there is room or another is less close. So a paper changes at most so many older pages.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from sqlalchemy import (
    Connection,
    TextClause,
    bindparam,
    delete,
    insert,
    select,
    text,
)

from digest.models.derived import Vector
from digest.store.statements import batches, insert_into
from digest.store.tables import paper_terms, paper_traits, related, terms

MOST_RELATED = 5
"""How many papers a list holds."""

MOST_LISTS = 3
"""How many older papers' lists a paper enters at most."""

LEAST_CLOSENESS = 130
"""From which closeness papers are related; 1000 is the same words."""

_LOOKED_UP = 12  # terms, the strongest
_OF_EACH = 60  # papers, the latest
_COMPARED = 24  # papers that share most

_TERM = struct.Struct("<I")
_WEIGHED = struct.Struct("<IH")


class Weighing(Protocol):
    """What the caller knows of terms."""

    def weigh(self, said: Mapping[int, int], known: Mapping[int, int], papers: int) -> Vector:
        """Return the strongest terms of a paper, weighed, the strongest first."""
        ...

    def closeness(self, one: Vector, other: Vector) -> int:
        """Return how close two papers are, of 1000."""
        ...


@dataclass(slots=True, kw_only=True)
class Relating:
    """Relates papers one after the other, within one transaction.

    `papers` are counted in the archive; of the terms that may be asked for, `known` has how many
    have each. `touched` gathers the papers whose lists changed.
    """

    connection: Connection
    rules: Weighing
    papers: int
    known: dict[int, int]
    touched: set[int] = field(default_factory=set)
    counted: set[int] = field(default_factory=set)

    def leave(self, paper_id: int, old_terms: Iterable[int], old: Vector) -> None:
        """Forget the terms of a paper; those that list it keep it."""
        self._count(old_terms, -1)
        pairs = [{"gone": term, "own": paper_id} for term, _ in old]
        if pairs:
            self.connection.execute(_FORGET, pairs)

    def forget(self, paper_id: int) -> None:
        """Take a paper out of all lists, and its own away."""
        self.touched |= listing(self.connection, [paper_id])
        own = related.c
        of_it = (own.paper_id == paper_id) | (own.other_id == paper_id)
        self.connection.execute(delete(related).where(of_it))

    def enter(self, paper_id: int, said: Mapping[int, int]) -> Vector:
        """Count a paper's terms, and relate it; return its strongest."""
        self._count(said, 1)
        known = {term: self.known.get(term, 0) for term in said}
        vector = self.rules.weigh(said, known, self.papers)
        close = self._close(paper_id, vector)
        if vector:
            rows = [
                {"term": term, "paper_id": paper_id, "weight": weight} for term, weight in vector
            ]
            self.connection.execute(insert(paper_terms), rows)
        self._list(paper_id, close[:MOST_RELATED])
        self._enter_lists(paper_id, dict(close[:MOST_LISTS]))
        return vector

    def write_counts(self) -> None:
        """Write down how many papers have each term."""
        rows = [{"term": term, "papers": self.known[term]} for term in sorted(self.counted)]
        if rows:
            statement = insert_into(self.connection, terms)
            told = {"papers": statement.excluded.papers}
            self.connection.execute(
                statement.on_conflict_do_update(index_elements=["term"], set_=told), rows
            )

    def _count(self, said: Iterable[int], one: int) -> None:
        self.papers += one
        for term in said:
            self.known[term] = self.known.get(term, 0) + one
            self.counted.add(term)

    def _close(self, paper_id: int, vector: Vector) -> list[tuple[int, int]]:
        """Return the papers that are close, the closest first, and how close."""
        wanted = dict(vector[:_LOOKED_UP])
        if not wanted:
            return []
        values = {f"term{n}": term for n, term in enumerate(wanted)}
        values |= {f"weight{n}": weight for n, weight in enumerate(wanted.values())}
        limits = {"own": paper_id, "of_each": _OF_EACH, "most": _COMPARED}
        found = self.connection.execute(_sharing(len(wanted)), values | limits).scalars().all()
        vectors = vectors_of(self.connection, found)
        close = [(other, self.rules.closeness(vector, vectors[other])) for other in found]
        close = [pair for pair in close if pair[1] >= LEAST_CLOSENESS]
        return sorted(close, key=lambda pair: (-pair[1], pair[0]))

    def _list(self, paper_id: int, close: Sequence[tuple[int, int]]) -> None:
        """Make this a paper's list."""
        own = related.c
        before = select(own.other_id, own.closeness).where(own.paper_id == paper_id)
        had = {row.other_id: row.closeness for row in self.connection.execute(before)}
        if had == dict(close):
            return
        if had:
            self.connection.execute(delete(related).where(own.paper_id == paper_id))
        self._insert((paper_id, other, much) for other, much in close)

    def _enter_lists(self, paper_id: int, close: Mapping[int, int]) -> None:
        """Put a paper into the lists of those it is closest to, where it belongs there."""
        if not close:
            return
        own = related.c
        wanted = select(own.paper_id, own.other_id, own.closeness)
        lists: dict[int, dict[int, int]] = {other: {} for other in close}
        for row in self.connection.execute(wanted.where(own.paper_id.in_(close))):
            lists[row.paper_id][row.other_id] = row.closeness
        for other, much in close.items():
            before = lists[other]
            after = dict(_closest(before | {paper_id: much}))
            if after != before and paper_id in after:
                gone = [*(before.keys() - after.keys()), *({paper_id} & before.keys())]
                if gone:
                    of_it = (own.paper_id == other, own.other_id.in_(gone))
                    self.connection.execute(delete(related).where(*of_it))
                self._insert([(other, paper_id, much)])

    def _insert(self, lines: Iterable[tuple[int, int, int]]) -> None:
        rows = [dict(zip(_RELATED, line, strict=True)) for line in lines]
        if rows:
            self.connection.execute(insert(related), rows)
        self.touched |= {row["paper_id"] for row in rows}


def listing(connection: Connection, ids: Collection[int]) -> set[int]:
    """Return the papers that list any of these as related."""
    found: set[int] = set()
    for batch in batches(ids):
        wanted = select(related.c.paper_id).where(related.c.other_id.in_(batch))
        found |= set(connection.execute(wanted).scalars())
    return found


def known_of(connection: Connection, wanted: Iterable[int]) -> dict[int, int]:
    """Return how many papers have each of these terms; terms of none are left out."""
    found: dict[int, int] = {}
    for batch in batches(sorted(wanted)):
        rows = connection.execute(select(terms).where(terms.c.term.in_(batch)))
        found |= {row.term: row.papers for row in rows}
    return found


def vectors_of(connection: Connection, ids: Collection[int]) -> dict[int, Vector]:
    """Return the strongest terms of these papers."""
    own = paper_traits.c
    rows = connection.execute(select(own.paper_id, own.vector).where(own.paper_id.in_(ids)))
    return {row.paper_id: unpack_vector(row.vector) for row in rows}


def pack_terms(said: Iterable[int]) -> bytes:
    """Write terms down."""
    return b"".join(map(_TERM.pack, sorted(said)))


def unpack_terms(packed: bytes) -> Iterator[int]:
    """Read them again."""
    return (term for (term,) in _TERM.iter_unpack(packed))


def pack_vector(vector: Vector) -> bytes:
    """Write weighed terms down."""
    return b"".join(_WEIGHED.pack(term, weight) for term, weight in vector)


def unpack_vector(packed: bytes) -> Vector:
    """Read them again."""
    return tuple(_WEIGHED.iter_unpack(packed))


_RELATED = ("paper_id", "other_id", "closeness")


def _closest(close: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return what a list keeps of these; of equally close ones those that came first."""
    return sorted(close.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_RELATED]


_FORGET = delete(paper_terms).where(
    paper_terms.c.term == bindparam("gone", type_=paper_terms.c.term.type),
    paper_terms.c.paper_id == bindparam("own", type_=paper_terms.c.paper_id.type),
)

_ONE = """SELECT paper_id, weight * :weight{n} AS part FROM (
    SELECT paper_id, weight FROM paper_terms WHERE term = :term{n} AND paper_id <> :own
    ORDER BY paper_id DESC LIMIT :of_each) AS latest{n}"""


@cache
def _sharing(number: int) -> TextClause:
    """Select who shares most of so many terms: of each term the papers that came last."""
    parts = " UNION ALL ".join(_ONE.format(n=n) for n in range(number))
    return text(
        f"SELECT paper_id FROM ({parts}) AS parts"  # noqa: S608  only numbers are put in
        " GROUP BY paper_id ORDER BY sum(part) DESC, paper_id LIMIT :most"
    )
