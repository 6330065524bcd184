"""Where the paragraphs of a text begin, though its line breaks are gone from what is kept of it.

A paragraph begins after a blank line, or as arXiv takes it: at a line that is indented
(https://info.arxiv.org/help/prep.html), here only where the line before ends a sentence. Other line
breaks are those of a hard wrap. What a paragraph says, and how it is shown, is not looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from digest.text.hygiene import clean, remove_unsafe

_SIGNS = ("\n\n", "\n ", "\n\t", "\r", "\u2029")  # without one of them there is one paragraph
_INDENT = re.compile(r"\t|\s\s")
_SENTENCE_END = re.compile("[.!?…。！？]+[\"'”’»)\\]}」』）$]*$")


def paragraph_starts(told: str, kept: str) -> tuple[int, ...]:
    """Return where in `kept`, which is `told` as `hygiene.clean` leaves it, paragraphs begin.

    The offsets count characters; the first paragraph is not among them. What cannot be told for
    certain is one paragraph.
    """
    if not any(sign in told for sign in _SIGNS):
        return ()
    lines = remove_unsafe(told.replace("\u2029", "\n\n")).splitlines()
    paragraphs = [said for lines in _paragraphs(lines) if (said := clean("\n".join(lines)))]
    if " ".join(paragraphs) != kept:
        return ()
    starts = []
    at = 0
    for paragraph in paragraphs[:-1]:
        at += len(paragraph) + 1
        starts.append(at)
    return tuple(starts)


def split_paragraphs(text: str, starts: Iterable[int]) -> tuple[str, ...]:
    """Cut `text` where `paragraph_starts` told; what cannot be a start is passed over."""
    inside = sorted({at for at in starts if 0 < at < len(text) and text[at - 1] == " "})
    parts = (text[start:end].strip(" ") for start, end in pairwise((0, *inside, len(text))))
    return tuple(filter(None, parts))


def _paragraphs(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield the lines of each paragraph."""
    starts = _indented_starts(lines)
    paragraph: list[str] = []
    for number, line in enumerate(lines):
        is_blank = not line or line.isspace()
        if paragraph and (is_blank or number in starts):
            yield paragraph
            paragraph = []
        if not is_blank:
            paragraph.append(line)
    if paragraph:
        yield paragraph


def _indented_starts(lines: Sequence[str]) -> set[int]:
    """Return the numbers of the lines that begin a paragraph by their indentation.

    Of lines indented one after another, each does if each follows the end of a sentence; else they
    are a block, which begins with the first. A text whose lines are all indented, or all but the
    first, is no more than set in.
    """
    written = [number for number, line in enumerate(lines) if line and not line.isspace()]
    wrapped = [number for number in written[1:] if not _INDENT.match(lines[number])]
    if not wrapped and (not written or _INDENT.match(lines[written[0]])):
        return set()
    after_sentence = {
        number
        for before, number in pairwise(written)
        if _SENTENCE_END.search(lines[before].rstrip())
    }
    starts: set[int] = set()
    runs = groupby(written[1:], lambda number: _INDENT.match(lines[number]) is not None)
    for is_indented, run in runs:
        if not is_indented:
            continue
        numbers = list(run)
        if after_sentence.issuperset(numbers):
            starts.update(numbers)
        elif wrapped and numbers[0] in after_sentence:
            starts.add(numbers[0])
    return starts
