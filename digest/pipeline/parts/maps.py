"""The map of the site for search engines, cut so that a new day touches few of its files.

    pages            what is there once: the functions in `PAGES` name it
    editions-2026    the editions of a year
    papers-7         a thousand papers, by their row numbers
    authors-7        a page of the list of all authors, and those on it

A kind of page that is there often has a function in `CHAPTERS`, which yields each chapter with its
pages, or without them where it stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from digest.models import EditionRecord, Rendered
from digest.pipeline.changes import Changes
from digest.pipeline.parts import about, calendar, entrances, topics, trends
from digest.pipeline.parts import authors as of_authors
from digest.render import to_authors, to_papers, to_site, to_sitemap
from digest.render.to_sitemap import Place

SPAN = 1000
"""How many row numbers a chapter of papers spans."""

Held = Mapping[str, date | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A part of the map. `places` is None where it stays as it is published."""

    name: str
    places: Sequence[Place] | None


def files(changes: Changes) -> Iterator[Rendered]:
    """Render the chapters that can have changed, and the list of all."""
    site = changes.press.site
    days: dict[str, date | None] = {}
    for chapter, published in changes.once(_chapters):
        if chapter.places is None:
            days[chapter.name] = published
        elif chapter.places:
            days[chapter.name] = to_sitemap.latest(chapter.places)
            yield to_sitemap.render_chapter(chapter.name, chapter.places, site)
    yield to_sitemap.render_index(days, site)


def gone(changes: Changes) -> Iterator[str]:
    """Name the chapters that hold nothing any more."""
    for chapter, _ in changes.once(_chapters):
        if chapter.places is not None and not chapter.places:
            yield to_sitemap.chapter_path(chapter.name)


def pages(changes: Changes, _: Held) -> Iterator[Chapter]:
    """Yield the chapter of what is there once."""
    places = [place for part in PAGES for place in part(changes)]
    yield Chapter(name="pages", places=places)


def editions(changes: Changes, _: Held) -> Iterator[Chapter]:
    """Yield a chapter for each year: few pages, and known already."""
    latest: dict[str, date] = {}
    for day in reversed(changes.days):
        latest.update({name: day.end for name in (day.name, day.week, day.month) if name})
    in_order = sorted(changes.by_name.values(), key=lambda record: record.start, reverse=True)
    for year, records in groupby(in_order, key=lambda record: record.start.year):
        yield Chapter(name=f"editions-{year}", places=[_edition(r, latest) for r in records])


def papers(changes: Changes, held: Held) -> Iterator[Chapter]:
    """Yield the chapters of papers; those in which none changed stay."""
    changed = {number // SPAN for number in changes.tx.pages.papers_changed(changes.since)}
    for chapter in range(changes.tx.pages.last_paper() // SPAN + 1):
        name = f"papers-{chapter + 1}"
        first = chapter * SPAN
        stays = name in held and chapter not in changed
        places = None if stays else _papers(changes, first, first + SPAN - 1)
        yield Chapter(name=name, places=places)


def authors(changes: Changes, held: Held) -> Iterator[Chapter]:
    """Yield a chapter for each page of the list of authors; those on which nobody came stay."""
    changed = changes.tx.shelves_changed(changes.since)
    for number in sorted(shelf.number for shelf in changes.once(of_authors.shelves)):
        name = f"authors-{number}"
        stays = name in held and number not in changed
        yield Chapter(name=name, places=None if stays else _authors(changes, number))


PAGES: tuple[Callable[[Changes], Iterator[Place]], ...] = (
    entrances.places,
    trends.places,
    topics.places,
    calendar.places,
    of_authors.places,
    about.places,
)
CHAPTERS: tuple[Callable[[Changes, Held], Iterator[Chapter]], ...] = (
    pages,
    editions,
    papers,
    authors,
)


def _chapters(changes: Changes) -> tuple[tuple[Chapter, date | None], ...]:
    """Return all chapters, each with the day that the published map tells of it."""
    held: Held = {}
    if changes.since:
        held = to_sitemap.chapters_of(changes.output.held(to_sitemap.INDEX) or b"")
    chapters = (chapter for part in CHAPTERS for chapter in part(changes, held))
    return tuple((chapter, held.get(chapter.name)) for chapter in chapters)


def _edition(record: EditionRecord, latest: Mapping[str, date]) -> Place:
    day = latest.get(record.name, record.start)
    return Place(path=to_site.edition_path(record.name), day=day)


def _papers(changes: Changes, first: int, last: int) -> list[Place]:
    found = changes.tx.pages.papers(first, last)
    return [Place(path=to_site.paper_path(slug), day=day) for slug, day in found]


def _authors(changes: Changes, number: int) -> list[Place]:
    here = [to_papers.author_path(author.slug) for author in changes.tx.on_shelf(number)]
    return [Place(path=path) for path in (to_authors.shelf_path(number), *here)]
