"""The API that needs no server: the papers and days that changed, and the list of what there is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from digest.models import Cadence, Rendered
from digest.pipeline.changes import Changes
from digest.render import to_api


def files(changes: Changes) -> Iterator[Rendered]:
    """Render what can have changed of it."""
    for page in changes.tx.papers_changed(changes.since):
        yield from to_api.render_paper(page, changes.press.site)
    for record in changes.editions:
        if record.cadence is Cadence.DAY:
            yield to_api.render_day(changes.edition(record), changes.press.site)
    yield from to_api.render_stock(_stock(changes), changes.press.site)


def gone(changes: Changes) -> Iterator[str]:
    """Name the files of papers that the curator has hidden since."""
    for paper in changes.tx.pages.hidden(changes.since):
        yield from to_api.paper_paths(paper)


def _stock(changes: Changes) -> to_api.Stock:
    years = groupby(changes.days, key=lambda day: day.start.year)
    return to_api.Stock(
        years={year: tuple(day.name for day in days) for year, days in years},
        counts={
            "papers": changes.tx.pages.count(),
            "days": len(changes.days),
            "weeks": len(changes.records(Cadence.WEEK)),
            "months": len(changes.records(Cadence.MONTH)),
        },
    )
