"""What is told of a subscriber, as JSON and in words: alike by commands, desk and API.

Addresses stand here because they were asked for; they never go to a log.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from digest.models import (
    Consent,
    ConsentAct,
    DeliveryRecord,
    Invitation,
    Preferences,
    Subscriber,
    SubscriberState,
    Suppression,
)
from digest.subscribing.acts import Change, Holding
from digest.subscribing.documents import document_of
from digest.subscribing.wishes import WORDS

Json = dict[str, Any]

_SAID = {
    ConsentAct.ASKED: "asked",
    ConsentAct.CONFIRMED: "confirmed",
    ConsentAct.IMPORTED: "came by a list",
    ConsentAct.LEFT: "unsubscribed",
    ConsentAct.BOUNCED: "mail came back",
    ConsentAct.COMPLAINED: "mail was marked as spam",
    ConsentAct.MOVED_FEED: "took another address for their feed",
}


def shape(subscriber: Subscriber) -> Json:
    """Return a subscriber as JSON."""
    wants = subscriber.preferences
    return {
        "id": subscriber.id,
        "address": subscriber.address,
        "state": subscriber.state.value,
        **document_of(wants),
        "empty": wants.wants_empty,
        "paused_until": _time(wants.paused_until),
        "created": subscriber.created_at.isoformat(),
        "since": subscriber.since.isoformat(),
        "active_since": _time(subscriber.active_since),
    }


def shape_change(change: Change) -> Json:
    """Return what an act came to."""
    before = change.before.state.value if change.before else None
    return {
        "before": before,
        "changed": change.is_change,
        "subscriber": shape(change.subscriber),
    }


def shape_holding(held: Holding) -> Json:
    """Return all that is held on an address."""
    row, last = held.soft_bounces
    return {
        "subscriber": shape(held.subscriber) if held.subscriber else None,
        "consents": [shape_consent(line) for line in held.consents],
        "deliveries": [_delivery(each) for each in held.deliveries],
        "returns": [
            {"kind": kind.value, "edition": edition, "at": at.isoformat()}
            for kind, edition, at in held.returns
        ],
        "soft_bounces": {"in_a_row": row, "last": _time(last)},
        "suppression": _suppression(held.suppression) if held.suppression else None,
        "invitation": _invitation(held.invitation) if held.invitation else None,
    }


def shape_consent(line: Consent) -> Json:
    """Return a line of the record of consent."""
    return {
        "act": line.act.value,
        "at": line.at.isoformat(),
        "source": line.source,
        "wording": line.wording,
        "network": line.network,
        "proof": line.proof,
    }


def in_words(subscriber: Subscriber) -> str:
    """Tell a subscriber, in a line."""
    if subscriber.state is SubscriberState.ERASED:
        return f"subscriber {subscriber.id}  erased {subscriber.since:%Y-%m-%d}"
    return f"{subscriber.address}  {subscriber.state}  {wants_in_words(subscriber.preferences)}"


def wants_in_words(wants: Preferences) -> str:
    """Tell what somebody wishes."""
    parts = [f"{WORDS[wants.cadence]} at {wants.hour}:00 {wants.zone}"]
    parts += [f"topics: {', '.join(wants.topics)}"] * bool(wants.topics)
    parts += [f"muted: {', '.join(wants.muted)}"] * bool(wants.muted)
    parts += [f"at most {wants.cap} papers"] * (wants.cap is not None)
    parts += ["empty ones too"] * wants.wants_empty
    if wants.paused_until is not None:
        parts.append(f"paused until {wants.paused_until:%Y-%m-%d %H:%M} UTC")
    return "; ".join(parts)


def consent_in_words(line: Consent) -> str:
    """Tell a line of the record of consent."""
    told = {
        "source": line.source,
        "wording": line.wording,
        "network": line.network,
        "proof": line.proof,
    }
    more = "; ".join(f"{name}: {value}" for name, value in told.items() if value)
    return f"{line.at:%Y-%m-%d %H:%M} UTC  {_SAID[line.act]}{f' ({more})' if more else ''}"


def _delivery(record: DeliveryRecord) -> Json:
    return {
        "edition": record.edition,
        "state": record.state.value,
        "planned": record.planned_at.isoformat(),
        "due": record.due_at.isoformat(),
        "done": _time(record.done_at),
        "attempts": record.attempts,
        "code": record.code,
        "said": record.said,
    }


def _invitation(told: Invitation) -> Json:
    return {
        "asked": told.asked_at.isoformat(),
        "asks": told.asks,
        "attempts": told.attempts,
        "sent": _time(told.sent_at),
    }


def _suppression(held: Suppression) -> Json:
    return {"hash": held.hash, "reason": held.reason.value, "at": held.at.isoformat()}


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
