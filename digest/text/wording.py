"""The words of a text, folded, and whether words that somebody asked for are among them.

Case, accents, hyphens, spaces and punctuation count for nothing: `State-of-the-Art` is `state of
the art`; a hyphen may also be missing, on either side (`pre-training`, `pretraining`; `3-D`, `3D`).
`C++`, `C#` and `.NET` are words of their own. Scripts that put no spaces between words (Chinese,
Japanese, Thai, and Korean, whose words carry their particles) have no word boundaries here: there
each character counts as a word, so that what is asked for may stand anywhere.

Looking is for plain words, never for a pattern of the user's, and takes a time that grows with the
text alone. Nothing is made legible here: see `text.legible`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

ANY_END = "*"
"""What a wanted word ends in, if it may go on: `diffus*`."""

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"  # Hangul
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30fa\u30fc-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han, kana, bopomofo
)
_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
_INDIC = "\u0900-\u0963\u0966-\u096f\u0971-\u0dff\u0f18-\u0f84"  # vowels too
_LETTER = rf"(?:(?![{_UNSPACED}])[^\W_]|[{_MARKS}{_INDIC}])"
_WORD = re.compile(
    rf"(?<![^\W_])[a-z](?:\+\+|\#)"  # C++, C#, F#
    rf"|[{_UNSPACED}]"
    rf"|{_LETTER}+"
    rf"|(?<=[^\W_])[+#]"  # Notepad++, CD4+
    r"|(?<![\w.])\.(?=[a-z])"  # .NET
)
_PLAIN_WORD = re.compile(
    r"(?<![a-z0-9])[a-z](?:\+\+|#)|[a-z0-9]+|(?<=[a-z0-9])[+#]|(?<![a-z0-9_.])\.(?=[a-z])"
)
_COMPOUND = re.compile(r"(?<=[^\W_])-(?=[^\W_])")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"))
_OF = re.compile(r"['\u2019\u02bc]s(?![^\W_])")  # Bayes's, Parkinson's
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u20d0-\u20ff]")
_SPELLED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | {"♯": "#", "ς": "σ", "\u0640": None, "\u00ad": None}
)
_GAP = "|"  # between two texts: no words are found across it


@dataclass(frozen=True, slots=True)
class Words:
    """Texts to look into: the words of each with a blank before and after, as they were parted.

    `closed` is the same with its hyphens closed (`pre-training` is one word). `known` are the words
    of all texts, parted and closed; `whole` is all of them, with gaps that no words reach across.
    """

    parted: tuple[str, ...]
    closed: tuple[str, ...]
    known: frozenset[str]
    whole: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words to look for. `said` is how they were asked for, without the sign for any end.

    `forms` are the ways they may be written, with blanks around them: hyphens parted, and closed.
    `goes_on` tells that more may follow; with `is_open`, in the same word: then no blank ends it.
    """

    said: str
    forms: tuple[str, ...]
    goes_on: bool = False
    is_open: bool = False

    @property
    def heads(self) -> tuple[str, ...]:
        """The first word of each form."""
        return tuple(form.split(maxsplit=1)[0] for form in self.forms)

    def are_in(self, whole: str) -> bool:
        """Tell whether they are in any of the texts, of which `Words.whole` is given."""
        return any(form in whole for form in self.forms)

    def found_in(self, words: Words, number: int) -> str | None:
        """Return what they are in the text of this number, None where they are not in it.

        That is what was asked for, or the word itself where it may end in any way.
        """
        for text in (words.parted[number], words.closed[number]):
            for form in self.forms:
                at = text.find(form)
                if at >= 0:
                    end = text.index(" ", at + len(form)) if self.is_open else 0
                    return text[at + 1 : end] if self.is_open else self.said
        return None

    def are_all_of(self, words: Words, number: int) -> bool:
        """Tell whether the text of this number is they alone, or begins with them if more may."""
        texts = (words.parted[number], words.closed[number])
        if self.goes_on:
            return any(text.startswith(self.forms) for text in texts)
        return any(text in self.forms for text in texts)


def words_of(*texts: str) -> Words:
    """Return the folded words of texts, to look into."""
    both = tuple(map(_folded, texts))
    parted, closed = tuple(one for one, _ in both), tuple(other for _, other in both)
    whole = _GAP.join(dict.fromkeys(parted + closed))
    return Words(parted=parted, closed=closed, known=frozenset(whole.split()), whole=whole)


def wanted(said: str) -> Wanted | None:
    """Return what to look for, None where there is no word in it. It may end in `*`: in any way."""
    plain = " ".join(said.split())
    goes_on = plain.endswith(ANY_END)
    plain = plain.rstrip(f"{ANY_END} ")
    forms = tuple(dict.fromkeys(form for form in _folded(plain) if form.strip()))
    if not forms:
        return None
    is_open = goes_on and unicodedata.category(plain[-1])[0] in "LMN"  # not in `cs.*`
    if is_open:
        forms = tuple(form[:-1] for form in forms)
    return Wanted(said=plain, forms=forms, goes_on=goes_on, is_open=is_open)


def all_wanted(said: Iterable[str]) -> tuple[Wanted, ...]:
    """Return what to look for of several, each once, without those that hold no word."""
    return tuple(dict.fromkeys(found for each in said if (found := wanted(each))))


def folded(text: str) -> str:
    """Return the words of a text, folded, with single blanks between them."""
    return _folded(text)[0].strip()


def _folded(text: str) -> tuple[str, str]:
    """Return a text's words with blanks around each: parted at hyphens, and with these closed."""
    plain = level(text)
    finder = _PLAIN_WORD if plain.isascii() else _WORD
    parted = _spaced(finder.findall(plain))
    if "-" in plain and (closed := _COMPOUND.sub("", plain)) != plain:
        return parted, _spaced(finder.findall(closed))
    return parted, parted


def _spaced(words: list[str]) -> str:
    return f" {' '.join(words)} " if words else " "


def level(text: str) -> str:
    """Fold case, accents, widths and dashes, and drop the `'s` of whose a thing is."""
    if text.isascii():
        plain = text.lower()
    else:
        apart = unicodedata.normalize("NFKD", text.translate(_DASHES)).casefold()
        bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", apart)).translate(_SPELLED)
        plain = unicodedata.normalize("NFC", bare)
    return _OF.sub("", plain) if "s" in plain else plain
