"""The table of subscribers (CSV): its columns, and the cells of each. `digest subscribers import`
reads what is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from digest.models import Consent, ConsentAct, Subscriber, SubscriberState
from digest.subscribing.cells import guard
from digest.subscribing.wishes import JOINS, WORDS

HEADER: Final = (
    *("address", "state", "cadence", "hour", "zone", "topics", "muted", "cap", "empty"),
    *("consented_at", "source"),
)
_GIVEN = frozenset({ConsentAct.CONFIRMED, ConsentAct.IMPORTED})


def cells(subscriber: Subscriber, record: Sequence[Consent]) -> list[str]:
    """Return the cells of a subscriber, in the order of the header; `record` is of their consent.

    When they consented is empty for who never did, or is asked anew; `source` then says how they
    came.
    """
    wants = subscriber.preferences
    given = consent_of(subscriber, record)
    came = given or (record[-1] if record else None)
    told = [
        subscriber.address,
        subscriber.state.value,
        WORDS[wants.cadence],
        str(wants.hour),
        wants.zone,
        JOINS.join(wants.topics),
        JOINS.join(wants.muted),
        "" if wants.cap is None else str(wants.cap),
        "yes" if wants.wants_empty else "no",
        given.at.isoformat() if given else "",
        came.source if came else "",
    ]
    return [guard(cell) for cell in told]


def consent_of(subscriber: Subscriber, record: Sequence[Consent]) -> Consent | None:
    """Return the line by which mail may go, or might before they left; None where none did."""
    if subscriber.active_since is None or subscriber.state is SubscriberState.PENDING:
        return None
    return next((line for line in reversed(record) if line.act in _GIVEN), None)
