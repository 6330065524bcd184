"""The pages and feeds of authors, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, tzinfo
from functools import cache, partial

from digest.edition import within
from digest.models import AuthorPage, Rendered, Shelf
from digest.pipeline.changes import Changes
from digest.render import to_authors, to_site
from digest.render.to_author_feeds import AuthorFeeds
from digest.render.to_sitemap import Place


def files(changes: Changes) -> Iterator[Rendered]:
    """Render those whose papers changed; nobody's page ever goes."""
    site, templates, tx = changes.press.site, changes.press.templates, changes.tx
    feeds = _feeds(changes)
    announced = cache(partial(_announced, changes.press.rules.zone))  # papers of a day share it
    for page in (_dated(page, announced) for page in tx.authors_changed(changes.since)):
        yield from feeds.render(page)
        yield to_authors.render_author(page, site, templates)
    for number in sorted(tx.shelves_changed(changes.since)):
        yield to_authors.render_shelf(number, tx.on_shelf(number), site, templates)
    all_shelves = changes.once(shelves)
    yield to_authors.render_authors(tx.authors_of_late(), all_shelves, site, templates)


def places(_: Changes) -> Iterator[Place]:
    """Name the page that leads to all others, for the map of the site."""
    yield Place(path=to_site.AUTHORS)


def shelves(changes: Changes) -> tuple[Shelf, ...]:
    """Return the pages of the list of all authors."""
    return changes.tx.shelves()


def _feeds(changes: Changes) -> AuthorFeeds:
    """Make what renders feeds; where all is made anew, those that are there are not asked."""
    press, pages = changes.press, changes.tx.pages
    make = partial(AuthorFeeds, press.site, press.templates, changes.matcher, pages.numbered)
    if not changes.since:
        return make()
    return make(changes.output.held, frozenset(pages.papers_changed(changes.since)))


def _dated(page: AuthorPage, announced: Callable[[str, datetime], datetime]) -> AuthorPage:
    """Date the papers of an author as their editions do, and put the latest first."""
    papers = [
        replace(told, announced=announced(told.edition, told.announced)) for told in page.papers
    ]
    papers.sort(key=lambda told: told.id)
    papers.sort(key=lambda told: told.announced, reverse=True)
    return replace(page, papers=tuple(papers))


def _announced(zone: tzinfo, edition: str, at: datetime) -> datetime:
    day = date.fromisoformat(edition)
    return within(at, day, day, zone)
