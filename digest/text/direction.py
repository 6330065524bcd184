"""Tells which way a text runs, so that what embeds it can keep it apart from its surroundings."""

from __future__ import annotations

import re
import unicodedata

_STRONG = {"L": False, "R": True, "AL": True}
_MAYBE_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U0001efff]")


def is_right_to_left(text: str) -> bool:
    """Tell whether the first letter of `text` that has a direction is of a script like Hebrew's."""
    if text.isascii() or not _MAYBE_RIGHT_TO_LEFT.search(text):
        return False
    classes = map(unicodedata.bidirectional, text)
    return next((_STRONG[each] for each in classes if each in _STRONG), False)
