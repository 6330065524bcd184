"""Posts to channels on both databases: planned once, leased by one, kept through a crash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from store_values import day_edition

from digest.models import DeliveryState, Posting, PostResult
from digest.store import Store

DAY = "2026-03-11"
NOW = datetime(2026, 3, 12, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def plan(store: Store, *channels: str, at: datetime = NOW) -> int:
    with store.writing_post() as post:
        return post.channels.plan(DAY, channels, at)


def lease(
    store: Store, holder: str = "a", now: datetime = NOW, due_by: datetime = NOW
) -> Posting | None:
    with store.writing_post() as post:
        return post.channels.lease(holder, due_by, now, now + MINUTE)


def record(
    store: Store, state: DeliveryState, *, holder: str = "a", due: datetime | None = None
) -> bool:
    result = PostResult(edition=DAY, channel="team", state=state, due_at=due, code=429, said="slow")
    with store.writing_post() as post:
        return post.channels.record(holder, result, NOW + MINUTE)


@pytest.fixture
def opened(store: Store) -> Store:
    with store.writing() as tx:
        tx.open_edition(day_edition())
    return store


def test_an_edition_is_planned_for_a_channel_once(opened: Store) -> None:
    assert plan(opened, "team", "crowd") == 2
    assert plan(opened, "team", "other", at=NOW + MINUTE) == 1
    with opened.reading_post() as post:
        assert post.channels.planned([DAY]) == {(DAY, "team"), (DAY, "crowd"), (DAY, "other")}
        assert post.channels.planned(["2026-03-10"]) == frozenset()
        told = post.channels.latest_of("team")
        assert told is not None
        assert told.planned_at == NOW
        assert post.channels.latest_of("nobody") is None
        assert post.channels.next_due() == NOW


def test_each_posting_is_taken_by_one(opened: Store) -> None:
    plan(opened, "team", "crowd")
    assert lease(opened, "a") == Posting(edition=DAY, channel="crowd", planned_at=NOW)
    assert lease(opened, "b") == Posting(edition=DAY, channel="team", planned_at=NOW)
    assert lease(opened, "c") is None


def test_what_is_not_due_waits(opened: Store) -> None:
    plan(opened, "team", at=NOW + MINUTE)
    assert lease(opened) is None
    assert lease(opened, due_by=NOW + MINUTE) is not None


def test_what_was_taken_now_goes_no_more(opened: Store) -> None:
    plan(opened, "team")
    lease(opened)
    assert record(opened, DeliveryState.SENT)
    assert lease(opened, now=NOW + 9 * MINUTE, due_by=NOW + 9 * MINUTE) is None
    with opened.reading_post() as post:
        told = post.channels.latest_of("team")
        assert post.channels.counts() == {"team": {"sent": 1}}
        assert post.channels.next_due() is None
    assert told is not None
    assert (told.state, told.done_at, told.code, told.said) == (
        DeliveryState.SENT,
        NOW + MINUTE,
        429,
        "slow",
    )
    assert told.attempts == 1


def test_what_was_refused_for_now_is_due_again_and_its_attempts_are_counted(opened: Store) -> None:
    plan(opened, "team")
    lease(opened)
    record(opened, DeliveryState.PENDING, due=NOW + 5 * MINUTE)
    assert lease(opened, now=NOW + 4 * MINUTE, due_by=NOW + 4 * MINUTE) is None
    again = lease(opened, now=NOW + 5 * MINUTE, due_by=NOW + 5 * MINUTE)
    assert again == Posting(edition=DAY, channel="team", planned_at=NOW, attempts=1)


def test_what_a_dead_program_held_is_taken_over_and_it_can_tell_no_more(opened: Store) -> None:
    plan(opened, "team")
    lease(opened, "dead")
    later = NOW + 2 * MINUTE
    assert lease(opened, "b", now=NOW + MINUTE / 2, due_by=later) is None
    taken = lease(opened, "b", now=later, due_by=NOW)
    assert taken is not None
    assert taken.attempts == 1
    assert not record(opened, DeliveryState.FAILED, holder="dead")
    assert record(opened, DeliveryState.SENT, holder="b")
