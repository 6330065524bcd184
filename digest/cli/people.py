"""The registry of a newsletter, and what its commands say of an act on it.

Addresses stand here because they were asked for; they go to stdout, never to a log.
"""

from __future__ import annotations

from collections.abc import Mapping

from digest.addresses import Address, parse
from digest.cli import shapes
from digest.cli.newsletter import Newsletter
from digest.cli.words import say
from digest.errors import UsageError
from digest.models import Preferences, SubscriberState
from digest.pipeline.retention import Keep, Pruned, prune
from digest.pipeline.subscribing import Registry
from digest.subscribing.acts import Change
from digest.subscribing.states import WHY
from digest.subscribing.telling import shape_change, wants_in_words
from digest.tokens import Signer


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


def counted(counts: Mapping[SubscriberState, int]) -> str:
    """Tell how many there are, by state."""
    parts = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return parts or "no subscribers yet"
