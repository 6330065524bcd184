"""What becomes of an act on a subscription: how it came about, what changed, what is held.

Values only; `pipeline/subscribing` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from digest.models import (
    Consent,
    ConsentAct,
    DeliveryRecord,
    Invitation,
    Subscriber,
    Suppression,
)
from digest.models.returns import ReturnKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How an act came about, as the record of consent keeps it (see `Consent`)."""

    source: str
    wording: str = ""
    network: str = field(default="", repr=False)

    def line(self, act: ConsentAct, at: datetime) -> Consent:
        """Return the line of the record."""
        return Consent(
            act=act, at=at, source=self.source, wording=self.wording, network=self.network
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an act came to: the subscriber as they now are; `before` is None where they are new."""

    before: Subscriber | None
    subscriber: Subscriber

    @property
    def is_change(self) -> bool:
        """Whether anything is other than before."""
        return self.before != self.subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What erasing came to. `number` is 0 where there was nobody (any more).

    `is_clean` claims that the files hold nothing of them either: false where another process reads.
    """

    number: int
    is_clean: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """All that is held on an address. `soft_bounces` are the failures in a row, and the last's day.

    `returns` are failures that came back by mail: the kind, the edition, when it was dealt with.
    """

    subscriber: Subscriber | None
    suppression: Suppression | None
    consents: tuple[Consent, ...] = ()
    deliveries: tuple[DeliveryRecord, ...] = ()
    returns: tuple[tuple[ReturnKind, str, datetime], ...] = ()
    soft_bounces: tuple[int, datetime | None] = (0, None)
    invitation: Invitation | None = None
