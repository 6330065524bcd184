"""Who wrote which papers: an author for each folded name, with an address for ever.

An author of two papers gets a page, and a place on a shelf, among those who have one. Who counts as
the same, the caller says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from digest.models.derived import AuthorName
from digest.store.shelving import shelve
from digest.store.statements import batches, next_id
from digest.store.tables import authors, paper_authors

LEAST_PAPERS = 2
"""From how many papers on an author has a page. Once there, it stays."""

Names = Sequence[AuthorName | None]
"""The authors of a paper, for each name as it is listed; None where that is no one's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Whose pages may have changed; and the papers that name somebody whose page is new."""

    authors: frozenset[int]
    papers: frozenset[int]


def assign(connection: Connection, change: int, named: Mapping[int, Names]) -> Assigned:
    """Say who wrote these papers; of a paper that is not there any more, nobody."""
    before = _authors_of(connection, named)
    known = _known(connection, change, named)
    rows = [
        {"paper_id": paper_id, "place": place, "author_id": known[name.key]}
        for paper_id, names in named.items()
        for place, name in enumerate(names)
        if name is not None
    ]
    for batch in batches(named):
        own = paper_authors.c.paper_id
        connection.execute(delete(paper_authors).where(own.in_(batch)))
    if rows:
        connection.execute(insert(paper_authors), rows)
    affected = before | {row["author_id"] for row in rows}
    wrote = _to_shelve(connection, affected)
    shelve(connection, change, list(wrote))
    papers = {paper_id for ids in wrote.values() for paper_id in ids}
    for batch in batches(sorted(affected)):
        own = authors.c.id
        connection.execute(update(authors).where(own.in_(batch)).values(change=change))
    return Assigned(authors=frozenset(affected), papers=frozenset(papers))


def _authors_of(connection: Connection, papers: Iterable[int]) -> set[int]:
    own = paper_authors.c
    found: set[int] = set()
    for batch in batches(papers):
        wanted = select(own.author_id).where(own.paper_id.in_(batch))
        found |= set(connection.execute(wanted).scalars())
    return found


def _known(connection: Connection, change: int, named: Mapping[int, Names]) -> dict[str, int]:
    """Return the row of each author by key; those never met get one, in order of arrival."""
    met = {name.key: name for names in named.values() for name in names if name is not None}
    found: dict[str, int] = {}
    for batch in batches(met):
        wanted = select(authors.c.key, authors.c.id).where(authors.c.key.in_(batch))
        found |= {row.key: row.id for row in connection.execute(wanted)}
    new = [name for key, name in met.items() if key not in found]
    slugs = _slugs(connection, new)
    rows: list[dict[str, Any]] = [
        {
            "id": author_id,
            "key": name.key,
            "slug": slugs[name.key],
            "name": name.name,
            "place": name.order.encode("utf-8", "replace"),
            "change": change,
        }
        for author_id, name in enumerate(new, next_id(connection, authors.c.id))
    ]
    if rows:
        connection.execute(insert(authors), rows)
    return found | {row["key"]: row["id"] for row in rows}


def _slugs(connection: Connection, new: Sequence[AuthorName]) -> dict[str, str]:
    """Return a folder for each author that no other has: the second of a name gets `-2`."""
    taken = _taken(connection, {name.slug for name in new})
    slugs: dict[str, str] = {}
    for name in new:
        slug, number = name.slug, 1
        while slug in taken:
            number += 1
            slug = f"{name.slug}-{number}"
            taken |= _taken(connection, {slug})
        slugs[name.key] = slug
        taken.add(slug)
    return slugs


def _taken(connection: Connection, slugs: Collection[str]) -> set[str]:
    found: set[str] = set()
    for batch in batches(slugs):
        wanted = select(authors.c.slug).where(authors.c.slug.in_(batch))
        found |= set(connection.execute(wanted).scalars())
    return found


def _to_shelve(connection: Connection, affected: Collection[int]) -> dict[int, list[int]]:
    """Return who comes to have papers enough for a page, and the papers they wrote.

    In the order in which they came to it, however many papers are looked at in one go.
    """
    own = paper_authors.c
    wrote: dict[int, list[int]] = {}
    for batch in batches(sorted(affected)):
        wanted = (
            select(own.author_id, own.paper_id)
            .join(authors, authors.c.id == own.author_id)
            .where(own.author_id.in_(batch), authors.c.shelf.is_(None))
            .order_by(own.paper_id)
        )
        for author_id, paper_id in connection.execute(wanted):
            wrote.setdefault(author_id, []).append(paper_id)
    ready = [who for who, ids in wrote.items() if len(ids) >= LEAST_PAPERS]
    ready.sort(key=lambda who: (wrote[who][LEAST_PAPERS - 1], who))
    return {who: wrote[who] for who in ready}
