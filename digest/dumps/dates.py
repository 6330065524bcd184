"""Days: those that a page or a file name tells, and which one counts for a dump.

Reads no clock: when a dump arrived is an argument.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from digest.dumps.listing import HeaderDay

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?)"
)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s*)?"
_SPOKEN = (
    re.compile(
        rf"(?i){_WEEKDAY}{_MONTH}\s*(?P<day>\d\d?)(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{{4}}))?"
    ),
    re.compile(
        rf"(?i){_WEEKDAY}(?P<day>\d\d?)(?:st|nd|rd|th)?\s*{_MONTH}(?:,?\s*(?P<year>\d{{4}}))?"
    ),
)
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(?:Z|UTC|GMT|[+-]\d\d:?\d\d)?)?"
)
_IN_NAME = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d\d)\2(\d\d)(?!\d)")
_MONTH_ALONE = re.compile(rf"(?i){_WEEKDAY}{_MONTH}")


def dump_day(name: str, header: HeaderDay | None, arrived: date) -> date:
    """Return the day a dump counts for: of its name, else its header, else when it arrived.

    A header without a year means the latest such day that is not after `arrived`. A day later
    than the one after `arrived` is not believed.
    """
    return day_in_name(name, arrived) or _of_header(header, arrived) or arrived


def day_in_name(name: str, arrived: date) -> date | None:
    """Return the day that a file's name tells: `2026-03-11`, `20260311`; None if it is too late."""
    latest = arrived + timedelta(days=1)
    for year, _, month, day in _IN_NAME.findall(name):
        named = make_date(int(year), int(month), int(day))
        if named and named <= latest and named.year >= 1990:
            return named
    return None


def parse_day(text: str) -> HeaderDay | None:
    """Return the day that `text` as a whole is: `Mar 11`, `Aug1`, `11 March 2026`, ISO 8601."""
    for pattern in (*_SPOKEN, _ISO):
        if found := pattern.fullmatch(text):
            month = found["month"]
            number = int(month) if month.isdigit() else _NAMES.index(month[:3].lower()) + 1
            year = int(found["year"]) if found["year"] else None
            if make_date(year or 2000, number, int(found["day"])):
                return HeaderDay(month=number, day=int(found["day"]), year=year)
    return None


def is_month(text: str) -> bool:
    """Tell whether `text` is the name of a month, as a page writes it above the number."""
    return _MONTH_ALONE.fullmatch(text) is not None


def make_date(year: int, month: int, day: int) -> date | None:
    """Return the date, or None where there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def with_year(header: HeaderDay, near: date) -> HeaderDay:
    """Return `header` with its year: next to `near`, else the latest that is not after it."""
    for year in (near.year, near.year + 1, near.year - 1):
        day = make_date(year, header.month, header.day)
        if day and abs((day - near).days) <= 10:
            return HeaderDay(month=header.month, day=header.day, year=year)
    latest = _of_header(header, near)
    return HeaderDay(month=header.month, day=header.day, year=latest.year if latest else None)


def _of_header(header: HeaderDay | None, arrived: date) -> date | None:
    if header is None:
        return None
    if header.year is not None:
        told = make_date(header.year, header.month, header.day)
        return told if told and told <= arrived + timedelta(days=1) else None
    years = range(arrived.year, arrived.year - 9, -1)  # 29 February: at most eight years back
    days = (make_date(year, header.month, header.day) for year in years if year > 0)
    return next((day for day in days if day and day <= arrived), None)
