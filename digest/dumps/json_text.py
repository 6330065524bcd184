"""JSON of unknown hands: values one after another, never deeper or larger than the limits.

Errors say where, and whether only the end is missing. What the values mean is not known here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from digest.errors import Damaged, TooBig

_SPACE = re.compile(r"\s*")
_MAX_DIGITS = 18
_AFTER_END = "there is something after its end"
_CUT_WORD = re.compile(r"(?:-?\d*\.?\d*(?:[eE][+-]?)?|[A-Za-z]{1,8}|\\?u?[0-9a-fA-F]{0,4})\Z")


def _integer(digits: str) -> int | None:
    """Return an integer of sane size; Python refuses to read one of thousands of digits."""
    return int(digits) if len(digits) <= _MAX_DIGITS else None


_DECODER = json.JSONDecoder(strict=False)
_CAREFUL = json.JSONDecoder(strict=False, parse_int=_integer)  # slower: Python is asked each time


def value(text: str, max_depth: int) -> Any:
    """Return the one value that `text` is."""
    found, end = _decode(text, skip_space(text, 0), max_depth)
    if skip_space(text, end) != len(text):
        raise _damaged(_AFTER_END, text, end)
    return found


def items(text: str, start: int, max_depth: int) -> Iterator[Any]:
    """Yield the values of the array that begins at `start`; nothing but space may follow it."""
    position = skip_space(text, start + 1)
    if text[position : position + 1] != "]":
        while True:
            found, position = _decode(text, position, max_depth - 1)
            yield found
            position = skip_space(text, position)
            sign = text[position : position + 1]
            if sign == "]":
                break
            if sign != ",":
                raise _damaged("a comma is missing between two values", text, position)
            position = skip_space(text, position + 1)
    if skip_space(text, position + 1) != len(text):
        raise _damaged(_AFTER_END, text, position + 1)


def skip_space(text: str, position: int) -> int:
    """Return where the next character stands that is no white space."""
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _decode(text: str, position: int, max_depth: int) -> tuple[Any, int]:
    try:
        found, end = _raw(text, position)
    except json.JSONDecodeError as error:
        raise _damaged(error.msg, text, error.pos) from error
    except RecursionError as error:
        raise _too_deep() from error
    if _is_deeper(found, max_depth):
        raise _too_deep()
    return found, end


def _raw(text: str, position: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, position)
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer of thousands of digits
        return _CAREFUL.raw_decode(text, position)


def _is_deeper(value: object, max_depth: int) -> bool:
    """Tell whether a value holds others deeper than `max_depth`, level by level."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(max_depth):
        inner = [one.values() if type(one) is dict else one for one in level]
        level = [one for some in inner for one in some if type(one) is dict or type(one) is list]
        if not level:
            return False
    return bool(level)


def _too_deep() -> TooBig:
    return TooBig(
        "the JSON is nested deeper than limits.max_depth allows",
        hint="raise limits.max_depth if it is really a dump",
    )


def _damaged(what: str, text: str, position: int) -> Damaged:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    rest = text[position : position + 40].rstrip()
    is_at_end = len(text) - position <= 40 and _CUT_WORD.match(rest) is not None
    is_cut = what.startswith("Unterminated string") or (is_at_end and what != _AFTER_END)
    return Damaged(
        "the JSON ends too early" if is_cut else f"the JSON is broken: {what}",
        at=f"line {line}, column {column}",
        hint="download it again",
        is_cut=is_cut,
    )
