"""What a tie or a run of hyphens means in prose, by the characters beside it."""

from __future__ import annotations

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
