"""How often a network may ask: counted in either database, over restarts, without an address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import webroom
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from webroom import Room

from digest.store import Store, open_store
from digest.store.visiting import LONGEST, Quota
from digest.web.limits import ASK, FORM, Limits, Pace

NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
THREE = Quota(mark="three", most=3, window=HOUR)
FIVE = Quota(mark="five", most=5, window=HOUR)


def count(url: str) -> dict[str, int]:
    engine = create_engine(make_url(url.replace("postgresql:", "postgresql+psycopg:")))
    with engine.connect() as connection:
        found = connection.execute(text("SELECT mark, count FROM visits")).all()
    engine.dispose()
    return {str(row[0]): int(row[1]) for row in found}


def test_the_window_begins_with_the_first_visit(store: Store) -> None:
    for minute in range(3):
        assert store.visit([THREE], NOW + minute * MINUTE) is None
    for minute in (3, 30, 59):
        assert store.visit([THREE], NOW + minute * MINUTE) == NOW + HOUR
    assert store.visit([THREE], NOW + HOUR) is None
    assert store.visit([THREE], NOW + HOUR) is None


def test_what_is_refused_is_counted_nowhere(store: Store, store_url: str) -> None:
    for _ in range(9):
        store.visit([THREE, FIVE], NOW)
    assert count(store_url) == {"three": 3, "five": 3}


def test_counts_outlive_a_restart(store: Store, store_url: str) -> None:
    for _ in range(3):
        store.visit([THREE], NOW)
    again = open_store(store_url)
    assert again.visit([THREE], NOW) == NOW + HOUR
    again.close()


def test_counts_go_when_their_time_is_over(store: Store, store_url: str) -> None:
    store.visit([THREE], NOW)
    store.visit([FIVE], NOW + LONGEST + MINUTE)
    assert count(store_url) == {"five": 1}


def test_a_clock_that_was_set_back_locks_nobody_out(store: Store) -> None:
    for _ in range(3):
        store.visit([THREE], NOW)
    assert store.visit([THREE], NOW - 2 * HOUR) is None


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 50), max_size=60))
def test_no_minute_sees_more_than_its_networks_share(minutes: list[int]) -> None:
    pace = Pace(5)
    taken: dict[int, int] = {}
    for minute in sorted(minutes):
        if not pace.is_passed("a", NOW + minute * MINUTE):
            taken[minute] = taken.get(minute, 0) + 1
    assert all(number <= 5 for number in taken.values())
    assert sum(taken.values()) == sum(min(5, minutes.count(each)) for each in set(minutes))


def test_one_network_does_not_hold_up_another() -> None:
    pace = Pace(1)
    assert [pace.is_passed(each, NOW) for each in "aab"] == [False, True, False]
    assert not any(Pace(0).is_passed("a", NOW) for _ in range(9))


@pytest.fixture
def pages(tmp_path: Path, store_url: str) -> Iterator[Room]:
    told = {"asks_per_hour": 3, "asks_per_hour_in_all": 5, "forms_per_hour": 2}
    with webroom.opened(tmp_path, store_url, trusted_proxies=["127.0.0.1"], **told) as found:
        yield found


def ask(pages: Room, who: str, client: str) -> webroom.Answer:
    return pages.post("/subscribe", {"address": who}, X_Forwarded_For=client)


def test_a_network_and_all_together_have_their_share(pages: Room, store_url: str) -> None:
    codes = [ask(pages, f"a{n}@example.org", f"203.0.113.{n}").status for n in range(5)]
    assert codes[3:] == [429, 429]
    assert 429 not in codes[:3]
    assert ask(pages, "b@example.org", "198.51.100.1").status != 429
    assert ask(pages, "c@example.org", "198.51.100.2").status != 429
    last = ask(pages, "d@example.org", "192.0.2.1")  # all together asked five times
    assert last.status == 429
    assert 0 < int(last.headers["retry-after"]) <= 3600
    assert b"minutes" in last.body
    known = " ".join(count(store_url))
    assert "203.0.113" not in known
    assert "ask" not in known


def test_a_restart_forgives_nothing_and_time_does(pages: Room, store: Store) -> None:
    for _ in range(3):
        ask(pages, "a@example.org", "203.0.113.1")
    again = Limits(pages.office)
    assert again.wait(ASK, "203.0.113.99") is not None
    assert again.wait(FORM, "203.0.113.99") is None
    pages.letter.at += HOUR
    assert again.wait(ASK, "203.0.113.99") is None


def test_ten_thousand_more_write_nothing(pages: Room, store_url: str) -> None:
    limits = Limits(pages.office)
    for _ in range(3):
        limits.wait(ASK, "203.0.113.1")
    before = count(store_url)
    assert all(limits.wait(ASK, "203.0.113.1") for _ in range(10_000))
    assert count(store_url) == before


def test_reading_is_limited_too_and_writes_nothing(tmp_path: Path) -> None:
    with webroom.opened(tmp_path, requests_per_minute=3) as pages:
        codes = [pages.ask("/").status for _ in range(5)]
        assert codes == [200, 200, 200, 429, 429]
        assert pages.ask("/healthz").status == 200
        assert not count(f"sqlite:///{tmp_path / 'digest.db'}")
        pages.letter.at += MINUTE
        assert pages.ask("/").status == 200
