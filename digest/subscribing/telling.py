"""What is told of a subscriber, as JSON and in words: alike by commands, desk and API.

Addresses stand here because they were asked for; they never go to a log.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from digest.models import (
    ENGLISH,
    Consent,
    ConsentAct,
    DeliveryRecord,
    Invitation,
    Preferences,
    Subscriber,
    SubscriberState,
    Suppression,
    Tongue,
    phrase,
)
from digest.subscribing.acts import Change, Holding
from digest.subscribing.documents import document_of
from digest.subscribing.wishes import WORDS

Json = dict[str, Any]

STATES: Final = (
    *(phrase("pending"), phrase("active"), phrase("unsubscribed"), phrase("bounced")),
    *(phrase("complained"), phrase("erased")),
    *(phrase("leased"), phrase("sending"), phrase("sent"), phrase("failed")),
    *(phrase("skipped"), phrase("held")),
    *(phrase("read"), phrase("empty"), phrase("rejected")),
    *(phrase("hard"), phrase("soft"), phrase("delayed"), phrase("complaint")),
    *(phrase("leave"), phrase("automatic"), phrase("other")),
    *(phrase("daily"), phrase("weekly"), phrase("monthly")),
)
"""Words of our enumerations, which stand on the desk's pages as they are."""

_SAID = {
    ConsentAct.ASKED: phrase("asked"),
    ConsentAct.CONFIRMED: phrase("confirmed"),
    ConsentAct.IMPORTED: phrase("came by a list"),
    ConsentAct.LEFT: phrase("unsubscribed"),
    ConsentAct.BOUNCED: phrase("mail came back"),
    ConsentAct.COMPLAINED: phrase("mail was marked as spam"),
    ConsentAct.MOVED_FEED: phrase("took another address for their feed"),
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


def wants_in_words(wants: Preferences, tongue: Tongue = ENGLISH) -> str:
    """Tell what somebody wishes."""
    often = tongue.say(WORDS[wants.cadence])
    when = f"{wants.hour}:00 {wants.zone}"
    parts = [tongue.say("%(often)s at %(time)s", often=often, time=when)]
    if wants.topics:
        parts.append(tongue.say("topics: %(names)s", names=", ".join(wants.topics)))
    if wants.muted:
        parts.append(tongue.say("muted: %(words)s", words=", ".join(wants.muted)))
    if wants.cap is not None:
        parts.append(tongue.count("at most %(n)s papers", "at most %(n)s papers", wants.cap))
    if wants.wants_empty:
        parts.append(tongue.say("empty ones too"))
    if wants.paused_until is not None:
        until = f"{wants.paused_until:%Y-%m-%d %H:%M} UTC"
        parts.append(tongue.say("paused until %(time)s", time=until))
    return "; ".join(parts)


def consent_in_words(line: Consent, tongue: Tongue = ENGLISH) -> str:
    """Tell a line of the record of consent."""
    told = {
        tongue.say("source"): line.source,
        tongue.say("wording"): line.wording,
        tongue.say("network"): line.network,
        tongue.say("proof"): line.proof,
    }
    more = "; ".join(f"{name}: {value}" for name, value in told.items() if value)
    act = tongue.say(_SAID[line.act])
    return f"{line.at:%Y-%m-%d %H:%M} UTC  {act}{f' ({more})' if more else ''}"


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
