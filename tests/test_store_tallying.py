"""Counts of subscribers and of mail that does not arrive, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from store_values import day_edition

from digest.models import (
    Cadence,
    CameBack,
    Consent,
    ConsentAct,
    DeliveryState,
    FailingDomain,
    Preferences,
    Result,
    Subscriber,
    SubscriberState,
)
from digest.store import Store

NOW = datetime(2026, 3, 12, 7, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
DAY = "2026-03-11"
STATE = DeliveryState


def reader(
    store: Store,
    address: str,
    state: SubscriberState = SubscriberState.ACTIVE,
    since: datetime = NOW,
    cadence: Cadence = Cadence.DAY,
) -> int:
    wants = Preferences(cadence=cadence)
    told = Subscriber(
        address=address, state=state, preferences=wants, created_at=since, since=since
    )
    with store.writing_post() as post:
        return post.register.add(told, address, Consent(act=ConsentAct.CONFIRMED, at=since))


def record(store: Store, told: Sequence[tuple[int, DeliveryState, int | None]]) -> None:
    with store.writing() as tx:
        tx.open_edition(day_edition())
    with store.writing_post() as post:
        numbers = [number for number, _, _ in told]
        post.outbox.plan_for(DAY, Cadence.DAY, numbers, NOW)
        post.outbox.lease("one", NOW, LATER, 99)
        results = [
            Result(edition=DAY, subscriber_id=number, state=state, due_at=LATER, code=code)
            for number, state, code in told
        ]
        post.outbox.record("one", results, NOW)


def test_subscribers_are_counted_by_state_and_cadence(store: Store) -> None:
    reader(store, "a@x.example")
    reader(store, "b@x.example", cadence=Cadence.WEEK)
    reader(store, "c@x.example", SubscriberState.PENDING)
    gone = reader(store, "d@x.example")
    with store.writing_post() as post:
        post.register.erase(gone, NOW)
        tally = post.tallies.subscribers()
    assert tally[SubscriberState.ACTIVE] == {Cadence.DAY: 1, Cadence.WEEK: 1, Cadence.MONTH: 0}
    assert tally[SubscriberState.PENDING][Cadence.DAY] == 1
    assert SubscriberState.ERASED not in tally


def test_domains_that_fail_are_told_the_worst_first(store: Store) -> None:
    names = ["a@bad.example", "b@bad.example", "c@slow.example", "d@fine.example", "e@bad.example"]
    numbers = [reader(store, name) for name in names]
    states = [STATE.FAILED, STATE.FAILED, STATE.PENDING, STATE.SENT, STATE.PENDING]
    record(store, list(zip(numbers, states, [550, 550, None, 250, 451], strict=True)))
    with store.reading_post() as post:
        assert post.tallies.failing([DAY]) == (
            FailingDomain(domain="bad.example", failed=2, waiting=1, code=550),
            FailingDomain(domain="slow.example", failed=0, waiting=1),
        )
        assert post.tallies.failing([]) == ()
        assert post.tallies.failing(["2026-03-10"]) == ()


def test_what_was_never_tried_is_not_failing_and_the_erased_have_no_domain(store: Store) -> None:
    number, gone = reader(store, "a@x.example"), reader(store, "b@y.example")
    record(store, [(gone, STATE.FAILED, 550)])
    with store.writing_post() as post:
        post.outbox.plan_for(DAY, Cadence.DAY, [number], NOW)
        post.register.erase(gone, NOW)
        assert post.tallies.failing([DAY]) == ()


def test_who_bounced_or_complained_is_counted_in_all_and_lately(store: Store) -> None:
    before = NOW - timedelta(days=31)
    for number, (state, since) in enumerate(
        [
            (SubscriberState.BOUNCED, NOW),
            (SubscriberState.BOUNCED, before),
            (SubscriberState.COMPLAINED, before),
            (SubscriberState.UNSUBSCRIBED, NOW),
        ]
    ):
        reader(store, f"r{number}@x.example", state, since)
    soft = reader(store, "soft@x.example")
    with store.writing_post() as post:
        assert post.tallies.came_back(NOW - timedelta(days=30)).soft == 0
        post.returns.count_soft(soft, NOW, NOW)
        assert post.tallies.came_back(NOW - timedelta(days=30)) == CameBack(
            bounced=2, bounced_lately=1, complained=1, complained_lately=0, soft=1
        )
