"""The text of a dump, from its bytes: encoding, unsafe characters, line ends, in pieces.

UTF-8 with or without a byte order mark, UTF-16 and UTF-32 with one; bytes that are no UTF-8 are
taken as Windows-1252 (so a Latin-1 file reads right), which the notes tell. What the text means is
the formats' business.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from digest.dumps.expand import read_bytes
from digest.dumps.listing import Limits, add_note
from digest.text.hygiene import has_odd_space, has_unsafe, level_space, remove_unsafe

HEAD_BYTES = 256 * 1024
CHUNK_BYTES = 1024 * 1024
_PLAIN = bytes(range(0x20, 0x7F)) + b"\n"
_FALLBACK = "digest.windows-1252"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Source:
    """A dump being read: its first bytes to look at, then its text, once.

    Formats take `head` to recognise it and either `pieces()` or `whole()` to read it. What is
    worth telling goes to `notes`.
    """

    def __init__(
        self,
        stream: BinaryIO,
        limits: Limits,
        *,
        chunk_bytes: int = CHUNK_BYTES,
        head_bytes: int = HEAD_BYTES,
    ) -> None:
        self.limits = limits
        self.notes: list[str] = []
        self._chunks = read_bytes(stream, limits, chunk_bytes)
        first: list[bytes] = []
        size = 0
        while size < head_bytes and (chunk := next(self._chunks, b"")):
            first.append(chunk)
            size += len(chunk)
        self.first_bytes = b"".join(first)
        self.has_more = size >= head_bytes
        self.head = "".join(_texts(iter((self.first_bytes[:head_bytes],)), []))

    def pieces(self) -> Iterator[str]:
        """Yield the text; all its line ends are line feeds, all other white space is spaces."""
        return _texts(chain((self.first_bytes,), self._chunks), self.notes)

    def whole(self) -> str:
        """Return the text in one piece, as it is: the strings taken from it are to be cleaned."""
        raw = b"".join(_as_utf8(chain((self.first_bytes,), self._chunks)))
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return _as_latin(raw, self.notes)


def _texts(chunks: Iterator[bytes], notes: list[str]) -> Iterator[str]:
    rest = b""
    for chunk in _as_utf8(chunks):
        cut = _complete(raw := rest + chunk)
        rest = raw[cut:]
        yield _text(raw[:cut], notes)
    if rest:
        yield _text(rest, notes)


def _as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the bytes as UTF-8 without a mark, where a mark tells what they are."""
    first = b""
    while len(first) < 4 and (chunk := next(chunks, b"")):
        first += chunk
    encoding = next((name for mark, name in _MARKS if first.startswith(mark)), None)
    if encoding is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for chunk in chain((first,), chunks):
        yield decoder.decode(chunk).encode("utf-8", "replace")


def _complete(raw: bytes) -> int:
    """Return where to cut `raw` so that no UTF-8 character and no CRLF is divided."""
    if raw.endswith(b"\r"):
        return len(raw) - 1
    for back in range(1, min(4, len(raw) + 1)):
        byte = raw[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(raw) - back if back < length else len(raw)
    return len(raw)


def _text(raw: bytes, notes: list[str]) -> str:
    """Return the safe text of `raw`.

    Almost all of a dump is plain ASCII: only what is left without it is looked at.
    """
    odd = raw.translate(None, _PLAIN)
    if not odd:
        return raw.decode("ascii")
    try:
        text, rest = raw.decode("utf-8"), odd.decode("utf-8")
    except UnicodeDecodeError:
        text = rest = _as_latin(raw, notes)
    if b"\r" in odd:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if has_unsafe(rest):
        text = remove_unsafe(text)
    return level_space(text) if has_odd_space(rest) else text


def _as_latin(raw: bytes, notes: list[str]) -> str:
    add_note(notes, "the text is not all UTF-8; the rest was read as Latin-1 (Windows-1252)")
    return raw.decode("utf-8", _FALLBACK)


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Decode what is no UTF-8, leaving out surrogates that were written as if they were."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    raw, start = error.object, error.start
    if raw[start] == 0xED and raw[start + 1 : start + 2] >= b"\xa0":
        return "", min(start + 3, len(raw))
    return raw[start : error.end].decode("cp1252", "ignore"), error.end


codecs.register_error(_FALLBACK, _as_windows_1252)
