"""The list of all authors with a page, cut into pages: shelves.

    a shelf holds all authors from its place to that of the next ─▶ full? ─▶ parted in two

A place is a name, folded, family name first. So an author more changes one or two shelves, however
many there are, and a shelf keeps its number, which is its address.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from sqlalchemy import Connection, bindparam, func, select, update

from digest.store.statements import batches, insert_into
from digest.store.tables import authors, shelves

MOST_ON_SHELF = 200

Place = tuple[bytes, int]
"""An author's name, folded, and their row number."""


def shelve(connection: Connection, change: int, ids: Sequence[int]) -> None:
    """Put these authors on their shelves, one after the other."""
    if not ids:
        return
    places: dict[int, bytes] = {}
    for batch in batches(ids):
        wanted = select(authors.c.id, authors.c.place).where(authors.c.id.in_(batch))
        places |= {row.id: row.place for row in connection.execute(wanted)}
    room = _Room(connection)
    for author_id in ids:
        room.put((places[author_id], author_id))
    room.write(change)


@dataclass(slots=True)
class _Shelf:
    """A shelf: how many stood on it, who is added; or, once it had to be known, all who are."""

    count: int
    added: list[Place] = field(default_factory=list)
    members: list[Place] | None = None


class _Room:
    """All shelves, and what happens to them within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        rows = connection.execute(select(shelves.c.place, shelves.c.number))
        self._starts = sorted((row.place, row.number) for row in rows) or [(b"", 1)]
        self._touched: dict[int, _Shelf] = {}

    def put(self, place: Place) -> None:
        """Put an author where they belong, and part the shelf if it is too full then."""
        number = self._starts[bisect_right(self._starts, place[0], key=itemgetter(0)) - 1][1]
        shelf = self._shelf(number)
        shelf.count += 1
        shelf.added.append(place)
        if shelf.members is not None:
            insort(shelf.members, place)
        if shelf.count > MOST_ON_SHELF:
            self._part(number, shelf)

    def write(self, change: int) -> None:
        """Write down who stands where now, and which shelves changed."""
        rows = [
            {"who": author_id, "number": number}
            for number, shelf in self._touched.items()
            for _, author_id in (shelf.added if shelf.members is None else shelf.members)
        ]
        if rows:
            self._connection.execute(_MOVE, rows)
        starts = {number: place for place, number in self._starts}
        lines = [
            {"number": number, "place": starts[number], "change": change}
            for number in self._touched
        ]
        statement = insert_into(self._connection, shelves)
        told = {"change": statement.excluded.change}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["number"], set_=told), lines
        )

    def _shelf(self, number: int) -> _Shelf:
        if number not in self._touched:
            count = select(func.count()).where(authors.c.shelf == number)
            self._touched[number] = _Shelf(int(self._connection.execute(count).scalar_one()))
        return self._touched[number]

    def _part(self, number: int, shelf: _Shelf) -> None:
        """Give the second half of a shelf to a new one."""
        if shelf.members is None:
            own = authors.c
            stood = select(own.place, own.id).where(own.shelf == number)
            rows = self._connection.execute(stood)
            shelf.members = sorted([(row.place, row.id) for row in rows] + shelf.added)
        at = len(shelf.members) // 2
        start = shelf.members[at][0]
        new = max(each for _, each in self._starts) + 1
        half = shelf.members[at:]
        self._touched[new] = _Shelf(count=len(half), members=half)
        del shelf.members[at:]
        shelf.count = at
        insort(self._starts, (start, new))


_MOVE = (
    update(authors)
    .where(authors.c.id == bindparam("who", type_=authors.c.id.type))
    .values(shelf=bindparam("number", type_=authors.c.shelf.type))
)
