"""Which encoding a table is written in, by its bytes; and what is no table, said plainly."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from digest.errors import UsageError

_BLOCK = 1024 * 1024
_ESCAPED = re.compile("[\udc80-\udcff]")
_LETTER = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")

_OTHERS = (
    (b"PK\x03\x04", "a workbook (.xlsx, .ods) or another zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0", "a workbook of old Excel (.xls)"),
    (b"\x1f\x8b", "packed (gzip)"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"SQLite format 3", "a database"),
)


def encoding_of(stream: BinaryIO) -> str:
    """Return the name of a table's encoding. `UsageError` where it is no text.

    UTF-8 and UTF-16 by their marks; without one UTF-8, unless it holds letters and none of them is
    UTF-8: then it is Windows-1252. Where some lines are UTF-8 and some are not, nobody can know
    what the others are: it is read as UTF-8, and these bytes become lone surrogates.
    """
    stream.seek(0)
    head = stream.read(1024)
    _refuse_others(head)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if 4 * head.count(0) > len(head):
        raise UsageError(
            "it is no text, or UTF-16 without its mark (BOM)", hint="save it as CSV in UTF-8"
        )
    has_letters = has_others = False
    for text in _blocks(stream):
        if not text.isascii():
            has_letters = has_letters or _LETTER.search(text) is not None
            has_others = has_others or _ESCAPED.search(text) is not None
    return "cp1252" if has_others and not has_letters else "utf-8-sig"


def _blocks(stream: BinaryIO) -> Iterator[str]:
    """Yield a stream in blocks, as UTF-8; bytes that are none as lone surrogates."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    while block := stream.read(_BLOCK):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _refuse_others(head: bytes) -> None:
    for magic, what in _OTHERS:
        if head.startswith(magic):
            hint = "open it, and save the sheet as CSV in UTF-8"
            raise UsageError(f"it is {what}, not a table in text", hint=hint)
