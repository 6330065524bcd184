"""What is trending now, this week and this month."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Period, Rendered
from digest.pipeline.changes import Changes
from digest.render import to_trends


def files(changes: Changes) -> Iterator[Rendered]:
    """Render the three pages: a listing changes all of them."""
    press, rankings = changes.press, changes.rankings
    for period in Period:
        ranking = rankings.get(period)
        yield to_trends.render(period, ranking, press.site, press.templates, changes.matcher)
