"""What a script wishes, in a JSON object: read as a form is, each field for itself; and told.

The names are those of `wishes.read`. A `cap` of null is no cap.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from digest.models import Preferences
from digest.subscribing.forms import checked
from digest.subscribing.wishes import WORDS, Wishes

_LONGEST = 1000
_HIGHEST = 999_999
_WRITTEN: Final[Mapping[str, str]] = {
    "cadence": "This must be a text.",
    "hour": "This must be a whole number.",
    "zone": "This must be a text.",
    "topics": "This must be a list of texts.",
    "muted": "This must be a list of texts.",
    "cap": "This must be a whole number, or null.",
    "wants_empty": "This must be true or false.",
}
_NOT_THERE = "There is no such field."


def wishes_of(told: Mapping[str, Any], known: Collection[str]) -> tuple[Wishes, dict[str, str]]:
    """Return what is wished, and by field what is wrong, in words; `known` are the topics."""
    asked: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in told.items():
        if name not in _WRITTEN:
            wrong[name] = _NOT_THERE
        elif not _is_kind(name, value):
            wrong[name] = _WRITTEN[name]
        else:
            asked[name] = 0 if name == "cap" and value is None else value
    wishes, more = checked(asked, known)
    return wishes, wrong | more


def document_of(wants: Preferences) -> dict[str, Any]:
    """Return what a subscriber wants of each edition that holds something, as JSON."""
    return {
        "cadence": WORDS[wants.cadence],
        "hour": wants.hour,
        "zone": wants.zone,
        "topics": list(wants.topics),
        "muted": list(wants.muted),
        "cap": wants.cap,
    }


def _is_kind(name: str, value: object) -> bool:
    match name:
        case "cadence" | "zone":
            return _is_text(value)
        case "hour":
            return _is_number(value)
        case "cap":
            return value is None or _is_number(value)
        case "wants_empty":
            return isinstance(value, bool)
        case _:
            return isinstance(value, list) and all(map(_is_text, value))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST


def _is_number(value: object) -> bool:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and -_HIGHEST <= value <= _HIGHEST  # type: ignore[operator]
