"""Readers leave, are erased, bounce or choose anew at each step of an edition that is going out.

A scripted server acts at a step from a thread of its own, in the store that the sender works on,
and only then answers: what comes before what is sure.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from mailroom import DAY, MINUTE, RULES, SEVEN, address, counts, fill, readers_of, run, taken
from postgres import fresh_schema
from smtp_faults import DROP, GOOD, KEEP_AND_DROP, PLAIN, Seen, serving
from sqlalchemy import event, text

from digest.models import (
    Consent,
    ConsentAct,
    Delivery,
    DeliveryState,
    Envelope,
    Preferences,
    SubscriberState,
)
from digest.pipeline.planning import Planner, Timetable
from digest.store import Post, Store, open_store

EMPTIED = ("deliveries", "plans", "consents", "suppressions", "subscribers", "editions")
STEPS = ("greeting", "ehlo", "mail", "rcpt", "data", "end")
BEFORE_THE_FIRST = ("greeting", "ehlo")
"""The connection stands before a mail is begun."""

Act = Callable[[Post, int], None]


def _into(state: SubscriberState, act: ConsentAct) -> Act:
    def change(post: Post, number: int) -> None:
        post.register.change_state(number, state, SEVEN, Consent(act=act, at=SEVEN))

    return change


def _erase(post: Post, number: int) -> None:
    post.register.erase(number, SEVEN)


ACTS: dict[str, Act] = {
    "unsubscribe": _into(SubscriberState.UNSUBSCRIBED, ConsentAct.LEFT),
    "complaint": _into(SubscriberState.COMPLAINED, ConsentAct.COMPLAINED),
    "bounce": _into(SubscriberState.BOUNCED, ConsentAct.BOUNCED),
    "erase": _erase,
}


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def kept_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """One store for all tests here, which are many."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'digest.db'}"
        else:
            url = stack.enter_context(fresh_schema())
        opened = open_store(url)
        stack.callback(opened.close)
        yield opened


@pytest.fixture
def store(kept_store: Store) -> Store:
    """It, emptied."""
    with kept_store._engine.begin() as connection:
        for table in EMPTIED:
            connection.execute(text(f"DELETE FROM {table}"))
    return kept_store


@dataclass(slots=True)
class Moment:
    """Acts on readers when a step comes for the n-th time; tells whose mail was begun by then."""

    store: Store
    step: str
    act: Act
    numbers: list[int]
    at_occurrence: int = 1
    begun: set[int] = field(default_factory=set)
    seen_before: int = -1
    seen: Seen | None = None
    gate: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, step: str, line: str) -> None:
        del line
        with self.gate:
            if step != self.step:
                return
            self.at_occurrence -= 1
            if self.at_occurrence == 0:
                self.strike()

    def strike(self) -> None:
        """Do it, in one transaction with the look at what was begun."""
        with self.store.writing_post() as post:
            for number in self.numbers:
                told = post.register.deliveries(number)
                if any(one.state in (DeliveryState.SENDING, DeliveryState.SENT) for one in told):
                    self.begun.add(number)
                self.act(post, number)
        if self.seen is not None:
            self.seen_before = len(self.seen.commands)


def recipients(seen: Seen, since: int = 0) -> list[str]:
    """Return to whom mails were started, in order."""
    return [
        line.partition("<")[2].rstrip(">")
        for line in seen.commands[since:]
        if line.startswith("RCPT")
    ]


@pytest.mark.parametrize("offer", [GOOD, PLAIN], ids=["pipelining", "plain"])
@pytest.mark.parametrize("step", STEPS)
def test_at_each_step_of_a_mail_the_next_reader_may_leave(
    store: Store, step: str, offer: dict[str, str]
) -> None:
    """And the one whose mail it is: that mail was begun before, unless only the connection was."""
    first, second, _ = fill(store, 3)
    moment = Moment(store, step, ACTS["unsubscribe"], [first, second])
    with serving(offer, told=moment) as (port, seen):
        run(store, port)
    in_time = step in BEFORE_THE_FIRST
    assert moment.begun == (set() if in_time else {first})
    assert recipients(seen) == [address(n) for n in ([2] if in_time else [0, 2])]
    assert counts(store) == ({"sent": 1, "skipped": 2} if in_time else {"sent": 2, "skipped": 1})


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("step", ["ehlo", "rcpt", "end"])
def test_whatever_ends_a_subscription_ends_its_mail(store: Store, step: str, act: str) -> None:
    first, second, third = fill(store, 3)
    moment = Moment(store, step, ACTS[act], [first, second])
    with serving(GOOD, told=moment) as (port, seen):
        run(store, port)
    assert set(recipients(seen)) == {address(n - first) for n in moment.begun | {third}}
    assert second not in moment.begun
    with store.reading_post() as post:
        told = {n: post.register.deliveries(n) for n in (first, second)}
    assert {one.state for n in (first, second) for one in told[n]} <= {
        DeliveryState.SENT,
        DeliveryState.SKIPPED,
    }


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("occurrence", [1, 9])
def test_with_many_connections_only_what_was_begun_goes_on(
    store: Store, step: str, occurrence: int
) -> None:
    """Half of the readers leave at once, while four connections send."""
    numbers = fill(store, 60)
    left = numbers[1::2]
    moment = Moment(store, step, ACTS["unsubscribe"], left, occurrence)
    if step in BEFORE_THE_FIRST:
        moment.at_occurrence = 1
    with serving(GOOD, told=moment) as (port, seen):
        moment.seen = seen
        run(store, port, connections=4)
    got = readers_of(seen)
    assert got == dict.fromkeys(
        (address(n - numbers[0]) for n in numbers if n not in left or n in moment.begun), 1
    )
    late = set(recipients(seen, moment.seen_before)) & {address(n - numbers[0]) for n in left}
    assert len(late) <= 4  # what each connection had begun
    assert late <= {address(n - numbers[0]) for n in moment.begun}
    assert sum(counts(store).values()) == 60


def test_who_leaves_before_the_planning_is_not_planned(store: Store) -> None:
    numbers = fill(store, 2)
    Moment(store, "", ACTS["unsubscribe"], numbers[:1]).strike()
    with serving(GOOD) as (port, seen):
        run(store, port)
    assert recipients(seen) == [address(1)]
    assert counts(store) == {"sent": 1}


def test_who_leaves_after_the_planning_is_skipped(store: Store) -> None:
    numbers = fill(store, 2)
    assert Planner(store, RULES, Timetable(), SEVEN).plan().editions == {DAY: 2}
    Moment(store, "", ACTS["unsubscribe"], numbers[:1]).strike()
    with serving(GOOD) as (port, seen):
        run(store, port)
    assert recipients(seen) == [address(1)]
    assert counts(store) == {"sent": 1, "skipped": 1}


@pytest.mark.parametrize("act", ACTS)
def test_who_leaves_while_their_mail_is_written_is_skipped(store: Store, act: str) -> None:
    """It is leased by then, and not begun."""
    numbers = fill(store, 3)
    moment = Moment(store, "letter", ACTS[act], numbers[1:2])

    def letter(delivery: Delivery) -> Envelope:
        if delivery.subscriber_id == numbers[1]:
            moment("letter", "")
        return Envelope(sender="l@example.org", recipient=delivery.address, content=b"To: x\r\n")

    with serving(GOOD) as (port, seen):
        run(store, port, letter=letter)
    assert recipients(seen) == [address(0), address(2)]
    assert counts(store) == {"sent": 2, "skipped": 1}


@pytest.mark.parametrize("fault", [DROP, KEEP_AND_DROP])
@pytest.mark.parametrize("resends", [True, False])
def test_who_leaves_while_their_mail_is_in_doubt_gets_it_no_more(
    store: Store, fault: str, resends: bool
) -> None:
    (number,) = fill(store, 1)
    moment = Moment(store, "end", ACTS["unsubscribe"], [number])
    with serving(GOOD | {"end": fault}, told=moment) as (port, seen):
        run(store, port, resends=resends)
        again = len(seen.commands)
        if not resends:
            with store.writing_post() as post:
                assert post.outbox.resolve([(DAY, number)], SEVEN, resend=True) == 1
        run(store, port, lambda: SEVEN + 60 * MINUTE, resends=resends)
        assert recipients(seen, again) == []
    assert counts(store) == {"skipped": 1}


@pytest.mark.parametrize("reply", ["450 4.2.1 later", "421 4.3.2 busy"])
def test_who_leaves_while_their_mail_waits_gets_it_no_more(store: Store, reply: str) -> None:
    (number,) = fill(store, 1)
    moment = Moment(store, "rcpt", ACTS["unsubscribe"], [number])
    with serving(PLAIN | {"rcpt": reply}, told=moment) as (port, seen):
        run(store, port)
        assert counts(store) == {"pending": 1}
        run(store, port, lambda: SEVEN + 60 * MINUTE)
        assert len(recipients(seen)) == 1
    assert counts(store) == {"skipped": 1}


def test_who_leaves_while_results_are_committed_comes_before_or_after(store: Store) -> None:
    """Somebody waits for the writer's lock at each commit; what they find begun goes on."""
    numbers = fill(store, 12)
    moment = Moment(store, "", ACTS["unsubscribe"], numbers[6:])
    engine = store._engine
    leaving = threading.Thread(target=moment.strike)

    def commit(connection: object) -> None:
        del connection
        if any(seen.mails) and leaving.ident is None:
            leaving.start()

    with serving(GOOD) as (port, seen):
        event.listen(engine, "commit", commit)
        run(store, port, connections=4)
        event.remove(engine, "commit", commit)
        leaving.join()
    stayed = {address(n - numbers[0]) for n in numbers[:6]}
    assert set(readers_of(seen)) == stayed | {address(n - numbers[0]) for n in moment.begun}
    assert max(taken(seen).values()) == 1


def test_who_chooses_other_topics_once_planned_gets_those(store: Store) -> None:
    (number,) = fill(store, 1, topics=("old",))
    Planner(store, RULES, Timetable(), SEVEN).plan()
    with store.writing_post() as post:
        post.register.prefer(number, Preferences(topics=("new",)))
    asked: list[tuple[str, ...]] = []

    def letter(delivery: Delivery) -> None:
        asked.append(delivery.preferences.topics)

    with serving(GOOD) as (port, _):
        run(store, port, letter=letter)
    assert asked == [("new",)]


@pytest.mark.parametrize("step", ["ehlo", "rcpt", "end"])
def test_who_chooses_another_hour_meanwhile_gets_it_once(store: Store, step: str) -> None:
    """Both readers move, to an hour that is still to come and to one that is over."""
    numbers = fill(store, 2)

    def move(post: Post, number: int) -> None:
        post.register.prefer(number, Preferences(hour=9 if number == numbers[0] else 5))

    moment = Moment(store, step, move, numbers)
    with serving(GOOD, told=moment) as (port, seen):
        for hours in range(4):
            at = SEVEN + hours * 60 * MINUTE
            run(store, port, lambda at=at: at)
    assert readers_of(seen) == {address(0): 1, address(1): 1}


def test_who_leaves_and_comes_back_is_not_mailed_twice(store: Store) -> None:
    numbers = fill(store, 2)

    def come_back(post: Post, number: int) -> None:
        ACTS["unsubscribe"](post, number)
        _into(SubscriberState.ACTIVE, ConsentAct.CONFIRMED)(post, number)

    moment = Moment(store, "end", come_back, numbers)
    with serving(GOOD, told=moment) as (port, seen):
        run(store, port)
        run(store, port, lambda: SEVEN + 60 * MINUTE)
    assert readers_of(seen) == {address(0): 1, address(1): 1}
