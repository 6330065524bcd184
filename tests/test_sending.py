"""Sending what the outbox holds: each once, only while subscribed, and what a failure leaves."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from test_store_outbox import DAY, LATER, NOW, counts, fill, plan

from digest.errors import DeliverError
from digest.models import (
    Consent,
    ConsentAct,
    Delivery,
    DeliveryState,
    Envelope,
    Outcome,
    Phase,
    Result,
    SubscriberState,
    Verdict,
)
from digest.pipeline.recorder import Departure
from digest.pipeline.sending import Judged, Means, Sender
from digest.store import Store

TAKEN = Outcome(verdict=Verdict.TAKEN, phase=Phase.END, code=250)
NO_SERVER = Outcome(verdict=Verdict.UNTAKEN, phase=Phase.CONNECT, said="refused", closes=True)
LOST = Outcome(verdict=Verdict.UNTAKEN, phase=Phase.RCPT, closes=True)


class Server:
    """Takes mail in memory; `answer` may say otherwise, or do something first."""

    def __init__(self, answer: Callable[[str], Outcome] = lambda _: TAKEN) -> None:
        self.answer = answer
        self.got: list[str] = []
        self.opened = 0
        self.refusals: list[Outcome] = []
        self.at_once = self.most_at_once = 0
        self.gate = threading.Lock()

    def connection(self) -> Line:
        return Line(self)


class Line:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.is_open = False

    def open(self) -> Outcome | None:
        with self.server.gate:
            if self.server.refusals:
                return self.server.refusals.pop(0)
            self.server.opened += 1
        self.is_open = True
        return None

    def send(self, envelope: Envelope) -> Outcome:
        assert self.is_open
        with self.server.gate:
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        outcome = self.server.answer(envelope.recipient)
        with self.server.gate:
            self.server.at_once -= 1
            if outcome.verdict is Verdict.TAKEN:
                self.server.got.append(envelope.recipient)
        self.is_open = not outcome.closes
        return outcome

    def close(self) -> None:
        self.is_open = False


def letter(delivery: Delivery) -> Envelope:
    return Envelope(sender="list@example.org", recipient=delivery.address, content=b"Hello\r\n")


def judge(delivery: Delivery, outcome: Outcome) -> Judged:
    state = {
        Verdict.TAKEN: DeliveryState.SENT,
        Verdict.NEVER: DeliveryState.FAILED,
        Verdict.DOUBT: DeliveryState.HELD,
    }.get(outcome.verdict, DeliveryState.PENDING)
    due = LATER if state is DeliveryState.PENDING else None
    return Judged(result=result(delivery, state, outcome.code, due))


def result(delivery: Delivery, state: DeliveryState, code=None, due=None) -> Result:  # type: ignore[no-untyped-def]
    number = delivery.subscriber_id
    return Result(edition=DAY, subscriber_id=number, state=state, code=code, due_at=due)


def spoiled(delivery: Delivery, error: Exception) -> Judged:
    return Judged(result=result(delivery, DeliveryState.HELD))


def means(server: Server, **changes: object) -> Means:
    own = Means(
        connect=server.connection,
        letter=letter,
        judge=judge,
        spoiled=spoiled,
        ready_in=lambda _: 0.0,
        clock=lambda: NOW,
        wait=lambda _: False,
        connections=4,
    )
    return replace(own, **changes)  # type: ignore[arg-type]


def send(store: Store, server: Server, **changes: object) -> dict[DeliveryState, int]:
    return Sender(store, "a", means(server, **changes)).send_due()


def address(number: int) -> str:
    return f"reader{number}@example.org"


def test_each_gets_it_once_over_kept_connections(store: Store) -> None:
    fill(store, 250)
    plan(store)
    server = Server()
    assert send(store, server) == {DeliveryState.SENT: 250}
    assert sorted(server.got) == sorted(address(n) for n in range(250))
    assert server.opened <= 4
    assert counts(store) == {"sent": 250}
    assert send(store, server) == {}


def test_results_of_several_connections_share_their_commits(store: Store) -> None:
    fill(store, 80)
    plan(store)
    meeting = threading.Barrier(4)

    def together(_: str) -> Outcome:
        meeting.wait(10)
        return TAKEN

    server = Server(together)
    sender = Sender(store, "a", means(server))
    sender.send_due()
    assert server.most_at_once == 4
    assert 20 <= sender.commits <= 70  # alone, it would be 80 and the last ones


def test_nobody_is_sent_anything_after_an_unsubscribe(store: Store) -> None:
    numbers = fill(store, 3)
    plan(store)

    def leave(recipient: str) -> Outcome:
        if recipient == address(0):
            with store.writing_post() as post:
                left = Consent(act=ConsentAct.LEFT, at=NOW)
                post.register.change_state(numbers[2], SubscriberState.UNSUBSCRIBED, NOW, left)
        return TAKEN

    server = Server(leave)
    send(store, server, connections=1)
    assert server.got == [address(0), address(1)]
    assert counts(store) == {"sent": 2, "skipped": 1}


def test_a_refusal_of_one_does_not_hold_up_the_others(store: Store) -> None:
    fill(store, 3)
    plan(store)
    never = Outcome(verdict=Verdict.NEVER, phase=Phase.RCPT, code=550)
    later = Outcome(verdict=Verdict.LATER, phase=Phase.RCPT, code=451)
    told = {address(0): never, address(1): later}
    server = Server(lambda recipient: told.get(recipient, TAKEN))
    send(store, server)
    assert counts(store) == {"failed": 1, "pending": 1, "sent": 1}
    assert server.got == [address(2)]


def test_a_lost_connection_is_opened_again(store: Store) -> None:
    fill(store, 3)
    plan(store)
    told = {address(0): LOST}
    server = Server(lambda recipient: told.get(recipient, TAKEN))
    send(store, server, connections=1)
    assert (server.got, server.opened) == ([address(1), address(2)], 2)


def test_where_the_server_is_away_everything_waits_untried(store: Store) -> None:
    fill(store, 3)
    plan(store)
    server = Server()
    server.refusals = [NO_SERVER] * 99
    with pytest.raises(DeliverError, match="refused"):
        send(store, server)
    assert counts(store) == {"pending": 3}
    server.refusals = []
    assert send(store, server) == {DeliveryState.SENT: 3}


def test_a_server_that_comes_back_is_used(store: Store) -> None:
    fill(store, 2)
    plan(store)
    server = Server()
    server.refusals = [NO_SERVER, NO_SERVER]
    assert send(store, server, connections=1) == {DeliveryState.SENT: 2}


def test_a_mail_that_cannot_be_made_does_not_hold_up_the_others(store: Store) -> None:
    fill(store, 3)
    plan(store)

    def fragile(delivery: Delivery) -> Envelope:
        if delivery.address == address(1):
            raise ZeroDivisionError
        return letter(delivery)

    server = Server()
    send(store, server, letter=fragile)
    assert counts(store) == {"held": 1, "sent": 2}


def test_nothing_is_sent_where_there_is_nothing_for_them(store: Store) -> None:
    fill(store, 2)
    plan(store)
    server = Server()
    none_for_one = lambda d: None if d.address == address(0) else letter(d)  # noqa: E731
    send(store, server, letter=none_for_one)
    assert (server.got, counts(store)) == ([address(1)], {"sent": 1, "skipped": 1})


def join(store: Store, mailbox: str) -> None:
    """Let somebody subscribe as those of `fill` did."""
    with store.writing_post() as post:
        known = post.register.by_id(1)
        assert known is not None
        consent = Consent(act=ConsentAct.CONFIRMED, at=known.since)
        post.register.add(replace(known, address=mailbox), mailbox, consent)


@pytest.mark.parametrize("slow", [1, 120])  # a lease takes 50 at a time
def test_a_domain_that_has_to_wait_lets_the_others_pass(store: Store, slow: int) -> None:
    fill(store, slow)
    for number in range(3):
        join(store, f"other{number}@example.net")
    plan(store)
    clock = {"waited": 0.0}

    def wait(seconds: float) -> bool:
        clock["waited"] += seconds
        return False

    def ready_in(delivery: Delivery) -> float:
        is_paced = delivery.address.endswith("@example.org")
        return 5.0 - clock["waited"] if is_paced else 0.0

    server = Server()
    send(store, server, connections=1, ready_in=ready_in, wait=wait)
    assert server.got[:3] == [f"other{number}@example.net" for number in range(3)]
    assert len(server.got) == slow + 3
    assert clock["waited"] >= 5


def test_one_who_cannot_be_reached_any_more_is_marked(store: Store) -> None:
    (number,) = fill(store, 1)
    plan(store)
    gone = Departure(
        subscriber_id=number,
        state=SubscriberState.BOUNCED,
        consent=Consent(act=ConsentAct.BOUNCED, at=NOW, source="550 5.1.1"),
    )
    server = Server(lambda _: Outcome(verdict=Verdict.NEVER, phase=Phase.RCPT, code=550))
    send(store, server, judge=lambda d, o: replace(judge(d, o), departures=(gone,)))
    with store.reading_post() as post:
        subscriber = post.register.by_id(number)
        assert subscriber is not None
        assert subscriber.state is SubscriberState.BOUNCED
        assert post.register.consents(number)[-1].source == "550 5.1.1"


def test_several_senders_share_the_work(store: Store) -> None:
    fill(store, 300)
    plan(store)
    server = Server()
    senders = [Sender(store, holder, means(server, connections=2)) for holder in "abc"]
    threads = [threading.Thread(target=sender.send_due) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Counter(server.got) == Counter(address(n) for n in range(300))


def test_what_was_under_way_when_a_sender_died_is_sent_again_by_the_next(store: Store) -> None:
    fill(store, 4)
    plan(store)

    class PowerCutError(BaseException):
        pass

    def die(recipient: str) -> Outcome:
        if recipient == address(1):
            raise PowerCutError
        return TAKEN

    server = Server(die)
    with pytest.raises(PowerCutError):
        send(store, server, connections=1)
    assert counts(store) == {"pending": 2, "sending": 1, "sent": 1}
    gone = NOW + timedelta(minutes=10)
    with store.writing_post() as post:
        assert post.outbox.recover(gone, resend=True, most_crashes=3) == (1, 0)
    server.answer = lambda _: TAKEN
    send(store, server, clock=lambda: gone)
    assert sorted(server.got) == [address(n) for n in range(4)]
