"""What an attempt means for a delivery: what is written down, and how the sender goes on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from digest.mail.replies import Concern, asks_to_slow_down, concern
from digest.mail.retry import next_attempt, own_number
from digest.models import (
    Consent,
    ConsentAct,
    Delivery,
    DeliveryState,
    Outcome,
    Phase,
    Result,
    SubscriberState,
    Verdict,
)
from digest.pipeline.recorder import Departure
from digest.pipeline.sending import Judged

_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_MOST_SPOILED = 3
_AFTER_A_BREAK = timedelta(minutes=1)
_BREAKS_SOON_MENDED = 2

MOST_CRASHES = 3
"""A mail that was left in doubt so often is set aside for a decision."""


class Judge:
    """Decides by the settings, at the time it is."""

    def __init__(self, clock: Callable[[], datetime], *, resends_doubt: bool) -> None:
        self._clock = clock
        self._resends_doubt = resends_doubt

    def judge(self, delivery: Delivery, outcome: Outcome) -> Judged:
        """Tell what an attempt came to."""
        if outcome.verdict is Verdict.TAKEN:
            return Judged(result=self._result(delivery, DeliveryState.SENT, outcome))
        if outcome.verdict is Verdict.DOUBT:
            return Judged(result=self._doubted(delivery, outcome))
        if outcome.verdict is Verdict.UNTAKEN:
            return Judged(result=self._broken_off(delivery, outcome))
        if outcome.code == 421:  # a server that goes away, or wants less at a time
            return Judged(result=self._later(delivery, outcome), slow=True)
        return self._refused(delivery, outcome)

    def _doubted(self, delivery: Delivery, outcome: Outcome) -> Result:
        """Send it again, or hold it: else a server that keeps it and drops us had it for ever."""
        if self._resends_doubt and delivery.crashes + 1 < MOST_CRASHES:
            result = self._again(delivery, outcome, self._clock() + _AFTER_A_BREAK)
        else:
            result = self._result(delivery, DeliveryState.HELD, outcome)
        return replace(result, is_doubt=True)

    def _broken_off(self, delivery: Delivery, outcome: Outcome) -> Result:
        """Try again soon, then as after a refusal: the mail itself may be what ends connections."""
        if delivery.attempts < _BREAKS_SOON_MENDED:
            return self._again(delivery, outcome, self._clock() + _AFTER_A_BREAK)
        return self._later(delivery, outcome)

    def _refused(self, delivery: Delivery, outcome: Outcome) -> Judged:
        about = concern(outcome)
        if about is Concern.SERVER:
            said = f"the mail server refuses: {outcome.code} {outcome.said}"
            result = self._again(delivery, outcome, self._clock())
            return Judged(result=result, stops=without_addresses(said))
        if outcome.verdict is Verdict.LATER:
            slow = asks_to_slow_down(outcome)
            return Judged(result=self._later(delivery, outcome), slow=slow)
        result = self._result(delivery, DeliveryState.FAILED, outcome)
        gone = (self._departure(delivery, outcome),) if about is Concern.ADDRESS else ()
        return Judged(result=result, departures=gone)

    def spoiled(self, delivery: Delivery, error: Exception) -> Judged:
        """Tell what becomes of a delivery whose mail could not be made: tried again, then held."""
        said = f"its mail could not be made: {type(error).__name__}: {error}"
        outcome = Outcome(verdict=Verdict.UNTAKEN, phase=Phase.CONNECT, said=said)
        if delivery.attempts + 1 >= _MOST_SPOILED:
            return Judged(result=self._result(delivery, DeliveryState.HELD, outcome))
        return Judged(result=self._later(delivery, outcome))

    def _later(self, delivery: Delivery, outcome: Outcome) -> Result:
        spread = own_number(delivery.edition, delivery.subscriber_id, delivery.attempts)
        attempts = delivery.attempts + 1
        due = next_attempt(delivery.planned_at, attempts, self._clock(), spread)
        if due is None:
            return self._result(delivery, DeliveryState.FAILED, outcome)
        return self._again(delivery, outcome, due)

    def _again(self, delivery: Delivery, outcome: Outcome, due: datetime) -> Result:
        return self._result(delivery, DeliveryState.PENDING, outcome, due)

    def _departure(self, delivery: Delivery, outcome: Outcome) -> Departure:
        source = f"SMTP {outcome.code} {outcome.status}".strip()
        consent = Consent(act=ConsentAct.BOUNCED, at=self._clock(), source=source)
        number = delivery.subscriber_id
        state = SubscriberState.BOUNCED
        return Departure(subscriber_id=number, state=state, consent=consent)

    @staticmethod
    def _result(
        delivery: Delivery, state: DeliveryState, outcome: Outcome, due: datetime | None = None
    ) -> Result:
        return Result(
            edition=delivery.edition,
            subscriber_id=delivery.subscriber_id,
            state=state,
            due_at=due,
            code=outcome.code,
            said=without_addresses(outcome.said),
        )


def without_addresses(said: str) -> str:
    """Return a server's words without the addresses in them: what is kept names nobody."""
    return _ADDRESS.sub("(address)", said)
