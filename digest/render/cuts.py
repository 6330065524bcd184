"""Cuts a text where a reader minds it least: at a word, never in what is seen as one character."""

from __future__ import annotations

import unicodedata

_LONGEST = 128  # what is made of more than so many is no character, and is cut as it comes
_REGIONAL = range(0x1F1E6, 0x1F200)
_MOST_REGIONAL = 64  # of more in a row, nobody knows which two are a flag
_JOINING = (range(0x1F3FB, 0x1F400), range(0xE0020, 0xE0080), range(0x1160, 0x1200))
_ZERO_WIDTH_JOINER = "\u200d"
_VIRAMA = 9  # the combining class that ties the next consonant to it


def cut(text: str, limit: int) -> str:
    """Shorten `text` to at most `limit` characters, at a word if one ends near, with an ellipsis.

    What a reader sees as one character (UAX #29, in the main) is never cut in two.
    """
    if len(text) <= limit:
        return text
    end = limit - 1
    space = text.rfind(" ", 0, end + 1)
    if space > 0.6 * end:
        end = space
    return ended(text[: _before(text, end)]) + "…" if limit > 0 else ""


def ended(text: str) -> str:
    """Return the beginning of a text without what no ellipsis stands after."""
    return text.rstrip(" ,;:.-–—([")


def _before(text: str, end: int) -> int:
    """Return the last place up to `end` that is in no character, if one is near."""
    for at in range(end, max(end - _LONGEST, 0), -1):
        if not is_inside(text, at):
            return at
    return 0 if end <= _LONGEST else end


def is_inside(text: str, at: int) -> bool:
    """Tell whether a cut before `text[at]` would part what belongs together."""
    before, after = text[at - 1], text[at]
    if before < "\u0300" and after < "\u0300":
        return False
    if unicodedata.category(after)[0] == "M" or _ZERO_WIDTH_JOINER in (before, after):
        return True
    if any(ord(after) in joining for joining in _JOINING):
        return True
    if unicodedata.combining(before) == _VIRAMA:
        return True
    if ord(after) in _REGIONAL:
        run, least = at, max(at - _MOST_REGIONAL, 0)
        while run > least and ord(text[run - 1]) in _REGIONAL:
            run -= 1
        return (at - run) % 2 == 1
    return False
