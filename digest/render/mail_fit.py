"""How much of an edition a mail can show: the fullest shape whose HTML keeps to a budget.

Gmail clips a message at about 102 KB. Abstracts are shortened evenly, then left out beside a TL;DR,
then the sections are cut, the rest being on the web. How a page is rendered is not known here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from html import escape

from digest.render.cards import Group, Shape
from digest.render.mail_layout import Laid
from digest.render.text import cut

_LEAST_ABSTRACT_CHARS, _MOST_ABSTRACT_CHARS = 160, 600
_LEAST = Shape(title=300, tldr=450, abstract=_LEAST_ABSTRACT_CHARS, note=1_000)
_BARE = replace(_LEAST, abstract_beside_tldr=0)
_LEAST_BYTES = 300  # a paper takes in HTML besides its words; less, and a page is made in vain
_FEW = 32  # papers of a section that are rendered to learn whether all are too many
_TRIES = 4  # to guess a length: a template may show an abstract twice

HtmlOf = Callable[[Shape], Laid]
"""Renders the HTML of an edition in a shape."""


def fit(
    sections: Sequence[Group], html_of: HtmlOf, budget: int, step: int = 1
) -> tuple[Shape, Laid]:
    """Find the fullest shape whose HTML keeps to the budget in bytes, and that HTML.

    Abstracts are cut to a multiple of `step` characters, so that papers can be used again.
    A page is rendered with the shortest abstracts to learn what all else takes; as a rule the next
    one is the answer.
    """
    abstracts = [card.abstract for group in sections for card in group.cards]
    longest = min(max(map(len, abstracts), default=0), _MOST_ABSTRACT_CHARS)
    if _bytes_at(abstracts, longest) < budget - _LEAST_BYTES * len(abstracts):
        whole = replace(_LEAST, abstract=longest)
        if size(html := html_of(whole)) <= budget:
            return whole, html
    most = max(len(group.cards) for group in sections)
    if high := _too_many(html_of, budget, most):
        return _fewer(html_of, budget, high)
    least = html_of(_LEAST)
    if size(least) > budget:
        return _fewer(html_of, budget, most)
    room = budget - size(least) + _bytes_at(abstracts, _LEAST_ABSTRACT_CHARS)
    limits = range(_LEAST_ABSTRACT_CHARS, longest + 1, step)
    for _ in range(_TRIES if limits else 0):
        fitting = bisect_right(limits, room, key=partial(_bytes_at, abstracts))
        shape = replace(_LEAST, abstract=limits[max(fitting - 1, 0)])
        if size(html := html_of(shape)) <= budget:
            return shape, html
        room -= size(html) - budget
    return _LEAST, least


def _too_many(html_of: HtmlOf, budget: int, most: int) -> int:
    """Return how many papers of a section are too many, bare of what can go; 0 where none are.

    Only a few more papers are rendered than fit, however many there are.
    """
    papers = _FEW
    while papers < most:
        if size(html_of(replace(_BARE, papers=papers))) > budget:
            return papers
        papers += papers // 4
    return 0


def _fewer(html_of: HtmlOf, budget: int, most: int) -> tuple[Shape, Laid]:
    """Find how many papers a section can show, bare of what can go; if none, drop the notes.

    More than `most` papers are too many, and so are `most` if there are more. The size grows nearly
    evenly with the papers, so that a guess is as a rule close; every other time the middle is
    taken, so that few are needed whatever the papers are like.
    """
    shapes = [replace(_BARE, papers=n) for n in range(most + 1)]
    if size(html := html_of(shapes[-1])) <= budget:
        return shapes[-1], html
    low, high, above = 0, len(shapes) - 1, size(html)
    if (below := size(html := html_of(shapes[0]))) > budget:
        shape = replace(_BARE, papers=0, note=0)
        return shape, html_of(shape)
    is_guess = True
    while high - low > 1:
        guess = low + (budget - below) * (high - low) // (above - below)
        at = min(max(guess, low + 1), high - 1) if is_guess else (low + high) // 2
        if (taken := size(page := html_of(shapes[at]))) <= budget:
            low, below, html = at, taken, page
        else:
            high, above = at, taken
        is_guess = not is_guess
    return shapes[low], html


def _bytes_at(abstracts: Sequence[str], limit: int) -> int:
    return sum(_size(escape(cut(text, limit), quote=False)) for text in abstracts)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def size(page: Laid) -> int:
    """Return the bytes of a page."""
    return sum(map(_size, page))
