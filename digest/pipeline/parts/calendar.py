"""The calendars of editions: the last months, and each year in which something can have changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from digest.models import Cadence, EditionRecord, Rendered
from digest.pipeline.changes import Changes
from digest.render import to_calendar, to_site
from digest.render.to_calendar import Shelf
from digest.render.to_sitemap import Place


def files(changes: Changes) -> Iterator[Rendered]:
    """Render them; a new year is named by the years beside it."""
    site, templates, years = changes.press.site, changes.press.templates, changes.years
    last = changes.days[0].start if changes.days else date.max
    shelf = _shelf(changes, to_calendar.first_shown(last), last)
    yield to_calendar.render_archive(shelf, years, site, templates)
    for year in sorted(_touched(changes)):
        at = years.index(year)
        before = years[at + 1] if at + 1 < len(years) else None
        after = years[at - 1] if at else None
        shelf = _shelf(changes, date(year, 1, 1), date(year, 12, 31))
        yield from to_calendar.render_year(year, shelf, before, after, site, templates)


def places(changes: Changes) -> Iterator[Place]:
    """Name the calendars of years for the map of the site."""
    latest = {day.start.year: day.end for day in reversed(changes.days)}
    for year in changes.years:
        yield Place(path=to_site.year_path(year), day=latest[year])


def _touched(changes: Changes) -> set[int]:
    years = changes.years
    changed = {day.year for record in changes.editions for day in (record.start, record.end)}
    for at, year in enumerate(years):
        if f"{year:04}" not in changes.shown:
            changed.update(years[max(0, at - 1) : at + 2])
    return changed & set(years)


def _shelf(changes: Changes, first: date, last: date) -> Shelf:
    days = [each for each in changes.days if first <= each.start <= last]
    return Shelf(
        days=tuple(changes.count(reversed(days))),
        weeks=_by_name(changes, Cadence.WEEK, first - timedelta(days=6), last),
        months=_by_name(changes, Cadence.MONTH, first, last),
    )


def _by_name(
    changes: Changes, cadence: Cadence, first: date, last: date
) -> dict[str, EditionRecord]:
    found = changes.records(cadence)
    return {each.name: each for each in found if first <= each.start <= last}
