"""Builds a complete message (RFC 5322, MIME) as bytes, the same bytes for the same letter.

Written out by hand rather than by `email.message`: its folding differs between versions of Python,
it reads `=?utf-8?…?=` in a title as markup, writes long addresses of `List-…` headers as encoded
words, and lets NUL through. Here no header can hold a control character, an address stays on one
line, and whatever is not plain ASCII becomes encoded words (RFC 2047). Only the local part of the
recipient's address may stay as it is (RFC 6532), for servers that offer SMTPUTF8. Nothing here
sends.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from textwrap import wrap

from digest.errors import DigestError
from digest.mail.pieces import quoted_printable

_LINE = 76  # what a line with an encoded word may have (RFC 2047)
_LONGEST_LINE = 998  # RFC 5322
_LONGEST_QUOTED = 900  # a quoted string cannot be folded everywhere, and a line has at most 998
_WORD_FRAME = len("=?utf-8?b??=")
_FOLD = "\r\n "
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ADDRESS = re.compile(r"[!-;=?-~]+")
_NOT_IN_ADDRESS = re.compile(r"[^!-;=?-~]")
_NOT_IN_MARK = re.compile(r"[^ -~]")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a message says, before it has a form. `sent` is aware.

    `name` says which letter of the list this is, `key` which copy: together they make the
    Message-ID; without a key, the content does. `addresses` are headers that hold addresses of the
    web, such as `List-Unsubscribe`, the most wanted first; `marks` are headers of plain words.
    """

    name: str
    key: str = ""
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
    addresses: tuple[tuple[str, tuple[str, ...]], ...] = ()
    marks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """All of a message but its two texts: what stands before, between and after them."""

    head: bytes
    between: bytes
    end: bytes


def build_message(letter: Letter) -> bytes:
    """Write the letter as multipart/alternative, the text first, with CRLF and no line over 998."""
    text, html = quoted_printable(letter.text), quoted_printable(letter.html)
    if not letter.key:
        content = b"\0".join((repr(_headers(letter)).encode(), text, html))
        letter = replace(letter, key=hashlib.sha256(content).hexdigest()[:24])
    frame = frame_of(letter)
    return b"".join((frame.head, text, frame.between, html, frame.end))


def frame_of(letter: Letter) -> Frame:
    """Write what stands around the texts of a letter that has a key."""
    of_list = repr((letter.list_id, letter.name)).encode("utf-8", "replace")
    seal = hashlib.sha256(of_list).hexdigest()
    boundary = f"=_{seal[:40]}"  # "=_" stands in no quoted-printable text
    head = "".join(f"{name}: {value}\r\n" for name, value in _headers(letter))
    mime = (
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'
    )
    return Frame(
        head=(head + mime + _opening(boundary, "plain")).encode(),
        between=("\r\n" + _opening(boundary, "html")).encode(),
        end=f"\r\n--{boundary}--\r\n".encode(),
    )


@lru_cache(256)
def date_line(sent: datetime) -> str:
    """Write an aware time as the header `Date` has it."""
    return format_datetime(sent)


def recipient(address: str) -> str:
    """Write an address as envelope and header have it: its domain in ASCII (IDNA 2008, UTS 46)."""
    shown = address
    if not _ADDRESS.fullmatch(address):
        shown = "".join(c for c in address if c.isprintable() and c not in " <>")
    local, at, domain = shown.rpartition("@")
    return shown if not at or domain.isascii() else f"{local}@{_in_ascii(domain)}"


@lru_cache(1024)
def _in_ascii(domain: str) -> str:
    import idna  # large tables, wanted for few

    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise DigestError(
            "the domain of an address cannot be written in ASCII",
            hint="see it with `digest subscribers list`, and correct or remove it",
        ) from error


def _headers(letter: Letter) -> tuple[tuple[str, str], ...]:
    list_id = _NOT_IN_ID.sub("-", letter.list_id).strip("-.") or "localhost"
    name = _NOT_IN_ID.sub("-", letter.name).strip("-.") or "letter"
    key = _NOT_IN_ID.sub("-", letter.key).strip("-.")
    return (
        ("From", _mailbox("From", letter.from_name, _NOT_IN_ADDRESS.sub("", letter.from_address))),
        ("To", _mailbox("To", letter.to_name, recipient(letter.to_address))),
        ("Subject", _unstructured("Subject", letter.subject)),
        ("Date", date_line(letter.sent)),
        ("Message-ID", f"<{name}.{key}@{list_id}>"),
        ("List-Id", _mailbox("List-Id", letter.list_name, list_id)),
        *((name, _in_angles(name, urls)) for name, urls in letter.addresses),
        *((name, _NOT_IN_MARK.sub("", words)) for name, words in letter.marks),
        ("Content-Language", _NOT_IN_ID.sub("", letter.language) or "en"),
    )


def _in_angles(header: str, urls: Sequence[str]) -> str:
    """Write addresses of the web, never folded or encoded: as many as a line has room for."""
    shown = ""
    for url in urls:
        more = f"{', ' if shown else ''}<{_NOT_IN_ADDRESS.sub('', url)}>"
        if not shown or len(f"{header}: {shown}{more}") <= _LONGEST_LINE:
            shown += more
    return shown


def _mailbox(header: str, name: str, address: str) -> str:
    """Write `name <address>`; the name as a quoted string, or as encoded words."""
    name = _clean(name)
    if not name:
        return f"<{address}>"
    plain = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    is_plain = _is_plain(name) and len(plain) <= _LONGEST_QUOTED
    shown = _FOLD.join(_lines(header, plain)) if is_plain else _encoded(header, name)
    is_short = _FOLD not in shown and len(header) + len(shown) + len(address) + 5 <= _LINE
    return f"{shown}{' ' if is_short else _FOLD}<{address}>"


def _unstructured(header: str, text: str) -> str:
    """Write plain text as it is, folded before a word where it is long, and all else encoded."""
    text = _clean(text)
    lines = _lines(header, text)
    is_plain = _is_plain(text) and all(len(line) <= _room_for_text(header) for line in lines)
    return _FOLD.join(lines) if is_plain else _encoded(header, text)


def _lines(header: str, text: str) -> list[str]:
    """Part a text at spaces, of which each folded line is to begin with one."""
    room = _room_for_text(header)
    return wrap(text, room, break_long_words=False, break_on_hyphens=False)


def _room_for_text(header: str) -> int:
    return _LINE - len(f"{header}: ")


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


def _opening(boundary: str, kind: str) -> str:
    return (
        f"--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
