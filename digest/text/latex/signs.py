"""What a tie, a run of hyphens or a group means in prose, by the characters beside it."""

from __future__ import annotations

import re

_GROUP_OF_WORDS = re.compile(r"[\w\s.:+/\x03-]*")
_LATIN_START = re.compile("[A-Za-z\u00c0-\u024f]*")
_LATIN_END = re.compile("[A-Za-z\u00c0-\u024f]*$")

HELD = "\x03"
"""Stands for mathematics and all else that has been taken out."""


def tie(before: str, after: str) -> str:
    """Write a `~`: a space between words (`Figure~3`), itself in `~60%` or `~/notes`."""
    if not before or not after:
        return "~"
    is_tie = before.isalnum() or before in ".,;:)]}'”’%" + HELD
    return " " if is_tie and (after.isalnum() or after in f'\\({{[“‘"`{HELD}') else "~"


def dash(hyphens: str, before: str, after: str) -> str:
    """Write `--` and `---` as dashes, unless they begin a flag or are a rule."""
    if len(hyphens) > 3 or not before or not after:
        return hyphens
    is_flag = before.isspace() or before in "([\"'`“"
    if is_flag and not after.isspace():
        return hyphens
    return "—" if len(hyphens) == 3 else "–"


def is_protection(before: str, content: str, after: str) -> bool:
    """Tell whether a group is there to protect capitals: `{B}ayesian`, `Le{a}rner`, `{BERT}`."""
    if before[-1:] in ("$", "_", "^") or not content[0].isalnum():
        return False
    if not _GROUP_OF_WORDS.fullmatch(content):
        return False
    left = _length(_LATIN_END.search(before))
    right = _length(_LATIN_START.match(after))
    if right:
        return left + right > 1
    if left:
        return left > 1 and len(content) == 1
    is_joined = before[-1:] == "-" or (after[:1] == "-" and after[1:].isalnum())
    capitals = sum(map(str.isupper, content))
    return content.isascii() and content.isalnum() and capitals > (not is_joined)


def _length(found: re.Match[str] | None) -> int:
    return len(found[0]) if found else 0
