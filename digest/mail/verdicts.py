"""Decides what a mail that came back changes: a subscriber's state, or a count of soft failures.

    hard ─▶ bounced        complaint ─▶ complained        leave ─▶ unsubscribed
    soft ─▶ counted; enough of them in a row ─▶ bounced   the others change nothing

No state is left by a weaker reason than it was entered by: who complained stays so.
"""

from __future__ import annotations

from datetime import timedelta

from digest.models.returns import ReturnEffect, ReturnKind
from digest.models.subscribers import SubscriberState
from digest.models.words import Cadence

_EFFECT = {
    ReturnKind.HARD: ReturnEffect.BOUNCED,
    ReturnKind.COMPLAINT: ReturnEffect.COMPLAINED,
    ReturnKind.LEAVE: ReturnEffect.UNSUBSCRIBED,
}
_STATE = SubscriberState
_FROM = {
    ReturnEffect.BOUNCED: {_STATE.PENDING, _STATE.ACTIVE},
    ReturnEffect.UNSUBSCRIBED: {_STATE.PENDING, _STATE.ACTIVE, _STATE.BOUNCED},
    ReturnEffect.COMPLAINED: {
        *(_STATE.PENDING, _STATE.ACTIVE, _STATE.BOUNCED, _STATE.UNSUBSCRIBED),
    },
}
_IN_A_ROW = {
    Cadence.DAY: timedelta(days=7),
    Cadence.WEEK: timedelta(days=16),
    Cadence.MONTH: timedelta(days=40),
}


def effect_of(kind: ReturnKind, state: SubscriberState) -> ReturnEffect:
    """Return what a mail of this kind makes of a subscriber in this state; soft ones apart."""
    effect = _EFFECT.get(kind, ReturnEffect.UNCHANGED)
    return effect if state in _FROM.get(effect, ()) else ReturnEffect.UNCHANGED


def counts(kind: ReturnKind, state: SubscriberState) -> bool:
    """Tell whether a mail of this kind is counted: mail goes to this subscriber, and failed."""
    return kind is ReturnKind.SOFT and state in _FROM[ReturnEffect.BOUNCED]


def effect_of_row(row: int, most: int) -> ReturnEffect:
    """Return what the `row`-th soft failure in a row comes to, where `most` end a subscription."""
    return ReturnEffect.BOUNCED if row >= most else ReturnEffect.COUNTED


def longest_gap(cadence: Cadence) -> timedelta:
    """Return the longest time between two soft failures that are in a row.

    It is that of one edition, and of the five days for which servers try: after a longer one, a
    mail went through between them.
    """
    return _IN_A_ROW[cadence]
