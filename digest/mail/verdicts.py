"""Decides what a mail that came back changes: a subscriber's state, or a count of soft failures.

    hard ─▶ bounced        complaint ─▶ complained        leave ─▶ unsubscribed
    soft ─▶ counted; enough of them in a row ─▶ bounced   the others change nothing

Which state is left by what, `subscribing.states` tells.
"""

from __future__ import annotations

from datetime import timedelta

from digest.models.returns import ACT_OF, ReturnEffect, ReturnKind
from digest.models.subscribers import ConsentAct, SubscriberState
from digest.models.words import Cadence
from digest.subscribing.states import is_left_by

_EFFECT = {
    ReturnKind.HARD: ReturnEffect.BOUNCED,
    ReturnKind.COMPLAINT: ReturnEffect.COMPLAINED,
    ReturnKind.LEAVE: ReturnEffect.UNSUBSCRIBED,
}
_IN_A_ROW = {
    Cadence.DAY: timedelta(days=7),
    Cadence.WEEK: timedelta(days=16),
    Cadence.MONTH: timedelta(days=40),
}


def effect_of(kind: ReturnKind, state: SubscriberState) -> ReturnEffect:
    """Return what a mail of this kind makes of a subscriber in this state; soft ones apart."""
    effect = _EFFECT.get(kind, ReturnEffect.UNCHANGED)
    is_change = effect in ACT_OF and is_left_by(state, ACT_OF[effect])
    return effect if is_change else ReturnEffect.UNCHANGED


def counts(kind: ReturnKind, state: SubscriberState) -> bool:
    """Tell whether a mail of this kind is counted: mail goes to this subscriber, and failed."""
    return kind is ReturnKind.SOFT and is_left_by(state, ConsentAct.BOUNCED)


def effect_of_row(row: int, most: int) -> ReturnEffect:
    """Return what the `row`-th soft failure in a row comes to, where `most` end a subscription."""
    return ReturnEffect.BOUNCED if row >= most else ReturnEffect.COUNTED


def longest_gap(cadence: Cadence) -> timedelta:
    """Return the longest time between two soft failures that are in a row.

    It is that of one edition, and of the five days for which servers try: after a longer one, a
    mail went through between them.
    """
    return _IN_A_ROW[cadence]
