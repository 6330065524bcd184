"""Sends the mails that ask to confirm: one at a time, each taken, sent and written down.

    due ─▶ lease ─▶ letter ─▶ connection ─▶ what it means (as of deliveries) ─▶ record

If the sender dies in between, the lease ends, and the same bytes go again. Where the server cannot
be used, all that is due waits, and none is counted as tried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.errors import DeliverError
from digest.models import (
    Delivery,
    DeliveryState,
    Envelope,
    Invitation,
    Preferences,
    Result,
)
from digest.pipeline.judging import Judge, without_addresses
from digest.pipeline.recorder import Departure
from digest.pipeline.sending import Connection, Judged
from digest.store import Post, Store

_LEASE = timedelta(minutes=20)
"""Longer than one mail can take: ten minutes of them for the answer to its end."""

_PAUSE_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usher:
    """What inviting depends on. `wait` pauses for seconds at most and tells whether to stop."""

    store: Store
    connect: Callable[[], Connection]
    letter: Callable[[Invitation], Envelope | None]
    judge: Judge
    clock: Callable[[], datetime]
    wait: Callable[[float], bool]

    def invite_due(self) -> dict[DeliveryState, int]:
        """Send until nothing is due; count what became of it. `DeliverError` where none can go."""
        counts: dict[DeliveryState, int] = {}
        connection = self.connect()
        try:
            while not self.wait(0) and (asked := self._take()) is not None:
                judged = self._send(asked, connection)
                self._record(asked, judged)
                if judged.stops:
                    raise DeliverError(judged.stops, hint="see docs/smtp.md")
                state = judged.result.state
                counts[state] = counts.get(state, 0) + 1
                if judged.slow and self.wait(_PAUSE_SECONDS):
                    break
        finally:
            if connection.is_open:
                connection.close()
        return counts

    def _take(self) -> Invitation | None:
        now = self.clock()
        with self.store.writing_post() as post:
            return post.invitations.lease(now, now + _LEASE)

    def _send(self, asked: Invitation, connection: Connection) -> Judged:
        delivery = _as_delivery(asked)
        try:
            envelope = self.letter(asked)
        except Exception as error:
            return self.judge.spoiled(delivery, error)
        if envelope is None:
            return Judged(result=_result(asked, DeliveryState.SKIPPED))
        failure = None if connection.is_open else connection.open()
        if failure is not None:
            why = f"the mail server cannot be used: {failure.said} (at {failure.phase})"
            waits = _result(asked, DeliveryState.PENDING, due_at=asked.asked_at)
            return Judged(result=waits, stops=without_addresses(why))
        return self.judge.judge(delivery, connection.send(envelope))

    def _record(self, asked: Invitation, judged: Judged) -> None:
        result, now = judged.result, self.clock()
        with self.store.writing_post() as post:
            post.invitations.record(
                asked,
                sent_at=now if result.state is DeliveryState.SENT else None,
                due_at=result.due_at,
                said=result.said,
                is_attempt=result.is_attempt,
            )
            for gone in judged.departures:
                self._part(post, asked, gone)

    def _part(self, post: Post, asked: Invitation, gone: Departure) -> None:
        """Put down that the address does not exist, unless they changed meanwhile."""
        known = post.register.by_id(gone.subscriber_id)
        if known is not None and known.state is asked.state:
            post.register.change_state(known.id, gone.state, self.clock(), gone.consent)


def _as_delivery(asked: Invitation) -> Delivery:
    """Return the request as the judge knows things that are sent."""
    return Delivery(
        edition="",
        subscriber_id=asked.subscriber_id,
        address=asked.address,
        preferences=Preferences(),
        planned_at=asked.asked_at,
        attempts=asked.attempts,
    )


def _result(asked: Invitation, state: DeliveryState, due_at: datetime | None = None) -> Result:
    return Result(
        edition="",
        subscriber_id=asked.subscriber_id,
        state=state,
        due_at=due_at,
        is_attempt=False,
    )
