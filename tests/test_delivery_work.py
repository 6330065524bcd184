"""The work of delivering is counted: statements, commits and rendering, whatever the numbers."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from test_letters import EDITIONS, delivery, mailing
from test_sending import TAKEN, Server, means
from test_store_outbox import counts, fill, plan

from digest import theme
from digest.models import DeliveryState, Outcome
from digest.pipeline.sending import Sender
from digest.render import text
from digest.store import Store

DELIVERIES = 1000
CONNECTIONS = 4


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count what is asked of databases, by the statement's first word, and commits."""
    seen: Counter[str] = Counter()

    def asked(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if "pg_advisory_xact_lock" not in statement:  # PostgreSQL's way to begin alone
            seen[statement.split(maxsplit=1)[0].upper()] += 1

    def committed(_: object) -> None:
        seen["COMMIT"] += 1

    event.listen(Engine, "before_cursor_execute", asked)
    event.listen(Engine, "commit", committed)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", asked)
        event.remove(Engine, "commit", committed)


def asked_for(seen: Counter[str]) -> int:
    """Return how many statements did something."""
    return sum(seen[word] for word in ("SELECT", "INSERT", "UPDATE", "DELETE"))


def test_a_thousand_deliveries_over_one_connection_take_two_statements_each(store: Store) -> None:
    fill(store, DELIVERIES)
    plan(store)
    with counted() as seen:
        sender = Sender(store, "a", means(Server(), connections=1))
        assert sender.send_due() == {DeliveryState.SENT: DELIVERIES}
    batches = DELIVERIES // 50
    assert sender.commits == DELIVERIES + 1  # the first begins, the last records
    assert seen["COMMIT"] <= sender.commits + batches + 2
    assert asked_for(seen) <= 2 * sender.commits + 8 * (batches + 1)


def test_connections_that_meet_share_statements_and_commits(store: Store) -> None:
    fill(store, 200)
    plan(store)
    meeting = threading.Barrier(CONNECTIONS)

    def together(_: str) -> Outcome:
        meeting.wait(10)
        return TAKEN

    with counted() as seen:
        sender = Sender(store, "a", means(Server(together), connections=CONNECTIONS))
        assert sender.send_due() == {DeliveryState.SENT: 200}
    assert sender.commits <= 200 * 0.9
    assert asked_for(seen) <= 3 * sender.commits + 8 * 3


@pytest.mark.parametrize("number", [10, DELIVERIES])
def test_planning_takes_as_many_statements_whatever_the_number(store: Store, number: int) -> None:
    fill(store, number)
    with counted() as seen:
        assert plan(store) == number
    assert asked_for(seen) <= 4
    assert seen["COMMIT"] == 1
    assert counts(store) == {"pending": number}


def test_a_second_reader_of_the_same_mail_costs_no_rendering() -> None:
    rendered: Counter[str] = Counter()
    templates = theme.load(None, text.FILTERS)

    class Counted(templates.template_class):  # type: ignore[name-defined, misc]
        def new_context(self, *args: object, **named: object) -> object:
            rendered[str(self.name)] += 1
            return super().new_context(*args, **named)

    templates.template_class = Counted
    made = mailing(EDITIONS["day"], templates=templates)
    first = made.envelope(delivery(1))
    assert rendered
    rendered.clear()
    for number in range(2, 50):
        assert len(made.envelope(delivery(number)).content) > len(first.content) * 0.9
    assert not rendered


def test_leasing_takes_as_many_statements_whatever_is_due(store: Store) -> None:
    fill(store, DELIVERIES)
    plan(store)
    now = datetime(2026, 3, 12, 8, tzinfo=UTC)
    with counted() as seen, store.writing_post() as post:
        assert len(post.outbox.lease("a", now, now + timedelta(minutes=1), 100)) == 100
    assert asked_for(seen) <= 4


def test_while_all_have_to_wait_the_store_is_not_asked_again_and_again(store: Store) -> None:
    fill(store, 3)
    plan(store)
    waits = [0]

    def wait(seconds: float) -> bool:
        waits[0] += seconds > 0
        return False

    server = Server()
    with counted() as seen:
        ready_in = lambda _: float(waits[0] < 50)  # noqa: E731
        Sender(store, "a", means(server, connections=1, ready_in=ready_in, wait=wait)).send_due()
    assert waits[0] == 50
    assert len(server.got) == 3
    assert seen["COMMIT"] < 10
