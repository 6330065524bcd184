"""Knows a failure that is told in no standard form, by flufl.bounce: the one module that does.

flufl.bounce looks for what many servers write, and would find an address in an absence note too.
So it is asked only of mail that a server seems to have written. Its patterns take the cube of a
line's length at worst, so it is given a short copy of short lines.
"""

from __future__ import annotations

import re
from email.message import Message
from email.utils import getaddresses

from flufl.bounce import all_failures

from digest.mail.parts import opened, own_parts, subject, text_of, value, values
from digest.mail.reports import Report
from digest.mail.severity import STATUS, severity
from digest.models.returns import ReturnKind

_MOST_BYTES = 64 * 1024
_LONGEST_LINE = 400
_MOST_BRACKETS = 20
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SERVERS = re.compile(
    r"(?:mailer.?daemon|postmaster|mail.?daemon|mail.?delivery|mail.?administrator|mailerror"
    r"|postoffice|mdaemon|mail.?(?:service|system)|bounce|e500_smtp|non.?deliver|undeliver)",
    re.IGNORECASE,
)
_FAILURES = re.compile(
    r"undeliver|(?:un|not )(?:able to )?deliver"
    r"|deliver\w* (?:status|fail|problem|notif|error|report)"
    r"|fail\w* (?:notice|deliver|notif|mail)|return(?:ed|ing) (?:mail|message|to sender|e-?mail)"
    r"|mail (?:deliver|fail|error|system|could)|non.?deliver"
    r"|message (?:status|delayed|fail|delivery)|could not (?:be delivered|send)|rejected"
    r"|unzustellbar|nicht zugestellt|non (?:remis|distribu)|no (?:se ha podido|entregado)"
    r"|devuelto|退信|配信|delayed|unknown user|user unknown",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"\bauto.{0,6}(?:reply|response|respond|antwort)|out of (?:the )?office|\bon vacation"
    r"|abwesen|automatique du bureau|fuera de (?:la )?oficina|r[ée]ponse automatique"
    r"|自动回复|自動返信",
    re.IGNORECASE,
)
_RETURNED = re.compile(
    r"-{3,} ?(?:original|start of|this is a copy|below th|returned|message (?:header|text))"
    r"|original message (?:follows|details|headers)|(?:Received|Return-Path|Content-Type): ",
    re.IGNORECASE,
)


def is_automatic(message: Message) -> bool:
    """Tell whether nobody wrote this: an absence note, a receipt (RFC 3834, RFC 8098)."""
    by = value(message, "Auto-Submitted").lower()
    if by and by != "no":
        return True
    if value(message, "Precedence").lower() in ("auto_reply", "auto-reply"):
        return True
    if any(name in message for name in ("X-Autoreply", "X-Autorespond", "X-Vacation")):
        return True
    is_receipt = any(
        part.get_content_type() == "message/disposition-notification" for part in own_parts(message)
    )
    return is_receipt or bool(_ABSENT.search(subject(message)))


def guessed_report(message: Message, mail: bytes) -> Report | None:
    """Read a failure in a form of some server's own; None where it is none, or tells of nobody.

    `mail` are the bytes that `message` was read from.
    """
    if not _is_of_server(message):
        return None
    delayed, failed = _failures(_tamed(mail))
    if not delayed and not failed:
        return None
    named = tuple(sorted(address.decode("utf-8", "replace") for address in failed or delayed))
    said = _RETURNED.split(" ".join(text_of(message).split()), maxsplit=1)[0]
    told = STATUS.search(said)
    status = told[1] if told else ""
    kind = severity(status, said) if failed else ReturnKind.DELAYED
    return Report(kind=kind, status=status, recipients=named)


def _is_of_server(message: Message) -> bool:
    """Tell whether a server seems to have written this, rather than a reader's program."""
    told = subject(message)
    if _ABSENT.search(told):
        return False
    is_report = "report-type=delivery-status" in value(message, "Content-Type").lower()
    return (
        is_report
        or "X-Failed-Recipients" in message
        or bool(_SERVERS.search(value(message, "From")) or _FAILURES.search(told))
    )


def _failures(message: Message) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """Return whom a mail tells is delayed and whom it failed for; nobody where it trips on it."""
    try:
        return all_failures(message)
    except Exception:  # it raises whatever a detector does on a mail that it was not made for
        return frozenset(), frozenset()


def _tamed(mail: bytes) -> Message:
    """Return a copy in which no line can keep a pattern busy, nor one in an encoded part.

    Its head is ASCII, and names a sender: detectors take both for granted.
    """
    head, gap, rest = _short_lines(mail[:_MOST_BYTES]).replace(b"\r\n", b"\n").partition(b"\n\n")
    message = opened(_NOT_ASCII.sub(b"?", head) + gap + rest)
    if not getaddresses(values(message, "From", 1)):
        del message["From"]
        message["From"] = "nobody@invalid"
    for part in own_parts(message):
        if "Content-Transfer-Encoding" in part and not part.is_multipart():
            body = part.get_payload(decode=True)
            del part["Content-Transfer-Encoding"]
            text = body if isinstance(body, bytes) else b""
            part.set_payload(_short_lines(text).decode("utf-8", "replace"))
    return message


def _short_lines(text: bytes) -> bytes:
    lines = text.split(b"\n")
    return b"\n".join(line[:_LONGEST_LINE] for line in lines if line.count(b"<") <= _MOST_BRACKETS)
