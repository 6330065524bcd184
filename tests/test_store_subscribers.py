"""Subscribers on both databases: many at once, in pages, counted, suppressed, erased for good."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from store_values import day_edition

from digest.errors import StoreError
from digest.models import (
    Cadence,
    Consent,
    ConsentAct,
    DeliveryState,
    Preferences,
    Result,
    Subscriber,
    SubscriberState,
    Suppression,
)
from digest.store import Store, open_store
from digest.store.engine import parse_url
from digest.store.scrubbing import holds

NOW = datetime(2026, 3, 12, 7, tzinfo=UTC)
BEFORE = NOW - timedelta(days=9)
DAY = "2026-03-11"
ACTIVE, PENDING = SubscriberState.ACTIVE, SubscriberState.PENDING


def somebody(
    n: int, state: SubscriberState = ACTIVE, **wants: object
) -> tuple[Subscriber, str, Consent]:
    address = f"reader{n}@example.org"
    subscriber = Subscriber(
        address=address,
        state=state,
        preferences=Preferences(**wants),  # type: ignore[arg-type]
        created_at=BEFORE,
        since=BEFORE,
        active_since=BEFORE if state is ACTIVE else None,
    )
    return subscriber, address, Consent(act=ConsentAct.ASKED, at=BEFORE, source=f"form {n}")


def test_many_come_at_once_and_are_found(store: Store) -> None:
    with store.writing_post() as post:
        assert post.register.add(*somebody(1)) == 1
        assert post.register.add_many([somebody(n, topics=("vision",)) for n in (2, 3)]) == 2
        assert post.register.add_many([]) == 4
    with store.reading_post() as post:
        found = post.register.by_keys([f"reader{n}@example.org" for n in range(2000)])
        assert {key: each.id for key, each in found.items()} == {
            f"reader{n}@example.org": n for n in (1, 2, 3)
        }
        assert found["reader3@example.org"].preferences.topics == ("vision",)
        told = post.register.consents_of_many([1, 3, 9])
        assert {number: lines[0].source for number, lines in told.items()} == {
            1: "form 1",
            3: "form 3",
        }
        assert post.register.consents(2) == (somebody(2)[2],)


def test_they_are_listed_in_pages_by_state_and_cadence(store: Store) -> None:
    week = {"cadence": Cadence.WEEK}
    with store.writing_post() as post:
        post.register.add_many([somebody(n) for n in range(1, 6)])
        post.register.add_many([somebody(6, PENDING), somebody(7, ACTIVE, **week)])
        post.register.erase(3, NOW)

        def ids(after: int = 0, limit: int = 99, **told: object) -> list[int]:
            listed = post.register.listed(after=after, limit=limit, **told)  # type: ignore[arg-type]
            return [each.id for each in listed]

        assert ids(limit=2) == [1, 2]
        assert ids(after=2, limit=2) == [4, 5]
        assert ids(after=7) == []
        assert ids(state=PENDING) == [6]
        assert ids(state=SubscriberState.ERASED) == [3]
        assert ids(cadence=Cadence.WEEK) == [7]
        assert ids(cadence=Cadence.WEEK, state=PENDING) == []
        assert post.register.counts() == {
            PENDING: 1,
            ACTIVE: 5,
            SubscriberState.UNSUBSCRIBED: 0,
            SubscriberState.BOUNCED: 0,
            SubscriberState.COMPLAINED: 0,
            SubscriberState.ERASED: 1,
        }


def test_somebody_who_comes_to_an_hour_opens_its_plans_again(store: Store) -> None:
    with store.writing() as tx:
        tx.open_edition(day_edition())
    with store.writing_post() as post:
        post.outbox.plan(DAY, Cadence.DAY, {("UTC", 7): NOW, ("UTC", 8): NOW}, NOW)
        post.register.add_many([somebody(1, hour=8), somebody(2, hour=8)])
        assert post.outbox.planned(DAY) == {("UTC", 7)}


def test_an_address_is_suppressed_until_it_is_lifted(store: Store) -> None:
    one = Suppression(hash="one", reason=SubscriberState.BOUNCED, at=BEFORE)
    two = Suppression(hash="one", reason=SubscriberState.COMPLAINED, at=NOW)
    with store.writing_post() as post:
        post.register.suppress(one)
        assert post.register.suppressed(["one", "other"]) == {"one": one}
        post.register.suppress(two)
        assert post.register.suppressed(["one"]) == {"one": two}
        post.register.lift("other")
        post.register.lift("one")
        assert not post.register.suppressed(["one"])


def test_of_an_erased_subscriber_the_number_stays(store: Store) -> None:
    """Their deliveries keep the number and lose what servers said; the address may come again."""
    with store.writing() as tx:
        tx.open_edition(day_edition())
        tx.open_edition(day_edition(date(2026, 3, 10)))
    with store.writing_post() as post:
        post.register.add(*somebody(1, cap=3, zone="Europe/Berlin", muted=("word",)))
        for day in ("2026-03-10", DAY):
            post.outbox.plan_for(day, None, [1], NOW)
        post.outbox.lease("a", NOW, NOW, 1)
        post.outbox.record("a", [_failed("2026-03-10"), _failed(DAY)], NOW)
        traces = post.register.erase(1, NOW)
        assert traces[:2] == ("reader1@example.org", "reader1@example.org")
        left = post.register.by_id(1)
        wanted = Subscriber(
            id=1, address="", state=SubscriberState.ERASED, created_at=BEFORE, since=NOW
        )
        assert left == wanted
        assert post.register.by_key("reader1@example.org") is None
        assert not post.register.consents(1)
        assert {each.state for each in post.register.deliveries(1)} == {
            DeliveryState.FAILED,
            DeliveryState.SKIPPED,
        }
        assert [each.said for each in post.register.deliveries(1)] == ["", ""]
        assert post.register.add(*somebody(1)) == 2
        with pytest.raises(StoreError, match="no such subscriber"):
            post.register.erase(1, NOW)
        with pytest.raises(StoreError, match="no such subscriber"):
            post.register.erase(9, NOW)


def _failed(day: str) -> Result:
    return Result(
        edition=day, subscriber_id=1, state=DeliveryState.FAILED, code=550, said="no such user"
    )


def test_what_servers_said_is_told_with_deliveries(store: Store) -> None:
    with store.writing() as tx:
        tx.open_edition(day_edition())
    with store.writing_post() as post:
        post.register.add(*somebody(1))
        post.outbox.plan_for(DAY, None, [1], NOW)
        post.outbox.lease("a", NOW, NOW, 1)
        post.outbox.record("a", [_failed(DAY)], NOW)
        (told,) = post.register.deliveries(1)
    assert (told.edition, told.state, told.code) == (DAY, DeliveryState.FAILED, 550)
    assert (told.said, told.attempts, told.done_at) == ("no such user", 1, NOW)


def test_no_row_of_any_table_holds_an_erased_address(store: Store, store_url: str) -> None:
    traces = _erased(store, "canary@example.org", "canary-key@example.org")
    assert store.scrub(traces)
    engine = create_engine(parse_url(store_url))
    with engine.connect() as connection:
        tables = connection.execute(text(_TABLES[engine.dialect.name])).scalars().all()
        assert {"subscribers", "consents", "deliveries", "suppressions"} <= set(tables)
        for table in tables:
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                assert "canary" not in repr(row)
    engine.dispose()


_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = current_schema()",
}


def _erased(store: Store, address: str, key: str) -> tuple[str, ...]:
    """Let somebody come, be sent something, and be erased."""
    with store.writing() as tx:
        tx.open_edition(day_edition())
    told = {"network": "canary-network", "proof": "canary-proof", "source": "canary-source"}
    wants = Preferences(topics=("canary-topic",), muted=("canary-word",))
    subscriber = Subscriber(
        address=address, state=ACTIVE, preferences=wants, created_at=NOW, since=NOW
    )
    with store.writing_post() as post:
        consent = Consent(act=ConsentAct.ASKED, at=NOW, wording="canary-wording", **told)
        number = post.register.add(subscriber, key, consent)
        post.outbox.plan_for(DAY, None, [number], NOW)
        post.outbox.lease("a", NOW, NOW, 1)
        result = Result(
            edition=DAY, subscriber_id=number, state=DeliveryState.FAILED, said=f"no {address}"
        )
        post.outbox.record("a", [result], NOW)
    with store.writing_post() as post:
        return post.register.erase(number, NOW)


def test_sqlites_files_hold_nothing_of_the_erased(tmp_path: Path) -> None:
    """Among many rows, moved about by changes: rebuilt pages keep copies that must go too."""
    store = open_store(f"sqlite:///{tmp_path / 'digest.db'}")
    rng = random.Random(1)
    names = [f"{rng.randrange(16**12):012x}" for _ in range(1500)]
    with store.writing_post() as post:
        post.register.add_many([_named(name, rng.randrange(20)) for name in names])
        for number in range(1, 1500, 7):
            post.register.prefer(number, Preferences(muted=("word" * rng.randrange(30),)))
    gone = rng.sample(range(1, 1500), 200)
    traces: list[str] = []
    with store.writing_post() as post:
        for number in gone:
            traces += post.register.erase(number, NOW)
    assert {*traces} >= {f"ü{names[number - 1]}@bücher.example.org" for number in gone}
    assert sum(each.startswith("net ") for each in traces) == len(gone)
    before = _bytes_of(tmp_path)
    assert any(names[number - 1].encode() in before for number in gone), "nothing is shown by this"
    assert store.scrub(traces)
    after = _bytes_of(tmp_path)
    assert not [number for number in gone if names[number - 1].encode() in after]
    with store.reading_post() as post:
        assert post.register.counts()[PENDING] == 1300
    store.close()


def test_what_is_theirs_alone_is_to_be_found_nowhere(store: Store) -> None:
    """Wishes, record and server's spellings; what others share tells nothing of them."""
    with store.writing() as tx:
        tx.open_edition(day_edition())
    with store.writing_post() as post:
        shared = {"topics": ("vision",), "muted": ("canary", "wörd")}
        one, key, line = somebody(1, **shared)
        post.register.add(one, key, line)
        post.register.add(*somebody(2, topics=("vision",)))
        post.outbox.plan_for(DAY, None, [1], NOW)
        post.outbox.lease("a", NOW, NOW, 1)
        said = "<Reader1@EXAMPLE.org>: no; reader1@xn--xmple.org neither, nor other@example.org"
        post.outbox.record("a", [replace(_failed(DAY), said=said)], NOW)
        traces = post.register.erase(1, NOW)
        assert traces[:2] == (key, key)
        assert sorted(traces[2:]) == [
            "Reader1@EXAMPLE.org",
            '["canary","w\\u00f6rd"]',
            "form 1",
            "reader1@xn--xmple.org",
        ]


def _named(name: str, length: int) -> tuple[Subscriber, str, Consent]:
    subscriber = Subscriber(
        address=f"Ü{name}@bücher.example.org", state=PENDING, created_at=NOW, since=NOW
    )
    told = {"network": f"net {name}", "proof": f"proof {name} " * (1 + length)}
    consent = Consent(act=ConsentAct.IMPORTED, at=NOW, source="list", **told)
    return subscriber, f"ü{name}@bücher.example.org", consent


def _bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


def test_a_reader_of_the_old_state_is_in_the_way_and_that_is_told(tmp_path: Path) -> None:
    path = tmp_path / "digest.db"
    store = open_store(f"sqlite:///{path}?timeout=0.05")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        with store.writing_post() as post:
            post.register.add(*somebody(1))
        other.execute("BEGIN")
        other.execute("SELECT * FROM subscribers").fetchall()
        with store.writing_post() as post:
            traces = post.register.erase(1, NOW)
        assert not store.scrub(traces)
        other.execute("COMMIT")
        assert store.scrub(traces)
    store.close()


def test_a_trace_is_found_wherever_it_stands(tmp_path: Path) -> None:
    """Also where it lies across two of the pieces that are read."""
    file = tmp_path / "file"
    for before in (0, 5, 2**20 - 3, 2**20, 3 * 2**20 - 9):
        file.write_bytes(b"." * before + b"canary" + b"." * 5)
        assert holds(file, ["other", "", "canary"])
        assert not holds(file, ["other", "", "canarys"])
        assert not holds(file, [])


def test_many_change_at_once(store: Store) -> None:
    """Their states and wishes, each with its line of the record; their hours are planned anew."""
    with store.writing() as tx:
        tx.open_edition(day_edition())
    with store.writing_post() as post:
        post.register.add_many([somebody(n, PENDING, hour=n) for n in (1, 2, 3, 4)])
        post.register.erase(4, NOW)
        due = {("UTC", hour): NOW for hour in (1, 2, 3)}
        post.outbox.plan(DAY, Cadence.DAY, due, NOW)
        lines = [Consent(act=ConsentAct.IMPORTED, at=BEFORE, source=f"list {n}") for n in (1, 2)]
        changes = [(1, ACTIVE, lines[0]), (2, SubscriberState.BOUNCED, lines[1])]
        post.register.change_states(changes, NOW)
        post.register.change_states([], NOW)
        assert post.outbox.planned(DAY) == {("UTC", 3)}
        post.register.prefer_many(
            [(2, Preferences(hour=3, topics=("vision",))), (3, Preferences())]
        )
        post.register.prefer_many([])
        assert not post.outbox.planned(DAY)
    with store.reading_post() as post:
        one, two, three = post.register.listed(limit=9)
        assert (one.state, one.since, one.active_since) == (ACTIVE, NOW, NOW)
        assert (two.state, two.since, two.active_since) == (SubscriberState.BOUNCED, NOW, None)
        assert (three.state, three.since) == (PENDING, BEFORE)
        assert [each.preferences.hour for each in (one, two, three)] == [1, 3, 7]
        assert two.preferences.topics == ("vision",)
        assert [post.register.consents(n)[1:] for n in (1, 2, 3)] == [(lines[0],), (lines[1],), ()]


@pytest.mark.parametrize("number", [2, 9])
def test_who_is_not_there_changes_nobody(store: Store, number: int) -> None:
    with store.writing_post() as post:
        post.register.add_many([somebody(1, PENDING), somebody(2, PENDING)])
        post.register.erase(2, NOW)
    line = Consent(act=ConsentAct.IMPORTED, at=NOW)
    with pytest.raises(StoreError, match="no such"), store.writing_post() as post:
        post.register.change_states([(1, ACTIVE, line), (number, ACTIVE, line)], NOW)
    with store.reading_post() as post:
        assert post.register.listed(limit=1)[0].state is PENDING
