"""Papers found by their words, alike in both databases.

What is looked for comes folded from the caller (see `digest.query`); nothing here folds, stems or
knows a language. SQLite finds it by FTS5, PostgreSQL by a tsvector, in what `indexing` wrote.

Papers that match by their title (and whatever else was asked of a place) come first, then the rest;
of each the newest first: by the day it was published, or, where nobody told, first listed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, text

from digest.models import Paper
from digest.models.searching import IN_TITLE, Hits, Query, Term
from digest.store.hidden import hidden_ids
from digest.store.indexing import ID_BITS
from digest.store.papers import by_ids, by_key

_FROM = {
    "sqlite": "paper_search WHERE paper_search MATCH :asked",
    "postgresql": "paper_words WHERE found @@ CAST(:asked AS tsquery)",
}
_PLACE = {"sqlite": "paper_search.rowid", "postgresql": "place + 0"}  # not by that index: see below
_ID = {"sqlite": f"(paper_search.rowid & {(1 << ID_BITS) - 1})", "postgresql": "paper_id"}
_LISTED = {
    "sqlite": "SELECT value FROM json_each(:out)",
    "postgresql": "SELECT CAST(value AS bigint)"
    " FROM json_array_elements_text(CAST(:out AS json)) AS value",
}


def search(connection: Connection, query: Query, limit: int, offset: int) -> Hits:
    """Return how many papers match, and `limit` of them after the first `offset`."""
    known = [paper.id for key in query.keys if (paper := by_key(connection, key))]
    finder = _Finder(connection, tuple(dict.fromkeys(known)))
    first = finder.named[offset : offset + limit]
    if not query.all_of:
        return Hits(total=len(finder.named), papers=_in_order(connection, first))
    whole, titles = finder.said(query), finder.said(_titled(query))
    total = len(finder.named) + finder.count(whole)
    ids = [*first]
    after = max(0, offset - len(finder.named))
    if len(ids) < limit and titles != whole:
        ids += finder.ids(titles, limit - len(ids), after)
        if len(ids) < limit:
            after = max(0, after - finder.count(titles))
    if len(ids) < limit:
        rest = whole if titles == whole else finder.without(whole, titles)
        ids += finder.ids(rest, limit - len(ids), after)
    return Hits(total=total, papers=_in_order(connection, ids))


class _Finder:
    """Finds row numbers, but those of hidden papers and of those `named` already."""

    def __init__(self, connection: Connection, named: tuple[int, ...]) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"
        if not self._is_sqlite:  # it takes reading all texts for cheap, as they lie elsewhere
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        hidden = {row.paper_id for row in connection.execute(hidden_ids())}
        self.named = tuple(paper_id for paper_id in named if paper_id not in hidden)
        out = [*hidden, *self.named]
        self._values = {"out": json.dumps(out)} if out else {}
        name = connection.dialect.name
        self._id, self._place = _ID[name], _PLACE[name]
        self._from = _FROM[name] + (f" AND {self._id} NOT IN ({_LISTED[name]})" if out else "")

    def said(self, query: Query) -> str:
        """Return a query in the words of the database."""
        groups = [self._any_of(group) for group in query.all_of]
        asked = (" AND " if self._is_sqlite else " & ").join(groups)
        if not query.none_of:
            return f"({asked})"
        return self.without(f"({asked})", self._any_of(query.none_of))

    def without(self, asked: str, out: str) -> str:
        """Return what finds what the one does and the other does not."""
        return f"({asked} {'NOT' if self._is_sqlite else '& !'} {out})"

    def count(self, asked: str) -> int:
        """Count the papers."""
        statement = text(f"SELECT count(*) FROM {self._from}")  # noqa: S608 - words of ours
        found = self._connection.execute(statement, {"asked": asked, **self._values})
        return int(found.scalar_one())

    def ids(self, asked: str, limit: int, offset: int) -> list[int]:
        """Return the papers, the newest first."""
        values = {"asked": asked, "limit": limit, "offset": offset, **self._values}
        order = f"ORDER BY {self._place} DESC LIMIT :limit OFFSET :offset"
        statement = text(f"SELECT {self._id} FROM {self._from} {order}")  # noqa: S608 - as above
        return list(self._connection.execute(statement, values).scalars())

    def _any_of(self, terms: Sequence[Term]) -> str:
        return f"({(' OR ' if self._is_sqlite else ' | ').join(map(self._term, terms))})"

    def _term(self, term: Term) -> str:
        words = [term.place + word for word in term.words]
        if self._is_sqlite:
            said = " ".join(words).replace('"', '""')
            return f'"{said}"' + " *" * term.is_open
        quoted = ["'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in words]
        return f"({' <-> '.join(quoted)}{':*' * term.is_open})"


def _titled(query: Query) -> Query:
    """Return what asks the same of titles alone, but for what has a place of its own."""
    groups = tuple(
        tuple(
            Term(words=term.words, place=term.place or IN_TITLE, is_open=term.is_open)
            for term in group
        )
        for group in query.all_of
    )
    return Query(all_of=groups, none_of=query.none_of)


def _in_order(connection: Connection, ids: Collection[int]) -> tuple[Paper, ...]:
    found = by_ids(connection, ids) if ids else {}
    return tuple(found[paper_id] for paper_id in ids)
