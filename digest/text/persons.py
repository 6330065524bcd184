"""Whether two names are one person's, as far as both tell.

The family name has to be the same, and so the given names, of which initials will do and middle
ones may be missing: `A. Almeida` is `Ada M. Almeida`, `Almeida, Ada` is `Ada Almeida`; `Anna
Almeida` is not. A family name alone is that of all who bear it. Case, accents, hyphens and
apostrophes count for nothing. Nothing is known of names whose family name stands first, unless a
comma follows it: such a name has to be written as it is listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

from digest.models.derived import AuthorName
from digest.text.legible import legible_name
from digest.text.wording import level

NAMING = 1
"""The number of the rules by which authors are told apart, those of `text.legible` among them.

A database remembers it; where it differs, all papers are looked at anew. To be raised with every
change, after a release, that takes other names for one. Addresses of authors stay.
"""

_NEITHER = re.compile(r"[^\w\s]|_")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bb\u02bc`\u00b4]")
_PARTICLES = frozenset(
    (
        *("van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le"),
        *("al", "el", "bin", "ibn", "ten", "ter"),
    )
)
_TITLES = frozenset(("jr", "sr", "ii", "iii", "iv"))
_NOBODY = frozenset(("al et", "others", "others and", "anonymous", "authors anonymous"))
_MOST_AUTHORS = 500  # of one paper
_MOST_LETTERS = 100  # of one name
_SLUG_LETTERS = 60
_NOT_SLUG = re.compile("[^a-z0-9]+")

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


def authors_of(listed: Iterable[str]) -> tuple[AuthorName | None, ...]:
    """Return who is named, for each name as a paper lists it; None where that is no one's name.

    Taken for the same are names that are equal but for case, accents, and how the given names are
    parted: `Eun-ji Kim` and `Kim, Eunji`; not those with an initial or a middle name more, for two
    may share it. One who is listed twice is told once.
    """
    found: dict[str, None] = {}
    told: list[AuthorName | None] = []
    for number, name in enumerate(listed):
        author = _author(name) if number < _MOST_AUTHORS else None
        is_new = author is not None and author.key not in found
        told.append(author if is_new else None)
        if author is not None:
            found[author.key] = None
    return tuple(told)


@lru_cache(maxsize=8192)
def _author(said: str) -> AuthorName | None:
    shown = legible_name(said)
    words = name_of(shown)
    *given, family = words or ("",)
    key = f"{family} {''.join(given)}".strip()
    if not key or key in _NOBODY or len(key) > _MOST_LETTERS:
        return None
    before, comma, after = shown.partition(",")
    is_turned = comma and _words(after) and _words(after)[0] not in _TITLES
    return AuthorName(
        key=key,
        name=f"{after.strip()} {before.strip()}" if is_turned else shown,
        slug=_slug(words, key),
        order=" ".join((family, *given)),
    )


def _slug(words: Name, key: str) -> str:
    """Return a name as a folder: ASCII; of a name without such letters, its hash."""
    plain = _NOT_SLUG.sub("-", " ".join(words).encode("ascii", "ignore").decode())
    hashed = blake2b(key.encode("utf-8", "replace"), digest_size=5).hexdigest()
    return plain.strip("-")[:_SLUG_LETTERS].strip("-") or f"name-{hashed}"


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
