"""What a run asks of the database does not grow with what was ever sent, nor with who reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from mailroom import DAY, RULES, SEVEN, fill
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from test_delivery_work import asked_for, counted

from digest.models import DeliveryState, Result
from digest.pipeline.planning import Planner, Timetable
from digest.store import Post, Store, open_store

EARLIER = [f"2026-02-{n:02}" for n in range(1, 11)]
SENT = text(
    "INSERT INTO deliveries (edition, subscriber_id, state, planned_at, due_at, done_at, said) "
    "SELECT :edition, id, 'sent', created_at, created_at, created_at, '' FROM subscribers"
)
UNTIL = SEVEN + timedelta(minutes=1)


@contextmanager
def told() -> Iterator[list[tuple[str, object]]]:
    """Keep what is asked of databases."""
    seen: list[tuple[str, object]] = []

    def asked(_c: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        seen.append((statement, values))

    event.listen(Engine, "before_cursor_execute", asked)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", asked)


@pytest.fixture(scope="module")
def old_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that sent ten editions to 500 readers, and has one on its way."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('old') / 'digest.db'}")
    fill(store, 500, [*EARLIER, DAY])
    with store._engine.begin() as connection:
        for name in EARLIER:
            connection.execute(SENT, {"edition": name})
    with store.writing_post() as post:
        post.outbox.plan_for(DAY, None, range(1, 400), SEVEN)
        post.outbox.lease("a", SEVEN, UNTIL, 100)
    yield store
    store.close()


def _record(post: Post) -> None:
    sent = DeliveryState.SENT
    post.outbox.record("a", [Result(edition=DAY, subscriber_id=2, state=sent)], SEVEN)


ACTS: dict[str, Callable[[Post], object]] = {
    "recover": lambda post: post.outbox.recover(SEVEN, resend=True, most_crashes=3),
    "recover to hold": lambda post: post.outbox.recover(SEVEN, resend=False, most_crashes=3),
    "lease": lambda post: post.outbox.lease("b", SEVEN, UNTIL, 50),
    "renew": lambda post: post.outbox.renew("a", UNTIL),
    "start": lambda post: post.outbox.start("a", [(DAY, 2), (DAY, 3)], UNTIL),
    "record": _record,
    "next due": lambda post: post.outbox.next_due(),
}


@pytest.mark.parametrize("act", ACTS)
def test_no_step_of_a_run_looks_at_all_that_was_ever_sent(old_store: Store, act: str) -> None:
    with told() as seen, old_store.writing_post() as post:
        ACTS[act](post)
    asked = [(what, values) for what, values in seen if "deliveries" in what]
    assert asked
    with old_store._engine.connect() as connection:
        cursor = connection.connection.cursor()
        for what, values in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {what}", values or ())
            plan = [row[3] for row in cursor.fetchall()]
            assert not [step for step in plan if step.startswith("SCAN deliveries")], (what, plan)
        cursor.close()


@pytest.mark.parametrize("count", [10, 3000])
def test_planning_many_takes_no_more_statements_than_planning_few(store: Store, count: int) -> None:
    """From finding what is due to the rows in the outbox; none of them passes through here."""
    fill(store, count)
    with counted() as seen:
        planned = Planner(store, RULES, Timetable(), SEVEN).plan()
    assert planned.editions == {DAY: count}
    assert asked_for(seen) <= 40  # composing and sealing the edition among them
    assert seen["COMMIT"] <= 8
