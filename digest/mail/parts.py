"""Takes a mail that anybody may have sent apart, in bounded time and memory.

Only the first `MOST_BYTES` are looked at, lines are cut at what RFC 5322 allows, and a message
nested deeper than any server nests is not taken apart at all. What the parts mean is not said here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32

MOST_BYTES = 512 * 1024
"""A report stands before the mail it returns, so the rest tells nothing."""

_MOST_NESTED = 40
_MOST_PARTS = 200
_LONGEST_VALUE = 998
_LONG_LINE = re.compile(rb"([^\n]{998})[^\n]+")
_NESTING = re.compile(rb"boundary[*0-9]*\s*=|content-type:\s*message/", re.IGNORECASE)
_GLOBAL = re.compile(rb"message/global-(delivery-status)", re.IGNORECASE)


def shortened(mail: bytes) -> bytes:
    """Return what is looked at of a mail: its start, no line longer than 998 bytes, no NUL."""
    return _LONG_LINE.sub(rb"\1", mail[:MOST_BYTES].replace(b"\0", b""))


def opened(mail: bytes) -> Message:
    """Take a shortened mail apart; raise ValueError where it is nested too deep.

    The report of RFC 6533 is read as that of RFC 3464: only the letters in addresses differ.
    """
    if len(_NESTING.findall(mail)) > _MOST_NESTED:
        raise ValueError("nested too deep")
    return message_from_bytes(_GLOBAL.sub(rb"message/\1", mail), policy=compat32)


def values(message: Message, name: str, most: int = 20) -> tuple[str, ...]:
    """Return the values of a header, each on one line and of at most 998 characters."""
    return tuple(
        " ".join(str(value)[:_LONGEST_VALUE].split())
        for value in (message.get_all(name) or ())[:most]
    )


def value(message: Message, name: str) -> str:
    """Return a header's first value, or nothing."""
    return next(iter(values(message, name, 1)), "")


def subject(message: Message) -> str:
    """Return the subject with its encoded words (RFC 2047) read, as far as they can be."""
    told = value(message, "Subject")
    try:
        return " ".join(str(make_header(decode_header(told))).split())
    except (ValueError, LookupError, HeaderParseError):
        return told


def own_parts(message: Message) -> Iterator[Message]:
    """Yield the message and its parts, not those of a message that it encloses."""
    waiting, seen = [message], 0
    while waiting and seen < _MOST_PARTS:
        part, seen = waiting.pop(), seen + 1
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += reversed(part.get_payload())  # type: ignore[arg-type]


def fields_of(part: Message) -> tuple[Message, ...]:
    """Return the groups of fields that a report consists of (RFC 3464, RFC 5965)."""
    payload = part.get_payload()
    groups = tuple(payload) if isinstance(payload, list) else (_grouped(payload),)
    encoding = value(part, "Content-Transfer-Encoding").lower()
    if encoding not in ("base64", "quoted-printable"):
        return tuple(group for group in groups if isinstance(group, Message))
    return _decoded(groups, encoding)


def text_of(message: Message, most: int = 20_000) -> str:
    """Return the text of the parts for people, as far as it can be decoded."""
    texts = []
    for part in own_parts(message):
        if part.get_content_maintype() == "text" and not part.is_multipart():
            body = part.get_payload(decode=True)
            texts.append(body[:most].decode("utf-8", "replace") if isinstance(body, bytes) else "")
    return "\n".join(texts)[:most]


def _grouped(text: object) -> Message:
    return message_from_bytes(str(text).encode("utf-8", "surrogateescape"), policy=compat32)


def _decoded(groups: tuple[object, ...], encoding: str) -> tuple[Message, ...]:
    """Decode a report that was encoded, which RFC 3464 forbids and some servers do."""
    whole = Message()
    whole["Content-Transfer-Encoding"] = encoding
    whole.set_payload("\n".join(str(group) for group in groups))
    body = whole.get_payload(decode=True)
    told = body if isinstance(body, bytes) else b""
    return tuple(
        _grouped(each.decode("latin-1")) for each in re.split(rb"\r?\n\r?\n", told) if each
    )
