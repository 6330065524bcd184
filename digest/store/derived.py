"""What was derived of papers, as pages show it: authors' pages, lists of authors. Only reads.

What is hidden or moved is left out here too: it may have gone since it was derived.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from digest.models import Author, Authored, AuthorPage, Cadence, Related, Section, Shelf
from digest.store.hidden import is_hidden
from digest.store.statements import batches
from digest.store.tables import (
    announcements,
    authors,
    editions,
    paper_authors,
    papers,
    related,
    shelves,
)

MOST_PAPERS = 100
"""How many papers an author's page shows."""

MOST_OF_LATE = 60
DAYS_OF_LATE = 30

_AUTHORS = 250  # at once


def author_slugs(connection: Connection, ids: Collection[int]) -> dict[int, dict[int, str]]:
    """Return of each paper the pages of its authors, by their place among them."""
    own = paper_authors.c
    wanted = (
        select(own.paper_id, own.place, authors.c.slug)
        .join(authors, authors.c.id == own.author_id)
        .where(own.paper_id.in_(ids), authors.c.shelf.is_not(None))
    )
    found: dict[int, dict[int, str]] = {}
    for paper_id, place, slug in connection.execute(wanted):
        found.setdefault(paper_id, {})[place] = slug
    return found


def related_of(connection: Connection, ids: Collection[int]) -> dict[int, tuple[Related, ...]]:
    """Return of each paper those that are close to it, the closest first."""
    own = related.c
    wanted = (
        select(own.paper_id, *(papers.c[name] for name in ("slug", "title", "authors")))
        .add_columns(announcements.c.edition)
        .join(papers, papers.c.id == own.other_id)
        .join(announcements, _announced())
        .where(own.paper_id.in_(ids), papers.c.moved_to.is_(None), ~is_hidden())
        .order_by(own.paper_id, own.closeness.desc(), own.other_id)
    )
    found: dict[int, list[Related]] = {}
    for paper_id, *told in connection.execute(wanted):
        names = ("slug", "title", "authors", "edition")
        found.setdefault(paper_id, []).append(Related(**dict(zip(names, told, strict=True))))
    return {paper_id: tuple(close) for paper_id, close in found.items()}


def authors_changed(connection: Connection, since: int) -> Iterator[AuthorPage]:
    """Yield the authors whose pages changed after change number `since`, in order of arrival."""
    wanted = select(authors.c.id).where(authors.c.change > since, authors.c.shelf.is_not(None))
    ids_in_order = connection.execute(wanted.order_by(authors.c.id)).scalars().all()
    for ids in batches(ids_in_order, _AUTHORS):
        yield from _author_pages(connection, ids)


def authors_of_late(connection: Connection) -> tuple[Author, ...]:
    """Return those with most papers in the last month with editions; and how many these are."""
    days = editions.c.cadence == Cadence.DAY.value
    last = connection.execute(select(func.max(editions.c.last_day)).where(days)).scalar()
    if last is None:
        return ()
    of_late = select(editions.c.name).where(
        days, editions.c.last_day > last - timedelta(days=DAYS_OF_LATE)
    )
    own = authors.c
    count = func.count().label("papers")
    wanted = (
        select(own.slug, own.name, own.place, count)
        .join_from(announcements, papers, papers.c.id == announcements.c.paper_id)
        .join(paper_authors, paper_authors.c.paper_id == papers.c.id)
        .join(authors, own.id == paper_authors.c.author_id)
        .where(announcements.c.section == Section.NEW.value, announcements.c.edition.in_(of_late))
        .where(own.shelf.is_not(None), papers.c.moved_to.is_(None), ~is_hidden())
        .group_by(own.id, own.slug, own.name, own.place)
        .order_by(count.desc(), own.place, own.id)
        .limit(MOST_OF_LATE)
    )
    return tuple(_author(row, papers=row.papers) for row in connection.execute(wanted))


def all_shelves(connection: Connection) -> tuple[Shelf, ...]:
    """Return the pages of the list of all authors, in order of their names."""
    own = authors.c
    order = (own.place, own.id)
    back = (own.place.desc(), own.id.desc())
    ends = (
        select(own.shelf, own.slug, own.name, own.place)
        .add_columns(func.row_number().over(partition_by=own.shelf, order_by=order).label("up"))
        .add_columns(func.row_number().over(partition_by=own.shelf, order_by=back).label("down"))
        .where(own.shelf.is_not(None))
        .subquery()
    )
    at = ends.c
    wanted = select(ends).where((at.up == 1) | (at.down == 1)).order_by(at.place, at.up.desc())
    first: dict[int, Author] = {}
    last: dict[int, Author] = {}
    for row in connection.execute(wanted):
        if row.up == 1:
            first[row.shelf] = _author(row)
        if row.down == 1:
            last[row.shelf] = _author(row)
    return tuple(Shelf(number=n, first=first[n], last=last[n]) for n in first)


def shelves_changed(connection: Connection, since: int) -> frozenset[int]:
    """Return which pages of the list changed after change number `since`."""
    wanted = select(shelves.c.number).where(shelves.c.change > since)
    return frozenset(connection.execute(wanted).scalars())


def on_shelf(connection: Connection, number: int) -> tuple[Author, ...]:
    """Return who stands on a page of the list, in order of their names."""
    own = authors.c
    wanted = select(own.slug, own.name, own.place).where(own.shelf == number)
    rows = connection.execute(wanted.order_by(own.place, own.id))
    return tuple(_author(row) for row in rows)


def _author_pages(connection: Connection, ids: Sequence[int]) -> Iterator[AuthorPage]:
    """Yield the pages of these authors, in three statements."""
    own = authors.c
    who = {
        row.id: _author(row)
        for row in connection.execute(
            select(own.id, own.slug, own.name, own.place).where(own.id.in_(ids))
        )
    }
    found: dict[int, list[Any]] = {}
    for row in connection.execute(_wrote(ids)):
        found.setdefault(row.author_id, []).append(row)
    told_of = _told(connection, {row.id for rows in found.values() for row in rows})
    for author_id in ids:
        rows = found.get(author_id, [])
        told = tuple(
            Authored(**told_of[row.id], edition=row.edition, announced=row.at) for row in rows
        )
        more = rows[0].number - len(rows) if rows else 0
        yield AuthorPage(author=who[author_id], papers=told, more=more)


def _wrote(ids: Sequence[int]) -> Select[Any]:
    """Select the papers of authors, of each as many as are shown, and how many there are."""
    of_author = paper_authors.c.author_id
    latest = (announcements.c.edition.desc(), announcements.c.at.desc(), papers.c.id)
    ranked = (
        select(of_author, papers.c.id, announcements.c.edition, announcements.c.at)
        .add_columns(func.row_number().over(partition_by=of_author, order_by=latest).label("rank"))
        .add_columns(func.count().over(partition_by=of_author).label("number"))
        .join_from(paper_authors, papers, papers.c.id == paper_authors.c.paper_id)
        .join(announcements, _announced())
        .where(of_author.in_(ids), papers.c.moved_to.is_(None), ~is_hidden())
        .subquery()
    )
    at = ranked.c
    return select(ranked).where(at.rank <= MOST_PAPERS).order_by(at.author_id, at.rank)


def _told(connection: Connection, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return what a list tells of these papers: most stand in those of several authors."""
    found: dict[int, dict[str, Any]] = {}
    columns = [papers.c[name] for name in ("id", "key", "slug", "title", "authors")]
    for batch in batches(sorted(ids)):
        for row in connection.execute(select(*columns).where(papers.c.id.in_(batch))):
            found[row.id] = row._asdict()
    return found


def _announced() -> ColumnElement[bool]:
    """Join a paper with the edition that announced it as new."""
    at = announcements.c
    return (at.paper_id == papers.c.id) & (at.section == Section.NEW.value)


def _author(row: Any, papers: int = 0) -> Author:
    letter = bytes(row.place).decode("utf-8", "replace")[:1]
    return Author(slug=row.slug, name=row.name, letter=letter, papers=papers)
