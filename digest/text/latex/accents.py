"""Accents of TeX set on their letters: `\\"u` is ü, `\\v{n}` is ň; and what looks like one."""

from __future__ import annotations

import re
import unicodedata

from digest.text.latex.symbols import ACCENTS

_DOTLESS = {"ı": "i", "ȷ": "j"}
_OF_CODE = frozenset("dbtr")  # `\d+` and `\b` of a regex, `\t` and `\r` of a string
_REST_OF_WORD = re.compile(r"(?:s|t|re|ll|ve|m|d)(?![^\W\d_])")


def accented(name: str, base: str, *, is_sure: bool) -> str:
    """Set an accent on the first letter of `base`; where none results, it was no accent."""
    base = _DOTLESS.get(base[0], base[0]) + base[1:]
    if name == "t":
        return base[0] + ACCENTS[name] + base[1:]
    composed = unicodedata.normalize("NFC", base[0] + ACCENTS[name])
    return (composed if len(composed) == 1 or is_sure else name + base[0]) + base[1:]


def is_apostrophe(name: str, before: str, following: str) -> bool:
    """Tell whether `\\'` is an apostrophe that a program escaped, as in `the model\\'s`."""
    return name == "'" and before.isalpha() and _REST_OF_WORD.match(following) is not None


def takes_next_word(name: str, before: str, following: str) -> bool:
    """Tell whether an accent named by a letter stands on the next word: `\\v n`, `Fran\\c cois`."""
    if not following[:1].isalpha():
        return False
    is_letter = not following[1:2].isalpha() or following[0].isupper()
    return is_letter or before.isalpha() or name not in _OF_CODE
