"""Clocks that change and jump, days that are missing: each edition once to each reader.

How hours are reckoned in every zone over ten years is tested in test_rhythm.py; here mail goes out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from mailroom import (
    DAY,
    MINUTE,
    RULES,
    SEVEN,
    Clock,
    address,
    counts,
    fill,
    reader,
    readers_of,
    room,
    run,
    taken,
)
from smtp_faults import DROP, GOOD, PLAIN, serving
from store_values import day_edition

from digest.models import Consent, ConsentAct, Delivery, DeliveryState, Envelope
from digest.pipeline.deliver import Wishes, deliver
from digest.pipeline.planning import Planner, Timetable
from digest.store import Store, open_store

HOUR, A_DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
JUMPS = [HOUR, -HOUR, A_DAY, -A_DAY, YEAR, -YEAR]
READERS = 12


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_clock_that_jumps_in_mid_run_and_back_repeats_and_loses_nothing(
    store: Store, jump: timedelta, connections: int
) -> None:
    fill(store, READERS)
    clock = Clock()
    left = [5]

    def told(step: str, line: str) -> None:
        del line
        left[0] -= step == "end"
        clock.at = SEVEN if left[0] > 0 else SEVEN + jump

    with serving(GOOD, told=told) as (port, seen):
        run(store, port, clock, connections=connections)
        run(store, port, clock, connections=connections)
        left[0] = 99
        clock.at = SEVEN + 5 * MINUTE
        run(store, port, clock, connections=connections)
        assert readers_of(seen) == {address(n): 1 for n in range(READERS)}
    assert counts(store) == {"sent": READERS}


@pytest.mark.parametrize("jump", [HOUR, A_DAY, 2 * A_DAY], ids=str)
def test_a_clock_that_jumps_between_runs_repeats_nothing(store: Store, jump: timedelta) -> None:
    fill(store, READERS)
    with serving(GOOD) as (port, seen):
        for at in (SEVEN + jump, SEVEN, SEVEN - jump, SEVEN + 2 * jump, SEVEN + YEAR, SEVEN):
            run(store, port, lambda at=at: at)
        assert readers_of(seen) == {address(n): 1 for n in range(READERS)}


@pytest.mark.parametrize("jump", [A_DAY * 2, YEAR], ids=str)
def test_what_a_clock_put_off_into_the_future_goes_out_once_it_is_right(
    store: Store, jump: timedelta
) -> None:
    """The connection broke while the clock was ahead: the next try is a minute later, by it."""
    (_,) = fill(store, 1)
    Planner(store, RULES, Timetable(), SEVEN).plan()
    with serving(PLAIN | {"data": DROP}) as (port, _):
        run(store, port, lambda: SEVEN + jump)
    assert counts(store) == {"pending": 1}
    with serving(GOOD) as (port, seen):
        run(store, port, lambda: SEVEN + HOUR)
        assert len(seen.mails) == 1


class DiedError(BaseException):
    """What ends a process."""


@pytest.mark.parametrize("resends", [True, False])
@pytest.mark.parametrize("jump", [A_DAY * 2, YEAR], ids=str)
def test_what_a_sender_held_that_died_in_the_future_is_taken_once_the_clock_is_right(
    store: Store, jump: timedelta, resends: bool
) -> None:
    numbers = fill(store, READERS)
    Planner(store, RULES, Timetable(), SEVEN).plan()
    ahead = SEVEN + jump
    with store.writing_post() as post:
        post.outbox.lease("dead", ahead, ahead + 90 * MINUTE / 60, READERS)
        post.outbox.start("dead", [(DAY, numbers[0])], ahead + 90 * MINUTE / 60)
    with serving(GOOD) as (port, seen):
        report = run(store, port, lambda: SEVEN + HOUR, resends=resends)
        got = READERS if resends else READERS - 1
        assert (len(seen.mails), report.resent, report.held) == (got, resends, not resends)


@pytest.fixture
def quick_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store on SQLite: what is told here is arithmetic."""
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('time') / 'digest.db'}")
    yield opened
    opened.close()


def settle(store: Store, at: datetime) -> list[tuple[str, int]]:
    """Plan what is due, and count it as sent; return it."""
    Planner(store, RULES, Timetable(), at).plan()
    with store.writing_post() as post:
        leased = post.outbox.lease("a", at, at + HOUR, 1000)
    return [(one.edition, one.subscriber_id) for one in leased]


CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),  # 02:00 is skipped
    ("Europe/Berlin", date(2026, 10, 25)),  # 02:00 comes twice
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Santiago", date(2026, 9, 6)),  # midnight is skipped
    ("America/Havana", date(2026, 11, 1)),  # midnight comes twice
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Antarctica/Troll", date(2026, 3, 29)),  # by two hours
    ("Asia/Kathmandu", date(2028, 2, 29)),  # a leap day, 5:45 ahead
    ("Pacific/Kiritimati", date(2028, 2, 29)),
]


@pytest.mark.parametrize(("zone", "day"), CHANGES, ids=str)
def test_where_clocks_change_each_edition_goes_once_and_in_order_to_each_hour(
    quick_store: Store, zone: str, day: date
) -> None:
    """Looked at each half hour, as a sweep would."""
    hours = (0, 1, 2, 3, 7, 23)
    days = [str(day + timedelta(days=n)) for n in range(-3, 3)]
    start = datetime.combine(day, datetime.min.time(), UTC) - 9 * A_DAY
    consent = Consent(act=ConsentAct.CONFIRMED, at=start)
    with quick_store.writing() as tx:
        for name in days:
            tx.open_edition(day_edition(date.fromisoformat(name)))
    with quick_store.writing_post() as post:
        first = post.register.add_many(
            [
                (reader(n, start, hour=hour, zone=zone), address(n), consent)
                for n, hour in enumerate(hours)
            ]
        )
    came: dict[int, list[tuple[str, datetime]]] = {}
    at = start + 5 * A_DAY
    for _ in range(48 * 11):
        for edition, number in settle(quick_store, at):
            came.setdefault(number, []).append((edition, at))
        at += HOUR / 2
    for number, hour in enumerate(hours, first):
        assert [edition for edition, _ in came[number]] == days, hour
        for edition, when in came[number]:
            local = when.astimezone(ZoneInfo(zone))
            skipped = not _exists(local.date(), hour, ZoneInfo(zone))
            assert local.hour == hour or skipped, (edition, local)


def _exists(day: date, hour: int, zone: ZoneInfo) -> bool:
    local = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
    there_and_back = local.astimezone(UTC).astimezone(zone)
    return there_and_back.replace(tzinfo=None) == local.replace(tzinfo=None)


def test_a_leap_day_has_its_own_edition_and_goes_out(quick_store: Store) -> None:
    days = ("2028-02-28", "2028-02-29", "2028-03-01")
    fill(quick_store, 1, days)
    found = [
        name
        for hours in range(24 * 5)
        for name, _ in settle(quick_store, datetime(2028, 2, 28, tzinfo=UTC) + hours * HOUR)
    ]
    assert found == list(days)


def test_a_machine_that_slept_makes_up_for_it_once_within_max_age(quick_store: Store) -> None:
    days = [f"2026-03-{n:02}" for n in (9, 10, 11)]
    fill(quick_store, 1, days)
    assert [name for name, _ in settle(quick_store, SEVEN + HOUR)] == days[1:]
    assert settle(quick_store, SEVEN + 2 * HOUR) == []


def test_a_backfill_is_not_mailed_unless_asked_and_then_once(store: Store) -> None:
    days = [f"2025-12-{n:02}" for n in range(1, 31)]
    numbers = fill(store, 2, days)
    with serving(GOOD) as (port, seen):
        assert run(store, port).counts == {}
        assert seen.connections == 0
        own = room(store, port)
        report = deliver(own, Wishes(include_stale=True))
        assert report.counts == {DeliveryState.SENT: 60}
        assert report.planned == dict.fromkeys(days, 2)
        assert deliver(own, Wishes(include_stale=True)).counts == {}
        assert run(store, port).counts == {}
    expected = Counter(f"<{day}.{number}@example.org>" for day in days for number in numbers)
    assert taken(seen) == expected


def test_a_mail_has_the_time_it_was_planned_for_however_late_it_goes(store: Store) -> None:
    """So that another attempt makes the same bytes."""
    fill(store, 1)
    made: list[bytes] = []

    def letter(delivery: Delivery) -> Envelope:
        content = f"To: x\r\nDate: {delivery.planned_at}\r\n".encode()
        made.append(content)
        return Envelope(sender="l@example.org", recipient=delivery.address, content=content)

    with serving(PLAIN | {"rcpt": "450 4.2.1 later"}) as (port, _):
        for hours in range(4):
            own = room(store, port, lambda at=SEVEN + hours * HOUR: at, letter=letter)
            deliver(replace(own, timetable=Timetable()), Wishes())
    assert (len(made) > 2, len(set(made))) == (True, 1)
