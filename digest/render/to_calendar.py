"""Renders the calendars: the last twelve months in `editions/`, each year in a page of its own.

A day is a cell of a table: its number, how many new papers it holds, and a shade for that; weeks
and months lead to their editions. A new day touches the first page and its year's. The figures lie
beside the page of a year as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import jinja2

from digest.models import Counted, EditionRecord, Rendered, Site, Tongue
from digest.render import names
from digest.render.to_site import ARCHIVE, edition_path, lay_out, year_path

SHADES = 4
_MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The editions of a time: its days with what they hold, its weeks and months by name."""

    days: tuple[Counted, ...]
    weeks: Mapping[str, EditionRecord]
    months: Mapping[str, EditionRecord]


def days_path(year: int) -> str:
    """Name the file that tells how many papers the days of a year hold."""
    return f"{names.year_folder(year)}/days.json"


def first_shown(last: date) -> date:
    """Return the first day of the twelve months that end with the month of the `last` day."""
    months = last.year * 12 + last.month - _MONTHS_SHOWN
    return date(months // 12, months % 12 + 1, 1)


def render_archive(
    shelf: Shelf, years: Sequence[int], site: Site, templates: jinja2.Environment
) -> Rendered:
    """Render the calendar of the last months, the latest first, and where all `years` lead to."""
    values = _calendar(shelf, site.tongue)
    values["months"] = values["months"][::-1]
    values["years"] = [_year(year) for year in years]
    return lay_out("archive.html", ARCHIVE, site, templates, values)


def render_year(
    year: int,
    shelf: Shelf,
    before: int | None,
    after: int | None,
    site: Site,
    templates: jinja2.Environment,
) -> tuple[Rendered, Rendered]:
    """Render the calendar of a year, and its figures; `before` and `after` are years with one."""
    values = _calendar(shelf, site.tongue) | {
        "year": year,
        "editions": len(shelf.days),
        "new": sum(day.new for day in shelf.days),
        "around": {"before": before and _year(before), "after": after and _year(after)},
        "figures": days_path(year),
    }
    page = lay_out("year.html", year_path(year), site, templates, values)
    return page, Rendered(path=days_path(year), content=_figures(year, shelf.days))


def _figures(year: int, days: Sequence[Counted]) -> bytes:
    told = {each.day.isoformat(): _figure(each) for each in days}
    return json.dumps({"year": year, "days": told}, ensure_ascii=False, indent=1).encode() + b"\n"


def _figure(told: Counted) -> dict[str, object]:
    return {"new": told.new} | ({"topics": dict(told.topics)} if told.topics else {})


def _year(year: int) -> dict[str, object]:
    return {"name": f"{year:04}", "title": f"{year}", "path": year_path(year)}


def _calendar(shelf: Shelf, tongue: Tongue) -> dict[str, list[dict[str, object]]]:
    by_day = {each.day: each for each in shelf.days}
    most = max((each.new for each in shelf.days), default=0)
    months = _months(min(by_day), max(by_day)) if by_day else []
    return {
        "months": [_month(first, by_day, most, shelf, tongue) for first in months],
        "shades": _shades(most),
    }


def _months(first: date, last: date) -> list[date]:
    """Return the first day of each month from that of one day to that of another."""
    span = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(n // 12, n % 12 + 1, 1) for n in span]


def _month(
    first: date, by_day: Mapping[date, Counted], most: int, shelf: Shelf, tongue: Tongue
) -> dict[str, object]:
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    monday = first - timedelta(days=first.weekday())
    weeks = range((last - monday).days // 7 + 1)
    mondays = [monday + timedelta(weeks=n) for n in weeks]
    found = shelf.months.get(f"{first:%Y-%m}")
    return {
        "name": f"{first:%Y-%m}",
        "title": tongue.month_year(first),
        "path": found and edition_path(found.name),
        "new": sum(each.new for each in shelf.days if first <= each.day <= last),
        "weeks": [_week(each, first.month, by_day, most, shelf, tongue) for each in mondays],
    }


def _week(
    monday: date,
    month: int,
    by_day: Mapping[date, Counted],
    most: int,
    shelf: Shelf,
    tongue: Tongue,
) -> dict[str, object]:
    year, number, _ = monday.isocalendar()
    found = shelf.weeks.get(f"{year}-W{number:02}")
    days = [monday + timedelta(days=n) for n in range(7)]
    return {
        "number": number,
        "title": names.edition_title(found, tongue) if found else "",
        "path": found and edition_path(found.name),
        "days": [_day(day, by_day.get(day), most) if day.month == month else None for day in days],
    }


def _day(day: date, told: Counted | None, most: int) -> dict[str, object]:
    return {
        "day": day,
        "new": told and told.new,
        "shade": _shade(told.new, most) if told else 0,
        "path": told and edition_path(day.isoformat()),
    }


def _shade(new: int, most: int) -> int:
    """Return 0 for none, 1 for few, `SHADES` for the most."""
    return (new - 1) * SHADES // most + 1 if new else 0


def _shades(most: int) -> list[dict[str, object]]:
    """Return which numbers each shade stands for, from few to many."""
    numbers: dict[int, list[int]] = {}
    for new in range(1, most + 1):
        numbers.setdefault(_shade(new, most), []).append(new)
    return [{"shade": shade, "least": mine[0], "most": mine[-1]} for shade, mine in numbers.items()]
