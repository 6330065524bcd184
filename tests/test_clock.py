"""The end of a day: in every zone, across daylight-saving changes, leap days and days left out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.clock import next_local_midnight


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        ("UTC", "2026-03-11T12:00", "2026-03-12T00:00"),
        ("UTC", "2026-03-11T00:00", "2026-03-12T00:00"),
        ("UTC", "2026-03-11T23:59:59.999999", "2026-03-12T00:00"),
        ("UTC", "2024-02-28T12:00", "2024-02-29T00:00"),
        ("UTC", "2024-02-29T12:00", "2024-03-01T00:00"),
        ("UTC", "2025-02-28T12:00", "2025-03-01T00:00"),
        ("UTC", "2026-12-31T12:00", "2027-01-01T00:00"),
        ("Asia/Kathmandu", "2026-03-11T12:00", "2026-03-11T18:15"),
        ("Pacific/Kiritimati", "2026-03-11T12:00", "2026-03-12T10:00"),
        # Clocks change in the night, but not at midnight.
        ("Europe/Berlin", "2026-03-28T23:00", "2026-03-29T22:00"),  # a day of 23 hours
        ("Europe/Berlin", "2026-10-24T22:00", "2026-10-25T23:00"),  # a day of 25 hours
        ("America/New_York", "2026-03-08T05:00", "2026-03-09T04:00"),
        # Midnight does not exist: the day begins at 01:00.
        ("America/Sao_Paulo", "2018-11-03T12:00", "2018-11-04T03:00"),
        ("Africa/Cairo", "2024-04-25T12:00", "2024-04-25T22:00"),
        ("Asia/Beirut", "2024-03-30T12:00", "2024-03-30T22:00"),
        ("America/Havana", "2024-03-09T12:00", "2024-03-10T05:00"),
        # The last hour of the day comes twice: the day ends with the second.
        ("America/Sao_Paulo", "2018-02-17T12:00", "2018-02-18T03:00"),
        ("America/Sao_Paulo", "2018-02-18T02:30", "2018-02-18T03:00"),
        ("Africa/Cairo", "2024-10-31T12:00", "2024-10-31T22:00"),
        # Midnight comes twice: the first counts, the day has 25 hours.
        ("America/Havana", "2024-11-02T12:00", "2024-11-03T04:00"),
        ("America/Havana", "2024-11-03T04:30", "2024-11-04T05:00"),
        ("America/Havana", "2024-11-03T05:30", "2024-11-04T05:00"),
        # One minute of the new day, then an hour of the old one again.
        ("America/St_Johns", "2010-11-07T02:00", "2010-11-07T02:30"),
        ("America/St_Johns", "2010-11-07T02:30:30", "2010-11-08T03:30"),
        ("America/St_Johns", "2010-11-07T03:00", "2010-11-07T03:30"),
        # The clock skips from 23:30 to 00:30: the day begins half an hour in.
        ("America/Toronto", "1919-03-30T12:00", "1919-03-31T04:30"),
        # Samoa left out the 30th of December 2011, Kwajalein the 21st of August 1993.
        ("Pacific/Apia", "2011-12-29T12:00", "2011-12-30T10:00"),
        ("Pacific/Apia", "2011-12-30T10:00", "2011-12-31T10:00"),
        ("Pacific/Kwajalein", "1993-08-20T14:00", "1993-08-21T12:00"),
    ],
)
def test_a_day_ends_when_the_next_begins(zone: str, now: str, expected: str) -> None:
    assert next_local_midnight(utc(now), ZoneInfo(zone)) == utc(expected)


ZONES = (
    *("Europe/Berlin", "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "America/Havana"),
    *(
        "Pacific/Apia",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Asia/Tehran",
    ),
    *("Asia/Gaza", "America/Asuncion", "Atlantic/Azores", "Antarctica/Troll", "America/Nuuk"),
)


@pytest.mark.parametrize("zone", ZONES)
def test_twenty_years_have_each_day_once_and_in_order(zone: str) -> None:
    local = ZoneInfo(zone)
    now = utc("2009-01-01T12:00")
    days: list[date] = []
    while now.year < 2029:
        midnight = next_local_midnight(now, local)
        assert now < midnight <= now + timedelta(hours=49)
        just_before = midnight - timedelta(seconds=1)
        assert just_before.astimezone(local).date() < midnight.astimezone(local).date()
        days.append(midnight.astimezone(local).date())
        now = midnight
    left_out = {date(2011, 12, 30)} if zone == "Pacific/Apia" else set()
    every = [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)]
    assert days == [day for day in every if day not in left_out]
