"""The outbox on both databases: planned once, leased by one, begun only while subscribed, kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from store_values import day_edition

from digest.models import (
    Cadence,
    Consent,
    ConsentAct,
    Delivery,
    DeliveryState,
    Preferences,
    Result,
    Subscriber,
    SubscriberState,
)
from digest.store import Store

DAY = "2026-03-11"
NOW = datetime(2026, 3, 12, 7, tzinfo=UTC)
LATER = NOW + timedelta(minutes=2)
MORNING = {("UTC", 7): NOW}


def fill(store: Store, count: int, **wants: object) -> list[int]:
    """Make an edition, and subscribers who were there before it."""
    before = NOW - timedelta(days=9)
    with store.writing() as tx:
        tx.open_edition(day_edition())
    with store.writing_post() as post:
        return [
            post.register.add(
                Subscriber(
                    address=f"reader{n}@example.org",
                    state=SubscriberState.ACTIVE,
                    preferences=Preferences(**wants),  # type: ignore[arg-type]
                    created_at=before,
                    since=before,
                    active_since=before,
                ),
                f"reader{n}@example.org",
                Consent(act=ConsentAct.CONFIRMED, at=before),
            )
            for n in range(count)
        ]


def plan(store: Store, due: dict[tuple[str, int], datetime] = MORNING) -> int:
    with store.writing_post() as post:
        return post.outbox.plan(DAY, Cadence.DAY, due, NOW)


def lease(store: Store, holder: str = "a", now: datetime = NOW) -> tuple[Delivery, ...]:
    with store.writing_post() as post:
        return post.outbox.lease(holder, now, now + timedelta(minutes=1), 100)


def start(store: Store, ids: Sequence[int], holder: str = "a") -> set[int]:
    with store.writing_post() as post:
        keys = [(DAY, number) for number in ids]
        return {number for _, number in post.outbox.start(holder, keys, LATER)}


def record(store: Store, number: int, state: DeliveryState, due: datetime | None = None) -> None:
    with store.writing_post() as post:
        result = Result(edition=DAY, subscriber_id=number, state=state, due_at=due, code=451)
        post.outbox.record("a", [result], NOW)


def counts(store: Store) -> dict[str, int]:
    with store.reading_post() as post:
        return post.outbox.counts().get(DAY, {})


def test_each_subscriber_is_planned_once(store: Store) -> None:
    fill(store, 3)
    assert plan(store) == 3
    assert plan(store) == 0
    with store.reading_post() as post:
        assert post.outbox.rhythms(Cadence.DAY) == (("UTC", 7),)
        assert post.outbox.planned(DAY) == {("UTC", 7)}
        assert post.outbox.next_due() == NOW
    assert counts(store) == {"pending": 3}


def test_who_became_active_later_or_wants_another_hour_is_not_planned(store: Store) -> None:
    one, other, late = fill(store, 3)
    with store.writing_post() as post:
        post.register.prefer(other, Preferences(hour=8))
        left = Consent(act=ConsentAct.LEFT, at=NOW)
        post.register.change_state(late, SubscriberState.UNSUBSCRIBED, NOW, left)
        again = Consent(act=ConsentAct.CONFIRMED, at=LATER)
        post.register.change_state(late, SubscriberState.ACTIVE, LATER, again)
    assert plan(store) == 1
    assert [delivery.subscriber_id for delivery in lease(store)] == [one]


def test_who_comes_to_a_zone_and_hour_that_was_planned_is_planned_too(store: Store) -> None:
    number = fill(store, 1, hour=8)[0]
    assert plan(store, {("UTC", 7): NOW, ("UTC", 8): NOW}) == 1
    with store.writing_post() as post:
        post.register.prefer(number, Preferences(hour=7))
    with store.reading_post() as post:
        assert post.outbox.planned(DAY) == {("UTC", 8)}
    assert plan(store) == 0


def test_a_lease_gives_each_to_one_sender_with_what_they_want(store: Store) -> None:
    fill(store, 2, topics=("vision",), cap=5)
    plan(store)
    first = lease(store)
    assert [delivery.address for delivery in first] == [
        "reader0@example.org",
        "reader1@example.org",
    ]
    assert first[0].preferences == Preferences(topics=("vision",), cap=5)
    assert (first[0].edition, first[0].planned_at, first[0].attempts) == (DAY, NOW, 0)
    assert lease(store, "b") == ()


def test_nothing_begins_after_an_unsubscribe(store: Store) -> None:
    stays, leaves = fill(store, 2)
    plan(store)
    lease(store)
    with store.writing_post() as post:
        left = Consent(act=ConsentAct.LEFT, at=NOW)
        post.register.change_state(leaves, SubscriberState.UNSUBSCRIBED, NOW, left)
    assert start(store, [stays, leaves]) == {stays}
    assert counts(store) == {"sending": 1, "skipped": 1}


def test_only_who_holds_a_delivery_begins_and_records_it(store: Store) -> None:
    (number,) = fill(store, 1)
    plan(store)
    lease(store, "b")
    assert start(store, [number], "a") == set()
    assert start(store, [number], "b") == {number}
    record(store, number, DeliveryState.SENT)  # by "a"
    assert counts(store) == {"sending": 1}


def test_results_are_kept_and_what_is_due_again_is_leased_again(store: Store) -> None:
    sent, later = fill(store, 2)
    plan(store)
    lease(store)
    start(store, [sent, later])
    record(store, sent, DeliveryState.SENT)
    record(store, later, DeliveryState.PENDING, LATER)
    assert counts(store) == {"pending": 1, "sent": 1}
    assert lease(store, now=NOW) == ()
    (again,) = lease(store, now=LATER)
    assert (again.subscriber_id, again.attempts, again.planned_at) == (later, 1, NOW)


def test_of_a_dead_sender_what_was_not_begun_is_pending_and_what_was_is_in_doubt(
    store: Store,
) -> None:
    begun, leased = fill(store, 2)
    plan(store)
    lease(store)
    start(store, [begun])
    gone = NOW + timedelta(minutes=10)
    with store.writing_post() as post:
        assert post.outbox.recover(NOW, resend=True, most_crashes=3) == (0, 0)
        assert post.outbox.recover(gone, resend=False, most_crashes=3) == (0, 1)
    with store.reading_post() as post:
        ((edition, number, said),) = post.outbox.held()
    assert (edition, number, "died" in said) == (DAY, begun, True)
    assert [delivery.subscriber_id for delivery in lease(store, now=gone)] == [leased]


def test_a_mail_that_kills_its_sender_is_set_aside_at_the_third_time(store: Store) -> None:
    (number,) = fill(store, 1)
    plan(store)
    now, told = NOW, []
    for _ in range(3):
        lease(store, now=now)
        start(store, [number])
        now += timedelta(minutes=10)
        with store.writing_post() as post:
            told.append(post.outbox.recover(now, resend=True, most_crashes=3))
    assert told == [(1, 0), (1, 0), (0, 1)]


def test_what_is_held_is_sent_again_or_counted_as_sent_by_decision(store: Store) -> None:
    one, other = fill(store, 2)
    plan(store)
    lease(store)
    start(store, [one, other])
    with store.writing_post() as post:
        post.outbox.recover(NOW + timedelta(hours=1), resend=False, most_crashes=3)
        assert post.outbox.resolve([(DAY, one)], NOW, resend=True) == 1
        assert post.outbox.resolve([(DAY, one), (DAY, other)], NOW, resend=False) == 1
    assert counts(store) == {"pending": 1, "sent": 1}


def test_what_a_sender_holds_is_kept_as_long_as_it_says_so(store: Store) -> None:
    fill(store, 1)
    plan(store)
    lease(store)
    with store.writing_post() as post:
        post.outbox.renew("a", NOW + timedelta(hours=1))
        post.outbox.recover(NOW + timedelta(minutes=30), resend=True, most_crashes=3)
    assert counts(store) == {"leased": 1}
