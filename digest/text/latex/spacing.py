"""Where spaces stand in mathematics on one line: what TeX ignores, and what it adds.

A line is written with marks for the spaces that depend on what is beside them; `spaced` reads them.
The author's own spaces are kept, but for those that TeX's brackets and scripts make look odd.
"""

from __future__ import annotations

import re

from digest.text.latex.symbols import RELATIONS, SUBSCRIPTS, SUPERSCRIPTS, UNARY

GAP = "\x01"
"""A space, where something stands on both sides."""
EDGE = "\x02"
"""A space, where a letter or digit stands on both sides."""
TIGHT = "\x04"
"""No space: the inner side of a delimiter."""

_MARK_SET = f"{GAP}{EDGE}{TIGHT}"
_MARKS = re.compile(f"[{_MARK_SET} ]+")
_SCRIPTS = frozenset(SUPERSCRIPTS.values()) | frozenset(SUBSCRIPTS.values())
_OPENING = "([{⟨⌈⌊"
_CLOSING = ")]}⟩⌉⌋,;."
_OPERAND = r"(?<=[^\s(\[{,;:=<>+*/|^_-])"
_UNEVEN = re.compile(
    rf"{_OPERAND}(?: ([=<>])(?=[^\s=<>+)\]}},.-])|([=<>+]) |(?<![A-Za-z]{{2}}) ([+-])(?=[\w(\\]))"
)
_LONGEST_GAP = 5


def without_marks(text: str) -> str:
    """Return a text that holds none of the marks."""
    return _ANY_MARK.sub("", text) if _ANY_MARK.search(text) else text


_ANY_MARK = re.compile(f"[{_MARK_SET}]")


def around(sign: str) -> str:
    """Return a relation with the gaps it stands in."""
    return f"{GAP}{sign}{GAP}"


def spaced(text: str) -> str:
    """Write the marks as spaces, or leave them out."""
    return _MARKS.sub(_space, text).strip(" ")


def evened(text: str) -> str:
    """Give a sign that has a space on one side another on the other: `x= 1` is x = 1."""
    return _UNEVEN.sub(lambda found: f" {found[0].strip()} ", text)


def _space(found: re.Match[str]) -> str:
    marks, text = found[0], found.string
    before = text[max(0, found.start() - 1) : found.start()]
    after = text[found.end() : found.end() + 1]
    if GAP in marks:
        return _gap(found, before, after)
    if TIGHT in marks or before in _OPENING or after in _CLOSING:
        return ""
    if " " in marks:
        return " "
    is_between = before.isalnum() and after.isalnum() and after not in _SCRIPTS
    return " " if is_between else ""


def _gap(found: re.Match[str], before: str, after: str) -> str:
    """Tell what stands between a relation and its neighbour."""
    text = found.string
    has_space = " " in found[0]
    if not before or not after or before in _OPENING or after in _CLOSING:
        return ""
    rest = text[found.end() + 1 : found.end() + _LONGEST_GAP]
    if after in UNARY and rest.strip(f"{_MARK_SET} ") == "":
        return ""
    if before in UNARY or before in RELATIONS:
        left = text[max(0, found.start() - _LONGEST_GAP) : found.start() - 1]
        left = left.rstrip(f"{_MARK_SET} ")
        if not left or left[-1] in _OPENING:
            return " " if has_space and before not in UNARY else ""
    return " "
