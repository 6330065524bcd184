"""What content that is no dump looks like, in words for its reader. Recognises no dump."""

from __future__ import annotations

import re

_SIGNATURES = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a zip archive (or an office document)"),
    (b"\x1f\x8b", "a gzip file inside a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"PAR1", "a Parquet file"),
    (b"RIFF", "a picture, sound or film"),
)
_TEXTS = (
    (r"\s*<[?!A-Za-z]", "XML"),
    (r"\s*(?:%[^\n]*\n\s*)*@[A-Za-z]+\s*[{(]", "BibTeX"),
    (r"\s*TY  - ", "RIS"),
    (r"(?s).*^\\\\\s*\narXiv:\S+", "an arXiv announcement mail"),
    (
        r"(?:[A-Z][\w-]*: [^\n]*\n(?:[ \t][^\n]*\n)*){3,}(?<=\n)(?s:.*)",
        "a mail or a page of headers",
    ),
    (
        r"\s*#!|\s*<\?php|(?s:.*?)^(?:import \w+|from \w[\w.]* import |#include\s*[<\"])",
        "source code",
    ),
    (r"\s*\\documentclass|(?s:.*?)^\\begin\{document\}", "LaTeX"),
    (r"\s*[\w\"]+(?:[,;\t][\w\" ]+){2,}\n[^\n]*[,;\t][^\n]*[,;\t]", "CSV"),
    (r"(?:\S*\d\d:\d\d:\d\d\S*[^\n]*\n|\d{4}-\d\d-\d\d \d\d:\d\d[^\n]*\n){2}", "a log"),
)
_TEXT_PATTERNS = tuple((re.compile(pattern, re.MULTILINE), look) for pattern, look in _TEXTS)
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r\f\x1b")) + b"\x7f"
_HAS_MARK = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def binary_look(head: bytes) -> str | None:
    """Say what binary content `head` begins, or None where it may be text."""
    if head.startswith(_HAS_MARK):
        return None
    for signature, look in _SIGNATURES:
        if head.startswith(signature):
            return look
    sample = head[:8192]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * 10 <= len(sample):
        return None
    halves = (sample[::2].count(0), sample[1::2].count(0))
    if max(halves) * 4 > len(sample) and min(halves) * 20 < len(sample):
        return "UTF-16 without a byte order mark"
    return "binary data"


def text_look(head: str) -> str | None:
    """Say what text of another format `head` begins, or None where that cannot be told."""
    sample = head[:4096]
    return next((look for pattern, look in _TEXT_PATTERNS if pattern.match(sample)), None)
