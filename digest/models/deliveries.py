"""Deliveries: an edition on its way to a subscriber, and what became of each attempt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from digest.models.subscribers import Preferences


class DeliveryState(StrEnum):
    """Where a delivery stands.

    `leased` is taken by a sender, `sending` begun by it: if that sender dies, it is in doubt.
    """

    PENDING = "pending"
    LEASED = "leased"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    HELD = "held"


class Verdict(StrEnum):
    """What one attempt to send came to.

    `taken`: the server has it. `later`: refused for now (4xx). `never`: refused for good (5xx).
    `untaken`: the connection failed, and the server surely has not taken it. `doubt`: it failed
    after the last byte, so that the server may have taken it.
    """

    TAKEN = "taken"
    LATER = "later"
    NEVER = "never"
    UNTAKEN = "untaken"
    DOUBT = "doubt"


class Phase(StrEnum):
    """The step of SMTP at which an attempt ended."""

    CONNECT = "connect"
    GREETING = "greeting"
    HELLO = "hello"
    TLS = "tls"
    LOGIN = "login"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    CONTENT = "content"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One mail to one recipient, ready to send: CRLF lines, dots not doubled yet."""

    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ended: the reply's code (RFC 5321), its enhanced status (RFC 3463), its text.

    `code` is None where no reply came. `closes` tells that the connection is of no more use.
    """

    verdict: Verdict
    phase: Phase
    code: int | None = None
    status: str = ""
    said: str = field(default="", repr=False)
    closes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One edition to one subscriber, as a sender has leased it. Times are aware UTC.

    `planned_at` dates the mail; with `edition` and `subscriber_id` it makes the same bytes at each
    attempt. `attempts` were made before, `crashes` are how often one was left in doubt: the
    sender died in it, or the connection broke after the last byte.
    """

    edition: str
    subscriber_id: int
    address: str = field(repr=False)
    preferences: Preferences
    planned_at: datetime
    attempts: int = 0
    crashes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """What became of one edition for a subscriber, as it is told to them. Times are aware UTC.

    `done_at` is None until nothing more is tried; `code` and `said` are the server's last answer.
    """

    edition: str
    state: DeliveryState
    planned_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    attempts: int = 0
    code: int | None = None
    said: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingDomain:
    """Where mail does not arrive: how many deliveries failed, and how many wait to be tried again.

    `code` is the reply that came most often, None where none came.
    """

    domain: str
    failed: int
    waiting: int
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """How many subscribers bounced or complained, in all and lately; `soft`: failures in a row."""

    bounced: int = 0
    bounced_lately: int = 0
    complained: int = 0
    complained_lately: int = 0
    soft: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What of an edition a reader is sent: places in `Edition.entries`, in the order they stand.

    `topics` names, for each of these places, the reader's topics that it matches. `more` counts
    what matched beyond the reader's cap. Readers of equal choices are sent the same text.
    """

    places: tuple[int, ...]
    topics: tuple[tuple[str, ...], ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What is to be written down of an attempt. `due_at` is the next one's time, where pending.

    `is_doubt` tells that the server may have taken the mail.
    """

    edition: str
    subscriber_id: int
    state: DeliveryState
    due_at: datetime | None = None
    code: int | None = None
    said: str = field(default="", repr=False)
    is_attempt: bool = True
    is_doubt: bool = False
