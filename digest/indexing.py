"""The words by which a paper is found: folded, in one line, the same for every database.

    words of the title | of the abstract | of summary, keywords, organization | of each author
    … and again, marked with their place: t/words of the title | a/words of each author

A gap, `|`, stands between texts, so that no phrase reaches across. Compounds stand again in one
word with their neighbours: `language pre-training works` is found by `language pretraining` too. An
author's first and last name, and the first's initial, stand again beside a middle one.

Nothing is looked for here: `query` reads what is asked, `store.searching` finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from digest.models import ListedPaper, Paper
from digest.models.searching import IN_AUTHORS, IN_TITLE
from digest.text.legible import legible, legible_name
from digest.text.paragraphs import split_paragraphs
from digest.text.persons import name_of
from digest.text.wording import compounded

INDEXING = 1
"""The number of these rules, those of `text.wording` and `text.legible` among them.

A database remembers it; where it differs, all papers are indexed anew when it is opened. To be
raised with every change, after a release, that makes other words of a paper.
"""

MOST_WORDS = 10_000  # of one paper: PostgreSQL counts no further than 16,383
MOST_LETTERS = 40  # of one word
_MOST_AUTHORS = 500
_GAP = "|"


def findable(paper: Paper | ListedPaper) -> str:
    """Return the words by which a paper is found, with a blank between them."""
    abstract = split_paragraphs(paper.abstract, paper.paragraph_starts)
    title = _line(legible(paper.title))
    texts = (*map(legible, abstract), legible(paper.summary or ""), *map(legible, paper.keywords))
    others = [_line(text) for text in (*texts, legible_name(paper.organization or ""))]
    authors = [name_of(legible_name(name)) for name in paper.authors[:_MOST_AUTHORS]]
    named = [list(chain(*_with_gaps(_ways(name)))) for name in authors if name]
    lines = [title, _marked(IN_TITLE, title), *others]
    for ways in named:
        lines += [_marked(IN_AUTHORS, ways), ways]
    return " ".join(islice(chain(*_with_gaps(filter(None, lines))), MOST_WORDS))


def short(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words, none of them longer than is kept of one."""
    return tuple(word[:MOST_LETTERS] for word in words)


def _cut(words: list[str]) -> list[str]:
    """Return the words cut short, if any of them is longer."""
    if len(max(words, key=len, default="")) <= MOST_LETTERS:
        return words
    return list(short(words))


def _line(text: str) -> list[str]:
    """Return the words of a text, and after a gap its compounds as one word each."""
    hyphened = compounded(text)
    words = _cut(hyphened.replace("-", " ").split())
    if "-" not in hyphened:
        return words
    return [*words, *chain(*((_GAP, *each) for each in _closed(hyphened.split())))]


def _closed(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield each compound in one word, between the words that stand beside it."""
    for number, word in enumerate(words):
        if "-" in word:
            near = words[max(0, number - 1) : number + 2]
            yield short(each.replace("-", "") for each in near)


def _ways(name: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the ways in which a name may be asked for."""
    name = short(name)
    if len(name) < 2:
        return [name]
    first, last = name[0], name[-1]
    return list(dict.fromkeys((name, (first, last), (first[0], last))))


def _with_gaps(lines: Iterable[Iterable[str]]) -> Iterator[Iterable[str]]:
    """Put a gap before each line but the first."""
    for number, line in enumerate(lines):
        if number:
            yield (_GAP,)
        yield line


def _marked(place: str, words: Iterable[str]) -> list[str]:
    return [word if word == _GAP else place + word for word in words]
