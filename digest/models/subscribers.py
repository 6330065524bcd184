"""Subscribers: who gets what and when, how they came to be asked, and what they were told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from digest.models.words import Cadence


class SubscriberState(StrEnum):
    """Whether mail may go to a subscriber, and why not. Only `active` ones get any."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ERASED = "erased"


class ConsentAct(StrEnum):
    """What a line of the record of consent tells of."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"
    LEFT = "left"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    MOVED_FEED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a subscriber wants, and when.

    `hour` is of the local day in `zone` (an IANA name), 0 to 23. No `topics` means everything.
    `cap` is the most papers in a mail. With `wants_empty` a mail comes though nothing matched. What
    is due before `paused_until` (aware UTC) is not mailed to them.
    """

    cadence: Cadence = Cadence.DAY
    hour: int = 7
    zone: str = "UTC"
    topics: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()
    cap: int | None = None
    wants_empty: bool = False
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """An address with its state and what it wants. `id` is 0 before it is stored.

    `address` is what mail is sent to: the domain in lower case and in Unicode; empty once erased.
    `since` is when the state began, `active_since` when mail may have gone first (aware UTC).
    """

    address: str = field(repr=False)
    state: SubscriberState
    preferences: Preferences = Preferences()
    created_at: datetime
    since: datetime
    active_since: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One line of the record of consent: what was done, when, by which way, to which wording.

    `source` names the form, command or file; `wording` the version of what was asked; `network`
    is the request's address, which is kept for a time only; `proof` is what an import brought.
    """

    act: ConsentAct
    at: datetime
    source: str = ""
    wording: str = ""
    network: str = field(default="", repr=False)
    proof: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The mail that asks a subscriber to confirm. Times are aware UTC.

    `asked_at` is of the request that it answers; `asks` counts that one and those since, which are
    answered by it too. `attempts` were made to send it; `sent_at` is None until a server took it.
    """

    subscriber_id: int
    address: str = field(repr=False)
    state: SubscriberState
    asked_at: datetime
    asks: int = 1
    attempts: int = 0
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address that is not to be written to again, as a keyed hash."""

    hash: str
    reason: SubscriberState
    at: datetime
