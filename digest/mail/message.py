"""Builds a complete message (RFC 5322, MIME) as bytes, the same bytes for the same letter.

Written out by hand rather than by `email.message`: its folding differs between versions of Python,
it reads `=?utf-8?…?=` in a title as markup, writes long addresses of `List-…` headers as encoded
words, and lets NUL through. Here no header can hold a control character, an address stays on one
line, and whatever is not plain ASCII becomes encoded words (RFC 2047). Nothing here sends.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from textwrap import wrap

_LINE = 76  # what a line with an encoded word may have (RFC 2047)
_LONGEST_QUOTED = 900  # a quoted string cannot be folded everywhere, and a line has at most 998
_WORD_FRAME = len("=?utf-8?b??=")
_FOLD = "\r\n "
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_NOT_IN_ADDRESS = re.compile(r"[^!-;=?-~]")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a message says, before it has a form. `sent` is aware.

    `name` says which letter of the list this is: with the content it makes the Message-ID.
    `addresses` are headers that hold one address of the web each, such as `List-Unsubscribe`.
    """

    name: str
    subject: str
    text: str
    html: str
    sent: datetime
    from_name: str
    from_address: str
    to_name: str
    to_address: str
    list_name: str
    list_id: str
    language: str = "en"
    addresses: tuple[tuple[str, str], ...] = ()


def build_message(letter: Letter) -> bytes:
    """Write the letter as multipart/alternative, the text first, with CRLF and no line over 998."""
    bodies = tuple(_quoted_printable(body) for body in (letter.text, letter.html))
    seal = hashlib.sha256(b"\0".join((repr(_headers(letter, "")).encode(), *bodies))).hexdigest()
    boundary = f"=_{seal[:40]}"  # "=_" stands in no quoted-printable text
    headers = _headers(letter, seal[:24])
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return b"".join(
        (
            head.encode("ascii"),
            b"MIME-Version: 1.0\r\n",
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode(),
            _part(boundary, "plain", bodies[0]),
            _part(boundary, "html", bodies[1]),
            f"--{boundary}--\r\n".encode(),
        )
    )


def _headers(letter: Letter, seal: str) -> tuple[tuple[str, str], ...]:
    list_id = _NOT_IN_ID.sub("-", letter.list_id).strip("-.") or "localhost"
    name = _NOT_IN_ID.sub("-", letter.name).strip("-.") or "letter"
    return (
        ("From", _mailbox("From", letter.from_name, letter.from_address)),
        ("To", _mailbox("To", letter.to_name, letter.to_address)),
        ("Subject", _unstructured("Subject", letter.subject)),
        ("Date", format_datetime(letter.sent)),
        ("Message-ID", f"<{name}.{seal}@{list_id}>"),
        ("List-Id", _named("List-Id", letter.list_name, list_id)),
        *((name, f"<{_NOT_IN_ADDRESS.sub('', url)}>") for name, url in letter.addresses),
        ("Content-Language", _NOT_IN_ID.sub("", letter.language) or "en"),
    )


def _mailbox(header: str, name: str, address: str) -> str:
    return _named(header, name, _NOT_IN_ADDRESS.sub("", address))


def _named(header: str, name: str, address: str) -> str:
    """Write `name <address>`; the name as a quoted string, or as encoded words."""
    name = _clean(name)
    if not name:
        return f"<{address}>"
    plain = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    is_plain = _is_plain(name) and len(plain) <= _LONGEST_QUOTED
    shown = plain if is_plain else _encoded(header, name)
    is_short = _FOLD not in shown and len(header) + len(shown) + len(address) + 5 <= _LINE
    return f"{shown}{' ' if is_short else _FOLD}<{address}>"


def _unstructured(header: str, text: str) -> str:
    """Write plain text as it is, folded before a word where it is long, and all else encoded."""
    text, room = _clean(text), _LINE - len(f"{header}: ")
    lines = wrap(text, room, break_long_words=False, break_on_hyphens=False)
    is_plain = _is_plain(text) and all(len(line) <= room for line in lines)
    return _FOLD.join(lines) if is_plain else _encoded(header, text)


def _clean(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", text).split())


def _is_plain(text: str) -> bool:
    return text.isascii() and "=?" not in text


def _encoded(header: str, text: str) -> str:
    """Write `text` as encoded words, one a line; the white space between them does not count."""
    words = (b64encode(chunk).decode("ascii") for chunk in _chunks(header, text))
    return _FOLD.join(f"=?utf-8?b?{word}?=" for word in words)


def _chunks(header: str, text: str) -> Iterator[bytes]:
    """Part the UTF-8 of `text` between characters; each part, as base64, fits its line."""
    chunk, room = b"", _room(f"{header}: ")
    for character in map(str.encode, text):
        if len(chunk) + len(character) > room:
            yield chunk
            chunk, room = b"", _room(" ")
        chunk += character
    yield chunk


def _room(before: str) -> int:
    return (_LINE - len(before) - _WORD_FRAME) // 4 * 3


def _quoted_printable(text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    encoded = b2a_qp(lines, istext=True)
    return encoded.replace(b"\n", b"\r\n")


def _part(boundary: str, kind: str, body: bytes) -> bytes:
    head = (
        f"--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode("ascii") + body + b"\r\n"
