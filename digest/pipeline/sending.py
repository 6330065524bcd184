"""Sends what the outbox holds: several threads, each with a connection that it keeps.

    lease ─▶ queue ─▶ thread: letter ─▶ recorder (begin) ─▶ connection ─▶ what it means ─▶ recorder

A thread begins no mail before its connection stands, and none that was not written down as begun.
Where the server cannot be reached, or refuses to be spoken to, everything waits and is given back:
no mail is counted as tried. What the threads are given, they are given as arguments, so that tests
put a server, a clock and a store of their own in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from digest.errors import DeliverError, StoreError
from digest.models import Delivery, DeliveryState, Envelope, Outcome, Result
from digest.pipeline.recorder import Clock, Departure, Recorder
from digest.pipeline.waiting import Waiting
from digest.store import Store

LEASE = timedelta(seconds=90)
"""How long after its last sign of life a sender is believed dead; then what it holds is taken."""

_RENEW_SECONDS = 25.0
_BATCH_A_CONNECTION = 50
_MOST_WAITING = 5000  # taken, where all that was taken before has to wait for its domain
_TRIES_TO_CONNECT = 4
_MOST_PAUSE_SECONDS = 60.0


class Connection(Protocol):
    """What sends a mail, and says what became of it."""

    @property
    def is_open(self) -> bool:
        """Whether mail can be sent now."""

    def open(self) -> Outcome | None:
        """Connect; return what went wrong, or nothing."""

    def send(self, envelope: Envelope) -> Outcome:
        """Send one mail."""

    def close(self) -> None:
        """Take leave of the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What an outcome means for a delivery: what is written down, and how to go on.

    `slow` asks for a pause (the server said so); `stops` tells that no mail can go through now, and
    why.
    """

    result: Result
    departures: tuple[Departure, ...] = ()
    slow: bool = False
    stops: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What sending depends on besides the store.

    `letter` makes the mail of a delivery, None where there is nothing for them; `spoiled` judges
    one that could not be made. `ready_in` tells in how many seconds mail may go to an address, and
    counts it where that is now. `wait` pauses for seconds at most and tells whether to stop.
    """

    connect: Callable[[], Connection]
    letter: Callable[[Delivery], Envelope | None]
    judge: Callable[[Delivery, Outcome], Judged]
    spoiled: Callable[[Delivery, Exception], Judged]
    ready_in: Callable[[Delivery], float]
    clock: Clock
    wait: Callable[[float], bool]
    connections: int = 4


class Sender:
    """Sends what is due by now, once; one of the connections is the calling thread's."""

    def __init__(self, store: Store, holder: str, means: Means) -> None:
        self._store = store
        self._holder = holder
        self._means = means
        self._recorder = Recorder(store, holder, means.clock, means.wait, LEASE)
        self._waiting = Waiting()
        self._has_more = True
        self._gate = threading.Lock()
        self._is_over = threading.Event()
        self._failure: BaseException | None = None
        self.counts: dict[DeliveryState, int] = {}

    @property
    def commits(self) -> int:
        """How many transactions wrote results down."""
        return self._recorder.commits

    def send_due(self) -> dict[DeliveryState, int]:
        """Send until nothing is due; count what became of it. `DeliverError` where none can go."""
        renewer = threading.Thread(target=self._renew, name="leases", daemon=True)
        others = [
            threading.Thread(target=self._guarded, name=f"smtp-{n}", daemon=True)
            for n in range(1, self._means.connections)
        ]
        if self._means.wait(0) or not self._refill():
            return {}
        for thread in (renewer, *others):
            thread.start()
        self._guarded()
        for thread in others:
            thread.join()
        self._is_over.set()
        self._give_back()
        renewer.join()
        if self._failure is not None:
            raise self._failure
        return self.counts

    def _guarded(self) -> None:
        try:
            _Round(self).run()
        except BaseException as error:
            self._failure = self._failure or error
            self._is_over.set()

    def stop(self, why: str) -> None:
        """Let all threads end after the mail in hand."""
        hint = "see docs/smtp.md; `digest status` tells what waits"
        self._failure = self._failure or DeliverError(why, hint=hint)
        self._is_over.set()

    def next(self) -> Delivery | None:
        """Return the next delivery that may go now; None when nothing is left or all is to end."""
        while not self._is_over.is_set() and not self._means.wait(0):
            with self._gate:
                soonest = self._waiting.take(self._means.ready_in)
                if isinstance(soonest, Delivery):
                    return soonest
                if self._may_take_more(soonest) and self._refill():
                    continue
                if soonest is None:
                    return None
            if self._means.wait(min(soonest, 1.0)):
                self._is_over.set()
        return None

    def _may_take_more(self, soonest: float | None) -> bool:
        """Tell whether to ask for more: where nothing is left, or all that is has to wait."""
        return soonest is None or (self._has_more and len(self._waiting) < _MOST_WAITING)

    def _refill(self) -> bool:
        now = self._means.clock()
        limit = _BATCH_A_CONNECTION * self._means.connections
        with self._store.writing_post() as post:
            taken = post.outbox.lease(self._holder, now, now + LEASE, limit)
        self._waiting.add(taken)
        self._has_more = bool(taken)
        return self._has_more

    def _renew(self) -> None:
        while not self._is_over.wait(_RENEW_SECONDS):
            with suppress(StoreError), self._store.writing_post() as post:
                post.outbox.renew(self._holder, self._means.clock() + LEASE)

    def _give_back(self) -> None:
        """Let go of what was leased and not begun."""
        left = [_given_back(delivery, self._means) for delivery in self._waiting.drain()]
        self._recorder.exchange(left)

    def count(self, state: DeliveryState) -> None:
        """Count what became of one."""
        with self._gate:
            self.counts[state] = self.counts.get(state, 0) + 1

    @property
    def means(self) -> Means:
        """What sending depends on."""
        return self._means

    @property
    def recorder(self) -> Recorder:
        """What results are told to."""
        return self._recorder


class _Round:
    """One thread's work: its connection, and the result that is not written down yet."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._means = sender.means
        self._connection = sender.means.connect()
        self._judged: Judged | None = None

    def run(self) -> None:
        try:
            while (delivery := self._sender.next()) is not None:
                self._deliver(delivery)
        finally:
            try:
                self._tell()
            finally:
                if self._connection.is_open:
                    self._connection.close()

    def _deliver(self, delivery: Delivery) -> None:
        try:
            envelope = self._means.letter(delivery)
        except Exception as error:
            self._note(self._means.spoiled(delivery, error))
            return
        if envelope is None:
            self._note(Judged(result=_skipped(delivery)))
        elif not self._connection.is_open and not self._is_connected():
            self._note(Judged(result=_given_back(delivery, self._means)))
        elif self._tell((delivery.edition, delivery.subscriber_id)):
            self._send(delivery, envelope)

    def _send(self, delivery: Delivery, envelope: Envelope) -> None:
        self._judged = self._means.judge(delivery, self._connection.send(envelope))
        if self._judged.stops:
            self._sender.stop(self._judged.stops)
        elif self._judged.slow and self._means.wait(_MOST_PAUSE_SECONDS / 4):
            self._sender.stop("stopped")

    def _is_connected(self) -> bool:
        """Connect, with growing pauses; where that does not help, end everything."""
        seconds, why = 1.0, ""
        for _ in range(_TRIES_TO_CONNECT):
            failure = self._connection.open()
            if failure is None:
                return True
            why = f"the mail server cannot be used: {failure.said} (at {failure.phase})"
            if failure.code is not None and failure.code >= 500:
                break
            self._tell()
            if self._means.wait(seconds):
                break
            seconds = min(seconds * 2, _MOST_PAUSE_SECONDS)
        self._sender.stop(why)
        return False

    def _note(self, judged: Judged) -> None:
        """Keep what is to be written down with the next, once what was kept is written."""
        self._tell()
        self._judged = judged

    def _tell(self, key: tuple[str, int] | None = None) -> bool:
        """Write down what is not yet, and begin the next; tell whether it may be sent."""
        judged, self._judged = self._judged, None
        if judged is None:
            return self._sender.recorder.exchange((), key)
        may_start = self._sender.recorder.exchange((judged.result,), key, judged.departures)
        self._sender.count(judged.result.state)
        return may_start


def _skipped(delivery: Delivery) -> Result:
    return Result(
        edition=delivery.edition,
        subscriber_id=delivery.subscriber_id,
        state=DeliveryState.SKIPPED,
        said="nothing in it for them",
        is_attempt=False,
    )


def _given_back(delivery: Delivery, means: Means) -> Result:
    now = means.clock()
    return replace(_skipped(delivery), state=DeliveryState.PENDING, due_at=now, said="")
