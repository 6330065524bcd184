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
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Protocol

from sqlalchemy import Connection, bindparam, delete, insert, select

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
    have each. `touched` gathers the papers whose lists changed, `vectors` what was read or made.
    """

    connection: Connection
    rules: Weighing
    papers: int
    known: dict[int, int]
    touched: set[int] = field(default_factory=set)
    vectors: dict[int, Vector] = field(default_factory=dict)
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
        self.vectors[paper_id] = ()
        own = related.c
        of_it = (own.paper_id == paper_id) | (own.other_id == paper_id)
        self.connection.execute(delete(related).where(of_it))

    def enter(self, paper_id: int, said: Mapping[int, int], *, is_new: bool) -> None:
        """Count a paper's terms, and relate it."""
        self._count(said, 1)
        known = {term: self.known[term] for term in said}
        vector = self.vectors[paper_id] = self.rules.weigh(said, known, self.papers)
        if not is_new:
            self.connection.execute(delete(related).where(related.c.paper_id == paper_id))
        if not vector:
            return
        close = self._close(paper_id, vector)
        rows = [{"term": term, "paper_id": paper_id, "weight": weight} for term, weight in vector]
        self.connection.execute(insert(paper_terms), rows)
        if close:
            own = [(paper_id, other, much) for other, much in close[:MOST_RELATED]]
            self._insert(own + self._into_lists(paper_id, dict(close[:MOST_LISTS])))

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
        close = []
        for other, its in self._compared(paper_id, vector).items():
            much = self.rules.closeness(vector, its)
            if much >= LEAST_CLOSENESS:
                close.append((other, much))
        return sorted(close, key=lambda pair: (-pair[1], pair[0]))

    def _compared(self, paper_id: int, vector: Vector) -> dict[int, Vector]:
        """Return the strongest terms of those who share most of these."""
        wanted = vector[:_LOOKED_UP]
        values = [(weight, term, paper_id, _OF_EACH) for term, weight in wanted]
        said = _sharing(len(wanted), self.connection.dialect.name == "sqlite")
        found = self.connection.exec_driver_sql(said, (*chain(*values), _COMPARED)).scalars().all()
        missing = [other for other in found if other not in self.vectors]
        if missing:
            rows = self.connection.execute(_VECTORS, {"ids": missing})
            self.vectors |= {row.paper_id: unpack_vector(row.vector) for row in rows}
        return {other: self.vectors[other] for other in found}

    def _into_lists(self, paper_id: int, close: Mapping[int, int]) -> list[tuple[int, int, int]]:
        """Make room for a paper in the lists of those it is closest to, where it belongs there."""
        lists: dict[int, dict[int, int]] = {other: {} for other in close}
        for listed_by, other, much in self.connection.execute(_LISTS, {"ids": list(close)}):
            lists[listed_by][other] = much
        entered = []
        for other, much in close.items():
            before = lists[other]
            after = dict(_closest(before | {paper_id: much}))
            if paper_id not in after or after == before:
                continue
            gone = [*(before.keys() - after.keys()), *({paper_id} & before.keys())]
            if gone:
                of_it = (related.c.paper_id == other, related.c.other_id.in_(gone))
                self.connection.execute(delete(related).where(*of_it))
            entered.append((other, paper_id, much))
        return entered

    def _insert(self, lines: Iterable[tuple[int, int, int]]) -> None:
        rows = [dict(zip(_RELATED, line, strict=True)) for line in lines]
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

_VECTORS = select(paper_traits.c.paper_id, paper_traits.c.vector).where(
    paper_traits.c.paper_id.in_(bindparam("ids", expanding=True))
)
_LISTS = select(related).where(related.c.paper_id.in_(bindparam("ids", expanding=True)))

_ONE = """SELECT paper_id, weight * {sign} AS part FROM (
    SELECT paper_id, weight FROM paper_terms WHERE term = {sign} AND paper_id <> {sign}
    ORDER BY paper_id DESC LIMIT {sign}) AS latest"""


@cache
def _sharing(number: int, is_sqlite: bool) -> str:
    """Select who shares most of so many terms: of each term the papers that came last.

    Plain text, since this is asked for each paper, and building it takes longer than the answer.
    """
    sign = "?" if is_sqlite else "%s"
    parts = " UNION ALL ".join([_ONE.format(sign=sign)] * number)
    return (
        f"SELECT paper_id FROM ({parts}) AS parts"  # noqa: S608  only signs are put in
        f" GROUP BY paper_id ORDER BY sum(part) DESC, paper_id LIMIT {sign}"
    )
