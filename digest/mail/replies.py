"""What a server's refusal says, and of whom: the address, the mail, or the server itself.

By the enhanced status (RFC 3463, RFC 5248) where there is one, else by the code and the step (RFC
5321); never by the words, which every server writes its own way.
"""

from __future__ import annotations

from enum import StrEnum

from digest.models import Outcome, Phase, Verdict


class Concern(StrEnum):
    """Whom a refusal is about.

    `address`: there is no such mailbox, and never will be. `mailbox`: it takes nothing now, or is
    full. `mail`: this mail is not wanted, others may be. `server`: no mail at all can go out now.
    """

    ADDRESS = "address"
    MAILBOX = "mailbox"
    MAIL = "mail"
    SERVER = "server"


_ADDRESS = {"1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1"}
"""No such mailbox, no such domain, moved away, takes no mail (null MX), disabled."""

_MAIL_STATUSES = {"2.3", "3.4", "7.0", "7.1"}
_SERVER = {"7.8", "7.9", "7.11", "7.13", "7.14"}
"""Authentication and encryption of the sender."""

_SLOW = {"4.5", "7.28", "7.29", "4.2"}
"""Congestion, rate limits, a bad connection."""

_SERVER_CODES = {421, 432, 454, 530, 534, 535, 538}
_BEFORE_MAIL = {Phase.CONNECT, Phase.GREETING, Phase.HELLO, Phase.TLS, Phase.LOGIN}
_ADDRESS_CODES = {550, 551, 553}
_MAILBOX_CODES = {450, 452, 552}


def concern(outcome: Outcome) -> Concern:
    """Tell whom a refusal is about; of failed connections, the server."""
    if outcome.phase in _BEFORE_MAIL or outcome.code in _SERVER_CODES or outcome.code is None:
        return Concern.SERVER
    subject, _, detail = outcome.status.partition(".")[2].partition(".")
    told = f"{subject}.{detail}"
    if told in _SERVER:
        return Concern.SERVER
    if told in _ADDRESS:
        return Concern.ADDRESS if outcome.verdict is Verdict.NEVER else Concern.MAILBOX
    if told in _MAIL_STATUSES or subject in {"6", "7"}:
        return Concern.MAIL
    if subject == "2":
        return Concern.MAILBOX
    return Concern.MAIL if subject else _by_code(outcome)


def _by_code(outcome: Outcome) -> Concern:
    """Tell it where the server gave no enhanced status."""
    if outcome.phase is not Phase.RCPT:
        return Concern.MAIL
    if outcome.code in _ADDRESS_CODES:
        return Concern.ADDRESS
    return Concern.MAILBOX if outcome.code in _MAILBOX_CODES else Concern.MAIL


def asks_to_slow_down(outcome: Outcome) -> bool:
    """Tell whether the server wants less mail at a time."""
    if outcome.code == 421:
        return True
    is_for_now = outcome.verdict is Verdict.LATER
    return is_for_now and outcome.status.partition(".")[2] in _SLOW
