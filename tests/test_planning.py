"""Planning: an edition once to each reader, at their hour, whatever the clock and the days do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import flow
import pytest
from builders import title

from digest.errors import EditionError
from digest.models import (
    Cadence,
    Consent,
    ConsentAct,
    Preferences,
    Subscriber,
    SubscriberState,
)
from digest.pipeline.planning import Planned, Planner, Timetable

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def letter(tmp_path: Path) -> Iterator[flow.Letter]:
    """A newsletter that read a dump at noon of 11 March."""
    own = flow.make(tmp_path, NOON)
    own.drop("2026-03-11.txt", flow.page("Mar 11", (1, 2)))
    own.run()
    yield own
    own.close()


def join(letter: flow.Letter, at: datetime = NOON - DAY, **wants: object) -> int:
    """Let somebody subscribe and confirm."""
    with letter.store.writing_post() as post:
        address = f"reader{at.timestamp()}{sorted(wants.items())}@example.org"
        reader = Subscriber(
            address=address,
            state=SubscriberState.ACTIVE,
            preferences=Preferences(**wants),  # type: ignore[arg-type]
            created_at=at,
            since=at,
            active_since=at,
        )
        return post.register.add(reader, address, Consent(act=ConsentAct.CONFIRMED, at=at))


def plan(letter: flow.Letter, at: datetime, *, stale: bool = False, **timetable: object) -> Planned:
    own = replace(Timetable(), **timetable)  # type: ignore[arg-type]
    return Planner(letter.store, letter.rules, own, at).plan(include_stale=stale)


def is_sealed(letter: flow.Letter, name: str) -> bool:
    with letter.store.reading() as tx:
        record = tx.edition(name)
        return record is not None and record.sealed_at is not None


def test_a_day_goes_out_at_the_hour_after_it_is_over_and_is_sealed_by_that(
    letter: flow.Letter,
) -> None:
    join(letter, hour=7)
    seven = datetime(2026, 3, 12, 7, tzinfo=UTC)
    assert plan(letter, seven - timedelta(seconds=1)).editions == {}
    assert not is_sealed(letter, "2026-03-11")
    assert plan(letter, seven).editions == {"2026-03-11": 1}
    assert is_sealed(letter, "2026-03-11")
    assert plan(letter, seven + HOUR).editions == {}


def test_each_zone_has_its_own_seven_o_clock(letter: flow.Letter) -> None:
    join(letter, zone="Asia/Tokyo")
    join(letter, zone="America/New_York")
    assert plan(letter, datetime(2026, 3, 12, 11, tzinfo=UTC)).editions == {"2026-03-11": 1}
    assert plan(letter, datetime(2026, 3, 12, 22, tzinfo=UTC)).editions == {"2026-03-11": 1}


def test_a_day_that_closes_in_the_afternoon_goes_out_in_the_evening(letter: flow.Letter) -> None:
    join(letter, hour=18)
    evening = datetime(2026, 3, 11, 18, tzinfo=UTC)
    assert plan(letter, evening).editions == {}
    assert plan(letter, evening, closing=time(16, 30)).editions == {"2026-03-11": 1}
    letter.at = evening + HOUR
    letter.drop("2026-03-11b.txt", flow.page("Mar 11", (3,)))
    letter.run()
    assert [entry.paper.title for entry in letter.edition("2026-03-12").new] == [title(3)]


def test_weeks_and_months_go_to_those_who_chose_them(letter: flow.Letter) -> None:
    join(letter, cadence=Cadence.WEEK)
    join(letter, cadence=Cadence.MONTH)
    assert plan(letter, datetime(2026, 3, 15, 23, tzinfo=UTC)).editions == {}
    assert plan(letter, datetime(2026, 3, 16, 7, tzinfo=UTC)).editions == {"2026-W11": 1}
    assert plan(letter, datetime(2026, 4, 1, 7, tzinfo=UTC)).editions == {"2026-03": 1}
    assert is_sealed(letter, "2026-W11")
    assert is_sealed(letter, "2026-03")


def test_what_was_missed_is_made_up_for_unless_it_is_old(letter: flow.Letter) -> None:
    join(letter)
    seven = datetime(2026, 3, 12, 7, tzinfo=UTC)
    assert plan(letter, seven + 2 * DAY + HOUR) == Planned(editions={}, stale=("2026-03-11",))
    assert plan(letter, seven + 2 * DAY).editions == {"2026-03-11": 1}


def test_what_is_old_goes_out_when_asked_also_to_those_who_came_since(letter: flow.Letter) -> None:
    join(letter)
    later = NOON + 100 * DAY
    join(letter, later - HOUR)
    assert plan(letter, later) == Planned(editions={}, stale=("2026-03-11",))
    assert plan(letter, later, stale=True).editions == {"2026-03-11": 2}


def test_who_comes_after_an_edition_was_due_waits_for_the_next(letter: flow.Letter) -> None:
    seven = datetime(2026, 3, 12, 7, tzinfo=UTC)
    join(letter, seven + timedelta(seconds=1))
    assert plan(letter, seven + HOUR).editions == {}


def test_who_moves_to_an_earlier_hour_is_neither_forgotten_nor_asked_twice(
    letter: flow.Letter,
) -> None:
    number = join(letter, hour=9)
    join(letter, hour=8)
    nine = datetime(2026, 3, 12, 9, tzinfo=UTC)
    assert plan(letter, nine - HOUR).editions == {"2026-03-11": 1}
    with letter.store.writing_post() as post:
        post.register.prefer(number, Preferences(hour=8))
    assert plan(letter, nine - HOUR / 2).editions == {"2026-03-11": 1}
    with letter.store.writing_post() as post:
        post.register.prefer(number, Preferences(hour=9))
    assert plan(letter, nine).editions == {}


def test_a_clock_that_jumps_sends_nothing_twice(letter: flow.Letter) -> None:
    join(letter)
    seven = datetime(2026, 3, 12, 7, tzinfo=UTC)
    told = [plan(letter, seven + jump).editions for jump in (DAY, -DAY, HOUR, 2 * DAY)]
    assert told == [{"2026-03-11": 1}, {}, {}, {}]


def test_one_edition_goes_out_now_when_named(letter: flow.Letter) -> None:
    one, _ = join(letter, hour=3), join(letter, hour=4)
    join(letter, cadence=Cadence.WEEK)
    planner = Planner(letter.store, letter.rules, Timetable(), NOON)
    assert planner.plan_named("2026-03-11", [one]) == 1
    assert planner.plan_named("2026-03-11", None) == 1
    assert is_sealed(letter, "2026-03-11")
    with pytest.raises(EditionError, match="no edition 2026-03-10"):
        planner.plan_named("2026-03-10", None)
