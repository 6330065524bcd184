"""Whether two names are one person's, as far as both tell.

The family name has to be the same, and so the given names, of which initials will do and middle
ones may be missing: `A. Almeida` is `Ada M. Almeida`, `Almeida, Ada` is `Ada Almeida`; `Anna
Almeida` is not. A family name alone is that of all who bear it. Case, accents, hyphens and
apostrophes count for nothing. Nothing is known of names whose family name stands first, unless a
comma follows it: such a name has to be written as it is listed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from digest.text.wording import level

_NEITHER = re.compile(r"[^\w\s]|_")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bb\u02bc`\u00b4]")
_PARTICLES = frozenset(
    (
        *("van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le"),
        *("al", "el", "bin", "ibn", "ten", "ter"),
    )
)
_TITLES = frozenset(("jr", "sr", "ii", "iii", "iv"))

Name = tuple[str, ...]
"""The words of a name, folded: the given names or their initials, the family name last."""


@lru_cache(maxsize=8192)
def name_of(said: str) -> Name:
    """Return the words of a name, folded; `Family, Given` is turned. Empty where there is none."""
    family, comma, given = said.partition(",")
    if comma and _words(given) and _words(given)[0] not in _TITLES:
        return (*_words(given), *_words(family))
    words = _words(said)
    return words[:-1] if len(words) > 2 and words[-1] in _TITLES else words


def is_same(asked: Name, listed: Name) -> bool:
    """Tell whether a listed name can be the one asked for; both come from `name_of`."""
    if not asked or not listed or asked[-1] != listed[-1]:
        return False
    if listed[-len(asked) :] == asked and (len(asked) == 1 or asked[0] in _PARTICLES):
        return True  # a family name alone, perhaps of several words
    one, other = asked[:-1], listed[:-1]
    if not one or not other:
        return False
    return "".join(one) == "".join(other) or _agree(one, other)


def _agree(one: Name, other: Name) -> bool:
    """Tell whether given names agree: the first ones, and of the rest those that both have."""
    few, many = sorted((one, other), key=len)
    if not _is_of(few[0], many[0]):
        return False
    rest = iter(many[1:])
    return all(any(_is_of(name, each) for each in rest) for name in few[1:])


def _is_of(one: str, other: str) -> bool:
    """Tell whether two given names are equal, or one is the initial of the other."""
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


def _words(said: str) -> Name:
    return tuple(_NEITHER.sub(" ", level(_APOSTROPHES.sub("", said))).split())
