"""A form on a page, read: what is wished, and what is wrong with it, field by field.

Nothing is refused as a whole: whoever typed something wrong is told where, and keeps what they
typed. Which fields there are stands in the templates; their names are those of `wishes.read`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from digest.errors import UsageError
from digest.models import ENGLISH, Tongue
from digest.subscribing.wishes import Wishes, read

Fields = Mapping[str, Sequence[str]]
"""What a form sent: each field's values, in order."""

_LONGEST_NUMBER = 6
_MARK = "choices"
"""A field that tells that a form has all the others: what is not ticked is then not wished."""


def wishes_in(
    fields: Fields, known: Collection[str], tongue: Tongue = ENGLISH
) -> tuple[Wishes, dict[str, str]]:
    """Return what is wished, and by field what is wrong, in words; `known` are the topics."""
    wishes, wrong = checked(_asked(fields), known, tongue)
    for name in ("hour", "cap"):
        if first(fields, name) and _number(first(fields, name)) is None:
            wrong[name] = tongue.say("This must be a number.")
    return wishes, wrong


def checked(
    asked: Mapping[str, Any], known: Collection[str], tongue: Tongue = ENGLISH
) -> tuple[Wishes, dict[str, str]]:
    """Return what is wished, and by name what is wrong with the others, in words."""
    wishes: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in asked.items():
        try:
            wishes |= read(known=known, tongue=tongue, **{name: value})
        except UsageError as error:
            wrong[name] = _sentence(str(error))
    return wishes, wrong


def first(fields: Fields, name: str) -> str:
    """Return a field's first value without the white space around it; empty where there is none."""
    return next(iter(fields.get(name, ())), "").strip()


def typed(fields: Fields) -> dict[str, Any]:
    """Return what was typed, for the form to show again."""
    return {
        "address": first(fields, "address"),
        "cadence": first(fields, "cadence"),
        "hour": first(fields, "hour"),
        "zone": first(fields, "zone"),
        "topics": tuple(fields.get("topics", ())),
        "muted": "\n".join(fields.get("muted", ())),
        "cap": first(fields, "cap"),
        "wants_empty": bool(first(fields, "wants_empty")),
    }


def _asked(fields: Fields) -> dict[str, Any]:
    found: dict[str, Any] = {}
    is_whole = bool(first(fields, _MARK))
    for name in ("cadence", "zone"):
        if first(fields, name):
            found[name] = first(fields, name)
    for name in ("hour", "cap"):
        if (number := _number(first(fields, name))) is not None:
            found[name] = number
    if "topics" in fields or is_whole:
        found["topics"] = tuple(fields.get("topics", ()))
    if "muted" in fields:
        found["muted"] = [line for text in fields["muted"] for line in text.splitlines()]
        if not first(fields, "cap"):
            found["cap"] = 0
        found["wants_empty"] = bool(first(fields, "wants_empty"))
    return found


def _number(said: str) -> int | None:
    is_number = said.isascii() and said.isdigit() and len(said) <= _LONGEST_NUMBER
    return int(said) if is_number else None


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}."
