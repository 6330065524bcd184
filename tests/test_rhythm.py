"""When editions close and hours come: once a day, in every zone, whatever clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from digest.rhythm import at_local, closes_at, due_at

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
ZONES = sorted(name for name in available_timezones() if name not in ("Factory", "localtime"))
FROM, DAYS = date(2024, 1, 1), 3653  # ten years, three leap days


def utc(*told: int) -> datetime:
    return datetime(*told, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "clock", "zone", "instant"),
    [
        (date(2026, 3, 11), time(7), BERLIN, utc(2026, 3, 11, 6)),
        (date(2026, 3, 29), time(2, 30), BERLIN, utc(2026, 3, 29, 1, 30)),  # skipped: 03:30
        (date(2026, 10, 25), time(2, 30), BERLIN, utc(2026, 10, 25, 0, 30)),  # twice: the first
        (date(2026, 9, 6), time(), ZoneInfo("America/Santiago"), utc(2026, 9, 6, 4)),  # no midnight
    ],
)
def test_a_skipped_time_is_later_and_a_doubled_one_the_first(
    day: date, clock: time, zone: ZoneInfo, instant: datetime
) -> None:
    assert at_local(day, clock, zone) == instant


def test_an_edition_closes_as_its_last_day_ends_or_at_the_time_told() -> None:
    assert closes_at(date(2026, 3, 11), None, BERLIN) == utc(2026, 3, 11, 23)
    assert closes_at(date(2026, 3, 11), time(16, 30), BERLIN) == utc(2026, 3, 11, 15, 30)
    assert closes_at(date(2026, 3, 8), None, NEW_YORK) == utc(2026, 3, 9, 4)  # a day of 23 hours


@pytest.mark.parametrize(
    ("closed", "hour", "zone", "due"),
    [
        (utc(2026, 3, 12), 7, UTC, utc(2026, 3, 12, 7)),
        (utc(2026, 3, 12), 0, UTC, utc(2026, 3, 12)),
        (utc(2026, 3, 12, 7), 7, UTC, utc(2026, 3, 12, 7)),
        (utc(2026, 3, 12, 7, 0, 1), 7, UTC, utc(2026, 3, 13, 7)),
        (utc(2026, 3, 12), 7, ZoneInfo("Asia/Tokyo"), utc(2026, 3, 12, 22)),
        (utc(2026, 3, 12), 7, NEW_YORK, utc(2026, 3, 12, 11)),
        (utc(2026, 3, 12), 7, ZoneInfo("Pacific/Kiritimati"), utc(2026, 3, 12, 17)),
    ],
)
def test_an_edition_is_due_at_the_first_such_hour_once_it_closed(
    closed: datetime, hour: int, zone: ZoneInfo, due: datetime
) -> None:
    assert due_at(closed, hour, zone) == due


@pytest.mark.parametrize("hour", [0, 2, 7, 23])
def test_in_every_zone_an_edition_comes_soon_and_in_order_over_ten_years(hour: int) -> None:
    """Looked at where clocks change: never before it closed, never later than a long day after."""
    closings = [utc(FROM.year, 1, 1) + timedelta(days=n) for n in range(DAYS)]
    for name in ZONES:
        zone = ZoneInfo(name)
        offsets = [closing.astimezone(zone).utcoffset() for closing in closings]
        changes = {n for n in range(1, DAYS) if offsets[n] != offsets[n - 1]}
        near = sorted({at for n in changes for at in range(n - 2, n + 3) if 0 <= at < DAYS} | {0})
        for n in near:
            due = due_at(closings[n], hour, zone)
            assert timedelta() <= due - closings[n] <= timedelta(hours=26), (name, closings[n])
            local = due.astimezone(zone).date()  # where the hour is skipped, perhaps the next
            days = (local, local - timedelta(days=1))
            assert due in [at_local(day, time(hour), zone) for day in days], (name, closings[n])
            if n:  # at one instant, where clocks change and the hour is that of the closing
                assert due >= due_at(closings[n - 1], hour, zone), (name, closings[n])


def test_a_zone_that_left_out_a_day_gets_both_editions() -> None:
    samoa = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
    dues = [due_at(utc(2011, 12, day), 7, samoa) for day in (29, 30, 31)]
    assert dues == sorted(dues)
    assert all(due.astimezone(samoa).hour == 7 for due in dues)
