"""What is trending now, this week and this month."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Period, Rendered
from digest.pipeline.changes import Changes
from digest.render import to_site, to_trends
from digest.render.to_sitemap import Place


def files(changes: Changes) -> Iterator[Rendered]:
    """Render the three pages: a listing changes all of them."""
    press, rankings = changes.press, changes.rankings
    for period in Period:
        ranking = rankings.get(period)
        yield to_trends.render(period, ranking, press.site, press.templates, changes.matcher)


def places(changes: Changes) -> Iterator[Place]:
    """Name them for the map of the site."""
    for period in Period:
        yield Place(path=to_site.trending_path(period), day=changes.latest_day)
