"""What a subscriber may wish: cadence, hour, zone, topics, muted words, cap; read and refused.

Wishes are those of `Preferences` that somebody named: the others stay as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from digest.errors import UsageError
from digest.models import ENGLISH, Cadence, Tongue, phrase
from digest.text.wording import wanted

CADENCES: Final = MappingProxyType(
    {"daily": Cadence.DAY, "weekly": Cadence.WEEK, "monthly": Cadence.MONTH}
)
"""The words that readers use."""

WORDS: Final = MappingProxyType({cadence: word for word, cadence in CADENCES.items()})
JOINS: Final = ";"
"""Stands between the topics, and between the muted words, of one cell."""

_PARTS = frozenset(";,|")  # what lists of several in a cell are parted by
_LONGEST = 100
_MOST = 100

Wishes = Mapping[str, Any]
"""Preferences by name, as `dataclasses.replace` takes them."""


def read(  # noqa: PLR0913 - what can be wished
    *,
    known: Collection[str],
    tongue: Tongue = ENGLISH,
    cadence: str | None = None,
    hour: int | None = None,
    zone: str | None = None,
    topics: Sequence[str] | None = None,
    muted: Sequence[str] | None = None,
    cap: int | None = None,
    wants_empty: bool | None = None,
) -> Wishes:
    """Return what was named; `known` are the topics there are. `UsageError` says what is wrong.

    It says so in `tongue`; its hint, what a command would take, in English.
    An empty topic or word stands for none of them, a cap of 0 for no cap.
    """
    found: dict[str, Any] = {}
    if cadence is not None:
        found["cadence"] = _cadence(cadence, tongue)
    if hour is not None:
        found["hour"] = _hour(hour, tongue)
    if zone is not None:
        found["zone"] = _zone(zone, tongue)
    if topics is not None:
        each = _each(topics, phrase("%(n)s topics are too many"), tongue)
        found["topics"] = tuple(topic_named(name, known, tongue=tongue) for name in each)
    if muted is not None:
        each = _each(muted, phrase("%(n)s words are too many"), tongue)
        found["muted"] = tuple(_word(word, tongue) for word in each)
    if cap is not None:
        found["cap"] = _cap(cap, tongue)
    if wants_empty is not None:
        found["wants_empty"] = wants_empty
    return found


def _cadence(said: str, tongue: Tongue) -> Cadence:
    if said not in CADENCES:
        what = tongue.say("there is no cadence %(name)s", name=repr(said))
        raise UsageError(what, hint=f"it is {', '.join(CADENCES)}")
    return CADENCES[said]


def _hour(said: int, tongue: Tongue) -> int:
    if not 0 <= said <= 23:
        what = tongue.say("there is no hour %(hour)s", hour=said)
        raise UsageError(what, hint="it is of the local day, 0 to 23")
    return said


def _zone(said: str, tongue: Tongue) -> str:
    try:
        ZoneInfo(said)
    except (OSError, ValueError, KeyError) as error:  # unknown is a KeyError, "Europe" an OSError
        hint = "write an IANA name, such as Europe/Berlin or UTC"
        what = tongue.say("there is no time zone %(name)s", name=repr(said))
        raise UsageError(what, hint=hint) from error
    return said


def _cap(said: int, tongue: Tongue) -> int | None:
    if said < 0:
        what = tongue.say("%(n)s papers are too few for a mail", n=said)
        raise UsageError(what, hint="0 sets no limit")
    return said or None


def _each(said: Sequence[str], too_many: str, tongue: Tongue) -> list[str]:
    """Return each once, without empty ones; `too_many` is said where there are."""
    found = list(dict.fromkeys(filter(None, (" ".join(each.split()) for each in said))))
    if len(found) > _MOST:
        what = tongue.say(too_many, n=len(found))
        raise UsageError(what, hint=f"at most {_MOST} are kept")
    return found


def topic_named(
    name: str,
    known: Collection[str],
    titles: Mapping[str, str] | None = None,
    tongue: Tongue = ENGLISH,
) -> str:
    """Return the name if it is a topic's; else `UsageError`, with the one that may be meant.

    `titles` tells the names by their titles, in small letters, for who may know these.
    """
    if name in known:
        return name
    by_word = {**(titles or {}), **{each: each for each in known}}
    near = get_close_matches(name.casefold(), by_word, n=1)
    hint = f"there are: {', '.join(known)}"
    if near:
        hint = f"did you mean {by_word[near[0]]}?"
    elif not known:
        hint = "the settings name none: docs/topics.md tells how"
    raise UsageError(tongue.say("there is no topic %(name)s", name=repr(name)), hint=hint)


def _word(said: str, tongue: Tongue) -> str:
    if len(said) > _LONGEST or not said.isprintable() or wanted(said) is None:
        hint = f"a word or a phrase of at most {_LONGEST} characters"
        what = tongue.say("%(word)s cannot be muted", word=repr(said[:_LONGEST]))
        raise UsageError(what, hint=hint)
    if _PARTS & set(said):
        hint = "name each word or phrase by itself: --mute one --mute other"
        what = tongue.say(
            "%(word)s cannot be muted: it holds a sign that parts words", word=repr(said)
        )
        raise UsageError(what, hint=hint)
    return said
