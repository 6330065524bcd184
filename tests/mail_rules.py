"""What a mail's raw bytes must keep to, checked by hand: RFC 5322, 2047, 2045, 2046, 8058.

`broken(content)` names each rule that is broken, with the line; nothing is read by a library that
could mend what it reads.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator

LONGEST, LONGEST_WANTED = 998, 78
URL_HEADERS = ("list-unsubscribe", "list-help", "archived-at")
ONCE = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type")
_FIELD = re.compile(rb"([!-9;-~]+): ?(.*)", re.DOTALL)
_WORD = re.compile(rb"=\?([A-Za-z0-9-]+)\?([bBqQ])\?([!->@-~]*)\?=")
_DATE = re.compile(
    rb"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    rb"\d\d:\d\d:\d\d [+-]\d{4}"
)
_BOUNDARY = re.compile(rb'multipart/alternative;\r\n boundary="([!-~]{1,70})"')
_QUOTED = re.compile(rb"(?:[!-<>-~ \t]|=[0-9A-F]{2})*=?")
_PARTS = (b"text/plain", b"text/html")


def broken(content: bytes, *, is_utf8: bool = False) -> list[str]:
    """Name the rules that `content` breaks.

    `is_utf8` tells that the recipient's address is UTF-8 (RFC 6532).
    """
    head, _, body = content.partition(b"\r\n\r\n")
    return [*_of_lines(content, is_utf8), *_of_head(head, is_utf8), *_of_body(head, body)]


def fields(content: bytes) -> dict[str, bytes]:
    """Return the head by small names, folded as it stands."""
    head, _, _ = content.partition(b"\r\n\r\n")
    found = (_FIELD.fullmatch(each) for each in re.split(rb"\r\n(?![ \t])", head))
    return {match[1].decode().lower(): match[2] for match in found if match}


def _of_lines(content: bytes, is_utf8: bool) -> Iterator[str]:
    for line in content.split(b"\r\n"):
        if b"\r" in line or b"\n" in line:
            yield f"a line end that is no CRLF: {line!r}"
        if len(line) > LONGEST:
            yield f"a line of {len(line)}: {line[:40]!r}"
        if not line.isascii() and not (is_utf8 and line.startswith(b"To: ")):
            yield f"8 bits: {line!r}"
        if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line):
            yield f"a control character: {line!r}"
    if not content.endswith(b"\r\n"):
        yield "the last line has no end"


def _of_head(head: bytes, is_utf8: bool) -> Iterator[str]:
    names = []
    for each in re.split(rb"\r\n(?![ \t])", head):
        match = _FIELD.fullmatch(each)
        if not match:
            yield f"no header: {each!r}"
            continue
        names.append(match[1].decode().lower())
        yield from _of_field(names[-1], each, match[2])
    yield from (
        f"{name} stands {names.count(name)} times"
        for name in {*ONCE, *names}
        if names.count(name) != 1
    )


def _of_field(name: str, field: bytes, value: bytes) -> Iterator[str]:
    for line in field.split(b"\r\n"):
        if not line.strip():
            yield f"an empty line in {name}"
        is_foldable = b" " in line.strip() and name not in URL_HEADERS
        if (
            is_foldable
            and len(line) > LONGEST_WANTED
            and not re.fullmatch(rb" ?\S+: \S+|\s\S+", line)
        ):
            yield f"a line of {len(line)} that could be folded: {line!r}"
    if name in URL_HEADERS and (
        b"\r\n" in value or not re.fullmatch(rb"<[!-;=?-~]+>(, <[!-;=?-~]+>)*", value)
    ):
        yield f"{name} is no plain addresses on one line: {value!r}"
    if name == "date" and not _DATE.fullmatch(value):
        yield f"no date: {value!r}"
    if name == "message-id" and not re.fullmatch(rb"<[!-;=?A-~]+@[!-;=?A-~]+>", value):
        yield f"no id: {value!r}"
    yield from _of_words(name, value)


def _of_words(name: str, value: bytes) -> Iterator[str]:
    """Each encoded word: at most 75 long, of whole characters, apart from what is around."""
    for match in _WORD.finditer(value):
        word = match[0]
        if name in URL_HEADERS or name in ("message-id", "date"):
            yield f"an encoded word in {name}"
        if len(word) > 75:
            yield f"an encoded word of {len(word)}"
        around = (
            value[max(match.start() - 1, 0) : match.start()] + value[match.end() : match.end() + 1]
        )
        if around.strip():
            yield f"an encoded word that touches something: {around!r}"
        try:
            b64decode(match[3], validate=True).decode("utf-8")
        except (NotBase64, UnicodeDecodeError):
            yield f"an encoded word that cannot be read by itself: {word!r}"
    if name not in URL_HEADERS and b"=?" in _WORD.sub(b"", value):
        yield f"something that looks like an encoded word in {name}: {value!r}"


def _of_body(head: bytes, body: bytes) -> Iterator[str]:
    match = _BOUNDARY.search(head)
    if not match:
        yield "no boundary"
        return
    mark = b"--" + match[1]
    lines = body.split(b"\r\n")
    if [line for line in lines if line.startswith(mark)] != [mark, mark, mark + b"--"]:
        yield "the boundary stands elsewhere"
        return
    before, *parts, after = body.split(mark)
    if before or after != b"--\r\n" or body.count(match[1]) != len(_PARTS) + 1:
        yield "something stands outside the parts"
    for kind, part in zip(_PARTS, parts, strict=True):
        opening, _, text = part.partition(b"\r\n\r\n")
        wanted = (
            b"\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
        )
        if opening != wanted % kind:
            yield f"the part begins oddly: {opening!r}"
        yield from _of_quoted(text.removesuffix(b"\r\n"))


def _of_quoted(text: bytes) -> Iterator[str]:
    for line in text.split(b"\r\n"):
        if len(line) > 76 or not _QUOTED.fullmatch(line):
            yield f"no quoted-printable: {line!r}"
        if line.endswith((b" ", b"\t")):
            yield f"white space ends a line: {line!r}"
    if text.endswith(b"="):
        yield "the last line is left open"
