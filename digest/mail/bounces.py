"""Reads a mail that came back: what it says, of whom, and where a token of ours may stand in it.

    bytes ─▶ shortened, taken apart ─▶ complaint? ─▶ report of delivery? ─▶ wish to leave?
                                          ─▶ failure in a server's own words? ─▶ automatic? ─▶ other

Anybody may send such a mail. What is returned is what it *says*: whom it is about is decided by the
token in it alone, which only the mail to that reader held (see `verp` and `tokens`), and not here.
"""

from __future__ import annotations

import hashlib
import re
from email.message import Message
from email.utils import getaddresses

from digest.mail.guesses import guessed_report, is_automatic
from digest.mail.parts import opened, shortened, subject, value, values
from digest.mail.reports import Report, complaint_report, delivery_report
from digest.models.returns import Returned, ReturnKind

_ENVELOPE = ("X-Original-To", "Delivered-To", "X-Delivered-To", "Envelope-To", "X-Envelope-To")
_WRITTEN = ("To", "Cc", "Resent-To")
_INSIDE = re.compile(
    rb"^[> \t]{0,4}(?:Return-Path|X-Postfix-Sender|Original-Mail-From|Original-Envelope-Id|Sender"
    rb"|Errors-To|X-Original-Return-Path)[ \t]{0,4}:([^\r\n]{0,400}(?:\r?\n[ \t][^\r\n]{1,400})?)",
    re.IGNORECASE | re.MULTILINE,
)
_WAY_OUT = re.compile(
    rb"^[> \t]{0,4}List-Unsubscribe[ \t]{0,4}:((?:[^\r\n]{0,998}\r?\n[ \t]){0,8}[^\r\n]{0,998})",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"[^\s<>;,:\"]{1,250}@[^\s<>;,:\"]{1,250}")
_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z2-7]{17,200}(?![A-Za-z0-9])")
_LEAVES = re.compile(r"(?:re: ?)?unsubscribe\b", re.IGNORECASE)
_LEAVES_TO = re.compile(r"(?:unsubscribe|leave)\b", re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n[ \t]+")
_BETWEEN = re.compile(rb"%[0-9A-Fa-f]{2}")
_MOST_PLACES = 40


def read(mail: bytes, sent_to: str = "") -> Returned:
    """Read a mail that came back; whatever it is, it is read, in bounded time.

    `sent_to` is the envelope's recipient, where the mail server tells it. A mail that cannot be
    taken apart is `OTHER`: it changes nobody.
    """
    start = shortened(mail)
    try:
        return _read(start, sent_to)
    except Exception:  # two parsers, and a stranger who tries them
        return Returned(kind=ReturnKind.OTHER, mark=_hash(start), places=_sent_to(sent_to))


def _read(mail: bytes, sent_to: str) -> Returned:
    message = opened(mail)
    places = (*_sent_to(sent_to), *_places(message, mail))[:_MOST_PLACES]
    report = complaint_report(message) or delivery_report(message)
    tokens: tuple[str, ...] = ()
    if report is None and (tokens := _leave_tokens(message, places)):
        report = Report(kind=ReturnKind.LEAVE)
    elif report is not None and report.kind is ReturnKind.COMPLAINT:
        tokens = _tokens(_WAY_OUT.findall(mail)[:3])
    report = report or guessed_report(message, mail)
    if report is None:
        is_auto = is_automatic(message)
        report = Report(kind=ReturnKind.AUTOMATIC if is_auto else ReturnKind.OTHER)
    return Returned(
        kind=report.kind,
        mark=_mark(message, mail),
        status=report.status,
        recipients=report.recipients,
        places=tuple(dict.fromkeys(places)),
        tokens=tokens,
    )


def _sent_to(address: str) -> tuple[str, ...]:
    return (address,) if address else ()


def _places(message: Message, mail: bytes) -> tuple[str, ...]:
    """Return the addresses it was sent to, then those that the mail inside it was sent from."""
    outside = [value for name in _ENVELOPE for value in values(message, name)]
    written = getaddresses([value for name in _WRITTEN for value in values(message, name, 5)])
    inside = [told.decode("latin-1") for told in _INSIDE.findall(mail)[:_MOST_PLACES]]
    return (
        *(found for told in outside for found in _ADDRESS.findall(told)[:3]),
        *(address for _, address in written[:10] if address),
        *(found for told in inside for found in _ADDRESS.findall(told)[:3]),
    )


def _leave_tokens(message: Message, places: tuple[str, ...]) -> tuple[str, ...]:
    """Return what may be the token of a wish to leave: in its subject, or in whom it is to."""
    told = subject(message)
    texts = [told] if _LEAVES.match(told) else []
    texts += [place.partition("@")[0] for place in places if _LEAVES_TO.match(place)]
    return tuple(token for text in texts for token in _TOKEN.findall(text)[:5])[:20]


def _tokens(headers: list[bytes]) -> tuple[str, ...]:
    """Return what may be a token in these web addresses; lines may be folded, spaces quoted."""
    texts = (_BETWEEN.sub(b" ", _FOLD.sub(b"", told)).decode("latin-1") for told in headers)
    return tuple(token for text in texts for token in _TOKEN.findall(text)[:10])[:20]


def _mark(message: Message, mail: bytes) -> str:
    """Return what the mail is known by: its Message-ID, or else all that servers do not add to."""
    name = value(message, "Message-ID")
    body = mail.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    return _hash(name.encode("utf-8", "replace") or value(message, "Date").encode() + body)


def _hash(told: bytes) -> str:
    return hashlib.sha256(told).hexdigest()[:32]
