"""Channels: other places where editions are told of, what is posted there, what was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from digest.models.deliveries import DeliveryState
from digest.models.words import Cadence


class ChannelKind(StrEnum):
    """What a channel is, and so what a post to it looks like."""

    SLACK = "slack"
    DISCORD = "discord"
    TELEGRAM = "telegram"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel as the settings have it. `papers` is the most that are listed in a post.

    `url`, `token` and `secret` are secrets. With `may_be_private` its address may lead into a
    private network.
    """

    name: str
    kind: ChannelKind
    cadence: Cadence = Cadence.DAY
    papers: int = 10
    url: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    chat: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    may_be_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One post, ready to send: JSON in UTF-8 for an https `url`.

    `secrets` are texts that stand in no message, whatever a server answers.
    """

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)
    may_be_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of posting. `code` is HTTP's status, None where none came; `failure` says why.

    `retry_after` is that header as it came. `body` is what of the answer was read; it may be cut.
    """

    code: int | None = None
    failure: str = ""
    retry_after: str = ""
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One edition on its way to a channel, as it was leased. Times are aware UTC.

    `attempts` were begun before this one, those that the program died in among them.
    """

    edition: str
    channel: str
    planned_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PostResult:
    """What became of a posting. `due_at` is the next attempt's time, where it is pending."""

    edition: str
    channel: str
    state: DeliveryState
    due_at: datetime | None = None
    code: int | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRecord:
    """A posting as the store lists it. `done_at` is set once nothing more is tried."""

    edition: str
    channel: str
    state: DeliveryState
    planned_at: datetime
    due_at: datetime
    attempts: int
    done_at: datetime | None = None
    code: int | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """A feed that a hub is to be told of (WebSub): its path, and a digest of its bytes.

    `since` is when it was first tried (aware UTC), `attempts` were begun before this one.
    """

    hub: str
    feed: str
    digest: str
    since: datetime | None = None
    attempts: int = 0
