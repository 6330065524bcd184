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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby

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
_SPACED = rf"[^\W_{_UNSPACED}]"  # a letter or digit of scripts that put spaces between words
_WORD = re.compile(
    rf"(?<![^\W_])[a-z](?:\+\+|\#)"  # C++, C#, F#
    rf"|[{_UNSPACED}]"
    rf"|(?:{_SPACED}|[{_MARKS}{_INDIC}])+"
    rf"|(?<={_SPACED})-(?={_SPACED})"  # a hyphen within a compound
    rf"|(?<=[^\W_])[+#]"  # Notepad++, CD4+
    r"|(?<![\w.])\.(?=[a-z])"  # .NET
)
_NET = re.compile(r"\.(?<![a-z0-9_.]\.)(?=[a-z])")  # a dot that begins a word
_PLAIN = "".join(c if c.isalnum() or c == "-" else " " for c in map(chr, range(128)))
_LONE_HYPHEN = re.compile(r"-(?<![a-z0-9]-)|-(?![a-z0-9])")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"))
_OF = re.compile(r"['\u2019\u02bc]s(?![^\W_])")  # Bayes's, Parkinson's
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u20d0-\u20ff]")
_SPELLED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | {"♯": "#", "ς": "σ", "\u0640": None, "\u00ad": None}
)
_LONGEST_KEPT = 64
_GAP = "|"  # between two texts: no words are found across it


@dataclass(frozen=True, slots=True)
class Words:
    """Texts to look into: the words of each with a blank before and after.

    `hyphened` has the hyphens of compounds, `parted` blanks for them, and in `closed` they are gone
    (`pre-training` is one word). `known` are the words of all texts, parted and closed; `whole` is
    both of all texts, with gaps that no words reach across.
    """

    hyphened: tuple[str, ...]
    parted: tuple[str, ...]
    closed: tuple[str, ...]
    known: frozenset[str]
    whole: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words to look for. `said` is how they were asked for, without the sign for any end.

    `forms` are the ways they may be written, with blanks around them: hyphens parted, and closed.
    `heads` are the first words of these, none where it is the one that may go on. `mixed`, a
    regular expression, finds several words in hyphened text, one parted and another closed.
    `goes_on` tells that more may follow; with `is_open`, in the same word: then no blank ends it.
    """

    said: str
    forms: tuple[str, ...]
    heads: tuple[str, ...] = ()
    mixed: str = ""
    goes_on: bool = False
    is_open: bool = False

    def are_in(self, words: Words) -> bool:
        """Tell whether they are in any of the texts."""
        for form in self.forms:
            if form in words.whole:
                return True
        if not self.mixed or words.known.isdisjoint(self.heads):
            return False
        return any(map(self._mixed_in, words.hyphened))

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
        if not (found := self._mixed_in(words.hyphened[number])):
            return None
        return found[0].replace("-", " ") if self.is_open else self.said

    def _mixed_in(self, text: str) -> re.Match[str] | None:
        """Find in hyphened text what is parted here and closed there; seldom is there any."""
        if not self.mixed or ("-" not in text and len(self.forms) == 1):
            return None
        return _compiled(self.mixed).search(text)


class AnyOf:
    """Whole texts to look for, any of several: quick, however many they are."""

    def __init__(self, said: Iterable[str]) -> None:
        asked = all_wanted(said)
        self._whole = frozenset(form for each in asked for form in each.forms)
        self._begun = tuple(form for each in asked if each.goes_on for form in each.forms)

    def __bool__(self) -> bool:
        return bool(self._whole)

    def are_all_of(self, words: Words, number: int) -> bool:
        """Tell whether the text of this number is one of them, or begins with one that goes on."""
        texts = (words.parted[number], words.closed[number])
        return any(text in self._whole or text.startswith(self._begun) for text in texts)

    def may_be_in(self, words: Words) -> bool:
        """Tell, at once, whether one of the texts may be one of them."""
        if not (self._whole.isdisjoint(words.parted) and self._whole.isdisjoint(words.closed)):
            return True
        return bool(self._begun) and any(form in words.whole for form in self._begun)


def words_of(*texts: str) -> Words:
    """Return the folded words of texts, to look into."""
    hyphened = tuple(map(_folded, texts))
    parted = tuple(text.replace("-", " ") for text in hyphened)
    closed = tuple(text.replace("-", "") for text in hyphened)
    whole = _GAP.join(dict.fromkeys(parted + closed))
    compounds = [word for text in hyphened if "-" in text for word in text.split() if "-" in word]
    known = frozenset(chain(*map(str.split, parted), (each.replace("-", "") for each in compounds)))
    return Words(hyphened=hyphened, parted=parted, closed=closed, known=known, whole=whole)


def wanted(said: str) -> Wanted | None:
    """Return what to look for, None where there is no word in it. It may end in `*`: in any way."""
    plain = " ".join(said.split())
    goes_on = plain.endswith(ANY_END)
    plain = plain.rstrip(f"{ANY_END} ")
    words = _folded(plain)
    if not words.strip():
        return None
    is_open = goes_on and unicodedata.category(plain[-1])[0] in "LMN"  # not in `cs.*`
    end = -1 if is_open else None
    forms = tuple(dict.fromkeys((words.replace("-", " ")[:end], words.replace("-", "")[:end])))
    heads = tuple(form.split(maxsplit=1) for form in forms)
    is_whole = not is_open or all(len(head) > 1 for head in heads)
    return Wanted(
        said=plain,
        forms=forms,
        heads=tuple(head[0] for head in heads) if is_whole else (),
        mixed=_mixed(words.strip(), is_open=is_open),
        goes_on=goes_on,
        is_open=is_open,
    )


def all_wanted(said: Iterable[str]) -> tuple[Wanted, ...]:
    """Return what to look for of several, each once, without those that hold no word."""
    return tuple(dict.fromkeys(found for each in said if (found := wanted(each))))


def compounded(text: str) -> str:
    """Return the words of a text, folded, with their hyphens within compounds."""
    return _folded(text).strip()


def folded(text: str) -> str:
    """Return the words of a text, folded, with single blanks between them."""
    return _folded(text).replace("-", " ").strip()


def _mixed(words: str, *, is_open: bool) -> str:
    """Return what finds several words, of whose hyphens each may be parted, closed or there.

    What is within a word may have a hyphen in the text, never a blank. There is one way to match.
    """
    if " " not in words:
        return ""
    ways = {" ": "[ -]", "-": "[ -]?"}
    parts = re.split("([ -])", words)
    told = (ways.get(part) or "-?".join(map(re.escape, part)) for part in parts)
    end = "[^ -]*" if is_open else "(?=[ -])"
    return f"(?<=[ -]){''.join(told)}{end}"


@lru_cache(maxsize=4096)
def _compiled(mixed: str) -> re.Pattern[str]:
    """Compile what only few texts are searched for; of muted words there may be any number."""
    return re.compile(mixed)


def _folded(text: str) -> str:
    """Return a text's words with blanks around each, but for the hyphens within compounds.

    Where not all is ASCII, those parts between blanks that are go by the quick way: no word, no
    accent and no `'s` reaches across a blank.
    """
    runs = groupby(text.split(" "), str.isascii) if not text.isascii() else ((True, (text,)),)
    words = (word for is_ascii, run in runs for word in (_plain if is_ascii else _odd)(run))
    told = " ".join(words)
    return f" {told.replace(' - ', '-')} " if told else " "


def _plain(run: Iterable[str]) -> list[str]:
    return _parted(" ".join(run))


def _odd(run: Iterable[str]) -> Iterator[str]:
    for part in run:
        yield from _known_part(part) if len(part) <= _LONGEST_KEPT else _parted(part)


@lru_cache(maxsize=4096)
def _known_part(part: str) -> list[str]:
    return _parted(part)


def _parted(text: str) -> list[str]:
    """Return the words of a text, and the hyphens between those of a compound."""
    plain = level(text)
    if plain.isascii() and not ("+" in plain or "#" in plain or _NET.search(plain)):
        plain = plain.translate(_PLAIN)
        return (_LONE_HYPHEN.sub(" ", plain) if "-" in plain else plain).split()
    return _WORD.findall(plain)


def level(text: str) -> str:
    """Fold case, accents, widths and dashes, and drop the `'s` of whose a thing is."""
    if text.isascii():
        plain = text.lower()
    else:
        apart = unicodedata.normalize("NFKD", text.translate(_DASHES)).casefold()
        bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", apart)).translate(_SPELLED)
        plain = unicodedata.normalize("NFC", bare)
    is_of = "'s" in plain or (not plain.isascii() and "s" in plain)
    return _OF.sub("", plain) if is_of else plain
