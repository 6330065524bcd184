"""What came back, on both databases: each mail once, soft failures in a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from digest.models import Consent, ConsentAct, Subscriber, SubscriberState
from digest.store import Store

NOW = datetime(2026, 3, 12, 7, tzinfo=UTC)
WEEK = timedelta(days=7)


def reader(store: Store, address: str = "reader@example.org") -> int:
    told = Subscriber(
        address=address, state=SubscriberState.ACTIVE, created_at=NOW, since=NOW, active_since=NOW
    )
    with store.writing_post() as post:
        return post.register.add(told, address, Consent(act=ConsentAct.CONFIRMED, at=NOW))


def count(store: Store, number: int, at: datetime) -> int:
    with store.writing_post() as post:
        return post.returns.count_soft(number, at, at - WEEK)


def test_a_mail_is_dealt_with_once(store: Store) -> None:
    with store.writing_post() as post:
        assert post.returns.remember("one", NOW)
        assert not post.returns.remember("one", NOW)
    with store.writing_post() as post:
        assert not post.returns.remember("one", NOW + WEEK)
        assert post.returns.remember("two", NOW)


def test_soft_failures_are_counted_while_they_come_in_a_row(store: Store) -> None:
    number, other = reader(store), reader(store, "other@example.org")
    assert [count(store, number, NOW + n * timedelta(days=1)) for n in range(3)] == [1, 2, 3]
    assert count(store, other, NOW) == 1
    assert count(store, number, NOW + timedelta(days=9)) == 4  # a week after the last, to the day
    assert count(store, number, NOW + timedelta(days=16, seconds=1)) == 1


def test_a_row_ends_when_a_subscriber_comes_back(store: Store) -> None:
    number = reader(store)
    assert [count(store, number, NOW), count(store, number, NOW)] == [1, 2]
    with store.writing_post() as post:
        again = Consent(act=ConsentAct.CONFIRMED, at=NOW)
        post.register.change_state(number, SubscriberState.ACTIVE, NOW, again)
    assert count(store, number, NOW) == 1


def test_nobody_is_counted_who_is_not_there(store: Store) -> None:
    assert count(store, 99, NOW) == 0
