"""What is told of a subscriber in words: what they wish, and their record of consent.

The states of subscribers, dumps and mail are named here too, for the pages that say them.
"""

from __future__ import annotations

from typing import Final

from digest.models import ENGLISH, Consent, ConsentAct, Preferences, Tongue, phrase
from digest.subscribing.wishes import WORDS

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
