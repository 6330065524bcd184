"""What a server's refusal says, and of whom: the address, the mail, or the server itself.

    at, or as                                   is about    since
    before MAIL; 432 454 530 534 535 538        server      nobody's mail can go out
    MAIL, for good, but for its size or form    server      the sender is refused, whoever reads
    x.1.0-3, .6, .10; x.2.1; x.4.4; x.7.13, .17 address     no such mailbox or domain (RCPT, END)
    x.2.*, 450 452 552 at RCPT                  mailbox     full, or out of order
    x.2.3 x.3.4 x.6.* x.7.* and all else        mail        its size, content, or a policy
    550 551 553 at RCPT without a status        address     unless the words tell of something else

By the enhanced status (RFC 3463, RFC 5248) where there is one, else by the code and the step (RFC
5321). Words, which every server writes its own way, only ever save an address.
"""

from __future__ import annotations

from enum import StrEnum

from digest.mail.severity import NO_MAILBOX, severity
from digest.models import Outcome, Phase, Verdict
from digest.models.returns import ReturnKind


class Concern(StrEnum):
    """Whom a refusal is about.

    `address`: there is no such mailbox, and never will be. `mailbox`: it takes nothing now, or is
    full. `mail`: this mail is not wanted, others may be. `server`: no mail at all can go out now.
    """

    ADDRESS = "address"
    MAILBOX = "mailbox"
    MAIL = "mail"
    SERVER = "server"


_ADDRESS = {*NO_MAILBOX, "1.0"}

_SIZE = {"2.3", "3.4"}

_SERVER = {"7.8", "7.9", "7.11"}
"""Authentication and encryption of the sender."""

_SLOW = {"3.2", "4.2", "4.5", "7.28", "7.29", "7.500", "7.650", "7.651", "7.652"}
"""Congestion, a bad connection, rate limits; the last four are Exchange Online's."""

_SERVER_CODES = {421, 432, 454, 530, 534, 535, 538}
_RELAY_DENIED = "4.7.1"
"""With 454, Postfix refuses so to pass on to one domain: the others' mail goes on."""

_BEFORE_MAIL = {Phase.CONNECT, Phase.GREETING, Phase.HELLO, Phase.TLS, Phase.LOGIN}
_OF_RECIPIENT = {Phase.RCPT, Phase.END}
_FORM_CODES = {500, 501, 552, 555}
_ADDRESS_CODES = {550, 551, 553}
_MAILBOX_CODES = {450, 452, 552}


def concern(outcome: Outcome) -> Concern:
    """Tell whom a refusal is about; of failed connections, the server."""
    if outcome.phase in _BEFORE_MAIL or outcome.code is None:
        return Concern.SERVER
    told = outcome.status.partition(".")[2]
    is_servers = outcome.code in _SERVER_CODES and outcome.status != _RELAY_DENIED
    if is_servers or told in _SERVER or _is_of_sender(outcome, told):
        return Concern.SERVER
    if outcome.phase is Phase.MAIL:
        return Concern.MAIL
    return _by_code(outcome) if told in ("", "0.0") else _by_status(outcome, told)


def _is_of_sender(outcome: Outcome, told: str) -> bool:
    """Tell whether the sender is refused for good, and not the size or form of a mail."""
    is_form = outcome.code in _FORM_CODES or told in _SIZE or told.startswith("6.")
    return outcome.phase is Phase.MAIL and outcome.verdict is Verdict.NEVER and not is_form


def _by_status(outcome: Outcome, told: str) -> Concern:
    if told in _ADDRESS:
        is_final = outcome.verdict is Verdict.NEVER and outcome.phase in _OF_RECIPIENT
        return Concern.ADDRESS if is_final else Concern.MAILBOX
    is_mailbox = told.startswith("2.") and told not in _SIZE
    return Concern.MAILBOX if is_mailbox else Concern.MAIL


def _by_code(outcome: Outcome) -> Concern:
    """Tell it where the server gave no enhanced status, or one that says nothing."""
    if outcome.phase is not Phase.RCPT:
        return Concern.MAIL
    if outcome.code in _ADDRESS_CODES and outcome.verdict is Verdict.NEVER:
        kind = severity(outcome.status, f"{outcome.code} {outcome.said}")
        return Concern.ADDRESS if kind is ReturnKind.HARD else Concern.MAIL
    return Concern.MAILBOX if outcome.code in _MAILBOX_CODES else Concern.MAIL


def asks_to_slow_down(outcome: Outcome) -> bool:
    """Tell whether the server wants less mail at a time; greylisting (x.7.1) does not."""
    if outcome.code == 421:
        return True
    is_for_now = outcome.verdict is Verdict.LATER
    return is_for_now and outcome.status.partition(".")[2] in _SLOW
