"""Which day a dump counts for."""

from datetime import date

import pytest

from digest.dumps import HeaderDay
from digest.dumps.dates import dump_day, parse_day, with_year

ARRIVED = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("name", "header", "expected"),
    [
        ("2026-03-11.txt", None, date(2026, 3, 11)),
        ("papers_20260311_a.json.gz", None, date(2026, 3, 11)),
        ("papers.2026_03_11.html", None, date(2026, 3, 11)),
        ("2026-03-11.txt", HeaderDay(month=2, day=1), date(2026, 3, 11)),
        ("2026-03-16.txt", None, date(2026, 3, 16)),
        ("2026-03-17.txt", None, ARRIVED),
        ("2026-03-17.txt", HeaderDay(month=3, day=9), date(2026, 3, 9)),
        ("2026-13-45.txt", None, ARRIVED),
        ("2026-02-29.txt", None, ARRIVED),
        ("1031-01-01.txt", None, ARRIVED),
        ("run-120260311.txt", None, ARRIVED),
        ("2027-01-01 seen 2026-03-10.txt", None, date(2026, 3, 10)),
        ("dump.txt", HeaderDay(month=3, day=11), date(2026, 3, 11)),
        ("dump.txt", HeaderDay(month=3, day=15), ARRIVED),
        ("dump.txt", HeaderDay(month=3, day=16), date(2025, 3, 16)),
        ("dump.txt", HeaderDay(month=12, day=31), date(2025, 12, 31)),
        ("dump.txt", HeaderDay(month=2, day=29), date(2024, 2, 29)),
        ("dump.txt", HeaderDay(month=2, day=30), ARRIVED),
        ("dump.txt", HeaderDay(month=3, day=16, year=2026), date(2026, 3, 16)),
        ("dump.txt", HeaderDay(month=3, day=17, year=2026), ARRIVED),
        ("dump.txt", HeaderDay(month=7, day=1, year=2024), date(2024, 7, 1)),
        ("dump.txt", None, ARRIVED),
    ],
)
def test_dump_day(name, header, expected):
    assert dump_day(name, header, ARRIVED) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mar 11", (3, 11, None)),
        ("Aug1", (8, 1, None)),
        ("September 9", (9, 9, None)),
        ("Wed, Mar 11", (3, 11, None)),
        ("Wednesday March 11, 2026", (3, 11, 2026)),
        ("11 March 2026", (3, 11, 2026)),
        ("Mar 11th", (3, 11, None)),
        ("2026-03-11", (3, 11, 2026)),
        ("2026-03-11T08:00:00.000Z", (3, 11, 2026)),
        ("2026-03-11 08:00 UTC", (3, 11, 2026)),
    ],
)
def test_days_are_parsed(text, expected):
    day = parse_day(text)
    assert day is not None
    assert (day.month, day.day, day.year) == expected


@pytest.mark.parametrize(
    "text",
    ["", "March", "March 2024", "Feb 30", "2026-13-01", "Marching 11", "Mar 11 papers", "11"],
)
def test_what_is_no_day_is_none(text):
    assert parse_day(text) is None


@pytest.mark.parametrize(
    ("near", "year"),
    [(date(2026, 1, 2), 2025), (date(2025, 12, 30), 2025), (date(2026, 8, 1), 2025)],
)
def test_a_year_is_taken_from_what_stands_near(near, year):
    assert with_year(HeaderDay(month=12, day=31), near).year == year
