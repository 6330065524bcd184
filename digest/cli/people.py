"""What is told of subscribers, in words and as JSON, and the registry of a newsletter.

Addresses stand here because they were asked for; they go to stdout, never to a log.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from digest.addresses import Address, parse
from digest.cli import shapes
from digest.cli.newsletter import Newsletter
from digest.cli.words import say
from digest.errors import UsageError
from digest.models import (
    Consent,
    DeliveryRecord,
    Invitation,
    Preferences,
    Subscriber,
    SubscriberState,
    Suppression,
)
from digest.pipeline.retention import Keep, Pruned, prune
from digest.pipeline.subscribing import Registry
from digest.subscribing.acts import Change, Holding
from digest.subscribing.documents import document_of
from digest.subscribing.states import WHY
from digest.subscribing.telling import wants_in_words
from digest.tokens import Signer

Json = dict[str, Any]


def registry(letter: Newsletter) -> Registry:
    """Return where the newsletter's subscriptions are changed."""
    zone = letter.settings.newsletter.timezone
    return Registry(
        store=letter.store, signer=Signer(*letter.store.keys), defaults=Preferences(zone=zone)
    )


def prune_due(letter: Newsletter) -> Pruned:
    """Erase what is known of readers and was kept for its time, as the settings say."""
    told = letter.settings.subscribers
    keep = Keep(
        pending_days=told.keep_pending_days,
        gone_days=told.keep_gone_days,
        network_days=told.keep_network_days,
    )
    return prune(registry(letter), keep, letter.now())


def meant(place: Registry, address: str) -> Address:
    """Read an address that somebody must have, or have had; `UsageError` otherwise."""
    who = parse(address)
    if place.find(who) is None:
        raise nobody(place, who)
    return who


def nobody(place: Registry, who: Address) -> UsageError:
    """Return that nobody has the address, and what is known of it all the same."""
    suppression = place.tell_all(who).suppression
    what = "there is no such subscriber"
    if suppression is not None:
        what += f"; the address is not to be written to: {WHY[suppression.reason]}"
    return UsageError(what, hint="see `digest subscribers list`")


def need_source(source: str, *, is_needed: bool) -> None:
    """Refuse what could not stand in the record of consent."""
    if source and not source.isprintable():
        raise UsageError("--source must be one line without control characters")
    if is_needed and not source.strip():
        hint = 'such as --source "paper form at the group meeting"'
        raise UsageError("--source must say how they consented", hint=hint)


def tell(change: Change, *, as_json: bool, is_dry: bool) -> None:
    """Tell what an act came to, or would."""
    if as_json:
        shapes.put(shape_change(change))
        return
    now = change.subscriber
    is_word = "would be" if is_dry else "is"
    as_before = "" if change.is_change else " as before"
    say(f"{now.address} {is_word} {now.state}{as_before}: {wants_in_words(now.preferences)}")
    if now.state is SubscriberState.PENDING:
        say("No mail goes there yet. Once they confirmed:")
        say(f"  digest subscribers confirm {now.address} --source …")


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


def counted(counts: Mapping[SubscriberState, int]) -> str:
    """Tell how many there are, by state."""
    parts = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return parts or "no subscribers yet"


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
