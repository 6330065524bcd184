"""Returns: what comes back by mail after an edition went out, and what it changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from digest.models.subscribers import ConsentAct


class ReturnKind(StrEnum):
    """What a mail that came back says.

    `hard`: the address does not work, for good. `soft`: it could not be delivered this time.
    `delayed`: a server still tries. `complaint`: the reader called it spam. `leave`: the reader
    wants no more. `automatic`: an absence note, a receipt. `other`: none of these, or unreadable.
    """

    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"
    COMPLAINT = "complaint"
    LEAVE = "leave"
    AUTOMATIC = "automatic"
    OTHER = "other"


class ReturnEffect(StrEnum):
    """What became of a mail that came back.

    `unsigned`: it carries no token of ours, so it is about nobody. `again`: it was dealt with
    before. `unchanged`: it says nothing that counts, or the subscriber's state already says it.
    `counted`: a soft one, and there were not enough in a row. `unreadable`: the file could not be
    read. Others name the state that began.
    """

    UNREADABLE = "unreadable"
    UNSIGNED = "unsigned"
    AGAIN = "again"
    UNCHANGED = "unchanged"
    COUNTED = "counted"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A mail that came back, as it was read; nothing of it is believed yet.

    `mark` is the same whenever the mail is read again. `recipients` are whom it says it failed for;
    `status` why (RFC 3463), as far as told. `places` are addresses in which the token of a return
    path may stand, nearest to the envelope first; `tokens` what may be a token to unsubscribe with.
    """

    kind: ReturnKind
    mark: str
    status: str = ""
    recipients: tuple[str, ...] = field(default=(), repr=False)
    places: tuple[str, ...] = field(default=(), repr=False)
    tokens: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What became of one mail that came back.

    `name` is the file or the place it was read from. `subscriber_id` is 0 where no token of ours
    tells it; `edition` empty where the token tells none. `row` counts soft ones in a row. `fault`
    says why it was unreadable.
    """

    name: str
    kind: ReturnKind
    effect: ReturnEffect
    status: str = ""
    subscriber_id: int = 0
    edition: str = ""
    row: int = 0
    fault: str = ""


ACT_OF = {
    ReturnEffect.BOUNCED: ConsentAct.BOUNCED,
    ReturnEffect.COMPLAINED: ConsentAct.COMPLAINED,
    ReturnEffect.UNSUBSCRIBED: ConsentAct.LEFT,
}
"""What stands in the record of consent, where the state changed."""
