"""The pages and feeds of authors, and the list of all of them."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Rendered
from digest.pipeline.changes import Changes
from digest.render import to_authors
from digest.render.to_author_feeds import AuthorFeeds


def files(changes: Changes) -> Iterator[Rendered]:
    """Render those whose papers changed; nobody's page ever goes."""
    site, templates, tx = changes.press.site, changes.press.templates, changes.tx
    feeds = AuthorFeeds(site, templates, changes.matcher)
    for page in tx.authors_changed(changes.since):
        yield from feeds.render(page)
        yield to_authors.render_author(page, site, templates)
    for number, authors in tx.shelves_changed(changes.since):
        yield to_authors.render_shelf(number, authors, site, templates)
    yield to_authors.render_authors(tx.authors_of_late(), tx.shelves(), site, templates)
