"""Papers found by their words, alike in both databases.

The words of a paper come from the caller, folded (see `digest.indexing`); nothing here folds, stems
or knows a language. SQLite finds them by FTS5, PostgreSQL by a tsvector; both keep their index
themselves, with each row of `paper_words`, in the transaction that writes it.

Papers that match by their title (and whatever else was asked of a place) come first, then the rest;
of each the newest first: by the day it was published, or, where nobody told, first listed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, text

from digest.models import ListedPaper, Paper
from digest.models.searching import IN_TITLE, Hits, Query, Term
from digest.store.papers import by_ids, by_key, hash_of, hidden_ids
from digest.store.statements import BATCH, batches, insert_into
from digest.store.tables import meta, paper_words, papers, sightings

WordsOf = Callable[[Paper | ListedPaper], str]

_RULES = "words"
_SAID = ("title", "abstract", "paragraph_starts", "authors", "summary", "keywords", "organization")
_COUNTED = {
    "sqlite": "paper_search WHERE paper_search MATCH :asked",
    "postgresql": "paper_words WHERE found @@ CAST(:asked AS tsquery)",
}
_FOUND = _COUNTED | {
    "sqlite": "paper_search JOIN paper_words ON paper_id = paper_search.rowid"
    " WHERE paper_search MATCH :asked"
}
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
        hidden = {row.paper_id for row in connection.execute(hidden_ids())}
        self.named = tuple(paper_id for paper_id in named if paper_id not in hidden)
        out = [*hidden, *self.named]
        self._values = {"out": json.dumps(out)} if out else {}
        name = connection.dialect.name
        rest = f" AND {{}} NOT IN ({_LISTED[name]})" if out else ""
        own = "paper_search.rowid" if self._is_sqlite else "paper_id"
        self._counted = _COUNTED[name] + rest.format(own)
        self._found = _FOUND[name] + rest.format("paper_id")

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
        statement = text(f"SELECT count(*) FROM {self._counted}")  # noqa: S608 - words of ours
        found = self._connection.execute(statement, {"asked": asked, **self._values})
        return int(found.scalar_one())

    def ids(self, asked: str, limit: int, offset: int) -> list[int]:
        """Return the papers, the newest first."""
        values = {"asked": asked, "limit": limit, "offset": offset, **self._values}
        order = "ORDER BY day DESC, paper_id DESC LIMIT :limit OFFSET :offset"
        statement = text(f"SELECT paper_id FROM {self._found} {order}")  # noqa: S608 - as above
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


def index(connection: Connection, ids: Collection[int], words_of: WordsOf) -> int:
    """Index these papers, those of which it is known what they say now; return how many."""
    changed = 0
    for batch in batches(ids):
        wanted = (
            select(papers.c.id, papers.c.published, *(papers.c[name] for name in _SAID))
            .add_columns(paper_words.c.mark, paper_words.c.day)
            .join_from(papers, paper_words, isouter=True)
            .where(papers.c.id.in_(batch), papers.c.moved_to.is_(None))
        )
        rows = [
            (row, mark) for row in connection.execute(wanted) if (mark := _mark(row)) != row.mark
        ]
        _write(connection, rows, words_of)
        changed += len(rows)
    return changed


def forget(connection: Connection, ids: Collection[int]) -> None:
    """Take papers that moved out of the index."""
    connection.execute(delete(paper_words).where(paper_words.c.paper_id.in_(ids)))


def is_indexed(connection: Connection, rules: int) -> bool:
    """Tell whether papers were last indexed by the rules of this number."""
    told = select(meta.c.value).where(meta.c.key == _RULES)
    return connection.execute(told).scalar_one_or_none() == str(rules)


def index_all(connection: Connection, rules: int, words_of: WordsOf) -> int:
    """Index all papers anew, and note the rules; return how many papers there are."""
    if is_indexed(connection, rules):
        return 0
    connection.execute(delete(paper_words))
    wanted = select(papers.c.id).where(papers.c.moved_to.is_(None)).order_by(papers.c.id)
    last, total = 0, 0
    while ids := connection.execute(wanted.where(papers.c.id > last).limit(BATCH)).scalars().all():
        total += index(connection, ids, words_of)
        last = ids[-1]
    note = {"key": _RULES, "value": str(rules)}
    statement = insert_into(connection, meta).values(note)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=note))
    return total


def _write(connection: Connection, rows: Sequence[tuple[Row[Any], int]], words_of: WordsOf) -> None:
    """Write the words of papers, each with the day by which it is ordered."""
    if not rows:
        return
    first_days = _first_days(connection, [row.id for row, _ in rows if _day(row) is None])
    statement = insert_into(connection, paper_words)
    told = {name: statement.excluded[name] for name in ("day", "mark", "words")}
    values = [
        {
            "paper_id": row.id,
            "day": _day(row) or first_days.get(row.id, date.min),
            "mark": mark,
            "words": words_of(ListedPaper(position=0, **{n: getattr(row, n) for n in _SAID})),
        }
        for row, mark in rows
    ]
    connection.execute(
        statement.on_conflict_do_update(index_elements=["paper_id"], set_=told), values
    )


def _first_days(connection: Connection, ids: Sequence[int]) -> dict[int, date]:
    """Return the first day each paper was listed on."""
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


def _mark(row: Row[Any]) -> int:
    """Return a number for what a paper says and when it was published: another, other words."""
    return hash_of(repr([row.published, *(getattr(row, name) for name in _SAID)]))
