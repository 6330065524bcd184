"""Where readers come in: the first page; and the style sheet and icon that every page has."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Period, Rendered
from digest.pipeline.changes import Changes
from digest.pipeline.standing import heard
from digest.render import to_feed_list, to_home, to_search, to_site
from digest.render.to_home import Front
from digest.render.to_sitemap import Place


def files(changes: Changes) -> Iterator[Rendered]:
    """Render them."""
    press, recent = changes.press, changes.recent_days
    yield from to_site.render_static(press.templates)
    latest = recent[0] if recent else None
    front = Front(
        latest=latest,
        records=changes.by_cadence,
        heard=heard(changes.tx, latest, press.rules.zone),
        trending=changes.rankings.get(Period.NOW),
    )
    yield to_home.render_index(front, press.site, press.templates, changes.matcher)


def places(changes: Changes) -> Iterator[Place]:
    """Name them for the map of the site, with the list of editions, that of feeds, the search."""
    yield Place(path=to_site.HOME, day=changes.latest_day)
    yield Place(path=to_site.ARCHIVE, day=changes.latest_day)
    yield Place(path=to_feed_list.PAGE)
    if changes.press.site.search:
        yield Place(path=to_search.PAGE)
