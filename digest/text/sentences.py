"""Parts one line of English into its sentences, as abstracts write them.

A sentence ends at `.`, `!` or `?` before white space and something that can open the next one. Not
fooled by `e.g.`, `et al.`, `Fig. 3`, decimals, `v1.5`, initials and addresses, nor by what stands
in brackets or quotation marks. No character but white space is lost, and the time is linear in the
length. What a sentence says is not looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(r"(?P<mark>[.!?…。！？]++)[\"'”’»)\]}」』）]*+(?P<space>\s*+)")
_LOST_SPACE = re.compile(r"[^\W\d_]{2}[a-z][.!?][A-Z]")  # "it works.We"
_LONGEST_ASIDE = 400  # brackets further apart than this are strays rather than a pair
_ASIDE = re.compile(  # its first character tells, so that `re` runs to it
    r"[()\[\]{}“”«»\"](?:(?<!\")|(?<![^\s(\[{]\")(?=\w)|(?P<closing>(?<=\")(?!\w)))"
)
_PAIRS = {")": "(", "]": "[", "}": "{", "”": "“", "»": "«"}
_WINDOW = 40  # what is looked at before an end: no abbreviation is longer
_BOUND = re.compile(r"[\s()\[\]{}\"“‘«—–]")
_OPENING = re.compile(  # a capital, a digit, another script; "vLLM" and "t-SNE" too
    r"[\"'“‘«(\[{¿¡•*]*+\s?(?:[^\W_a-zß-öø-ÿ]|[a-z]{1,3}[-‐]?[A-Z0-9])"
)
_WORD_AFTER = re.compile(r"[\"'“‘«(\[{]*+([^\W\d_]++)(?!\.)")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+[^\W\d_]{1,2}")  # U.S, i.i.d, Ph.D, J.-P
_LIST_MARK = re.compile(r"\d{1,2}|[A-Za-z]|[ivx]{1,4}")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEVER_LAST = _set("e.g i.e cf viz vs fig figs eq eqs eqn eqns dr prof mr mrs")
_SELDOM_LAST = _set(
    "al eg ie resp approx ca incl excl st mt gen proc conf trans dept univ assoc inc ltd co corp"
    " jr sr bros jan feb apr jun jul aug sept oct nov dec"
)  # the sentence goes on unless one of _OPENERS follows
_BEFORE_NUMBERS = _set(
    "no nos nr art p pp sec secs sect tab thm prop def lem cor alg app ch chap vol ver ref refs"
)  # the sentence goes on only to one of _NUMBER
_NUMBER = re.compile(r"[(\[]?(?:\d|[IVXA-D]+\b)")
_OPENERS = _set(
    "a additionally after all although an and as at based because beyond both building but by"
    " code comprehensive empirically evaluated evaluating evaluations existing experimental"
    " experiments extensive finally first for from furthermore given here how however if"
    " importantly in inspired instead it its leveraging moreover motivated more most no notably"
    " on one our overall project recent recently remarkably results second similarly since"
    " specifically such that the their then there therefore these they this those through thus"
    " to together trained under unlike using we what when where whereas which while why with"
    " without yet"
)


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of `text` in order, without the white space between them."""
    return tuple(part for start, end in _spans(text) if (part := text[start:end].strip()))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    asides = _asides(text)
    begin, end = next(asides, (len(text), 0))
    start = 0
    for found in _END.finditer(text):
        at = found.start("space")
        while end <= at and begin < len(text):
            begin, end = next(asides, (len(text), 0))
        if not begin <= at < end and _is_end(text, found, start):
            yield start, found.end()
            start = found.end()
    yield start, len(text)


def _asides(text: str) -> Iterator[tuple[int, int]]:
    """Yield where pairs of brackets or quotation marks begin and end, in order and disjoint."""
    opened: dict[str, list[int]] = {}
    pairs = []
    for found in _ASIDE.finditer(text):
        mark, at = found[0], found.start()
        waiting = opened.setdefault(_PAIRS.get(mark, mark), [])
        if mark not in _PAIRS and found["closing"] is None:
            waiting.append(at)
        elif waiting and at - (begin := waiting.pop()) <= _LONGEST_ASIDE:
            pairs.append((begin, at))
    reached = 0
    for begin, end in sorted(pairs):
        if end > reached:
            yield max(begin, reached), end
            reached = end


def _is_end(text: str, found: re.Match[str], start: int) -> bool:
    """Tell whether the sentence that began at `start` ends with `found`."""
    mark, at = found["mark"], found.start()
    if mark[-1] in "。！？":
        return True
    if not (found["space"] or _LOST_SPACE.match(text, max(0, at - 3))):
        return False
    before = text[max(start, at - _WINDOW) : at]
    word = _BOUND.split(before)[-1]
    after = _WORD_AFTER.match(text, found.end())
    is_opener = after is not None and after[1][0].isupper() and after[1].lower() in _OPENERS
    if not found["space"]:
        return is_opener and "/" not in word
    if not _OPENING.match(text, found.end()):
        return False
    return mark != "." or not (
        word.lower() in _NEVER_LAST
        or _is_list_mark(word, before)
        or (not is_opener and _is_short(word.lower(), text, found.end()))
    )


def _is_list_mark(word: str, before: str) -> bool:
    """Tell whether `word`, the last of `before`, only numbers what follows: `2. Then …`."""
    lead = before[: len(before) - len(word)].rstrip(" ([")
    return bool(_LIST_MARK.fullmatch(word)) and lead[-1:] in ("", ":", ";")


def _is_short(word: str, text: str, at: int) -> bool:
    """Tell whether a full stop between `word` and `text[at]` is an abbreviation's or initial's."""
    if word in _BEFORE_NUMBERS:
        return bool(_NUMBER.match(text, at))
    if word == "etc":
        return not text[at].isalnum()
    is_letter = len(word) == 1 and word.isalpha()
    return is_letter or word in _SELDOM_LAST or bool(_DOTTED.fullmatch(word))
