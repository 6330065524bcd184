"""Where readers come in: the first page, the list of editions, the page for what is not there."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Rendered
from digest.pipeline.changes import Changes
from digest.render import to_feed_list, to_site
from digest.render.to_sitemap import Place


def files(changes: Changes) -> Iterator[Rendered]:
    """Render them; and the style sheet and icon that every page has."""
    site, templates = changes.press.site, changes.press.templates
    yield from to_site.render_static(templates)
    recent, records = changes.recent_days, changes.tx.editions()
    yield to_site.render_archive(records, site, templates)
    yield to_site.render_not_found(site, templates)
    latest = recent[0] if recent else None
    yield to_site.render_index(latest, records, site, templates, changes.matcher)


def places(changes: Changes) -> Iterator[Place]:
    """Name them for the map of the site, but the page for what is not there."""
    latest = changes.days[0].end if changes.days else None
    yield Place(path=to_site.HOME, day=latest)
    yield Place(path=to_site.ARCHIVE, day=latest)
    yield Place(path=to_feed_list.PAGE)
