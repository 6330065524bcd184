"""Renders an edition as mail: `email.html`, its text twin `email.txt`, both in `email.eml`.

The words stand in `templates/email/`. Gmail clips a message at about 102 KB, so the HTML is made to
fit a budget: abstracts are shortened evenly, then left out beside a TL;DR, then the sections are
cut, the rest being on the web. Nothing here sends: this is one copy for all, and its address for
leaving the list is the newsletter's, not a reader's own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from html import escape

import css_inline
import jinja2

from digest.mail.message import Letter, build_message
from digest.models import Edition, Rendered, Site
from digest.render import names
from digest.render.cards import Group, Shape, groups, shortened, summary
from digest.render.charts.spark import MAIL_SIZE
from digest.render.text import cut, lines
from digest.text.direction import is_right_to_left
from digest.text.legible import legible
from digest.text.tldr import choose_tldr

_SUBJECT_CHARS = 70
_PREHEADER_CHARS = 140
_LEAST_ABSTRACT_CHARS, _MOST_ABSTRACT_CHARS = 160, 600
_LEAST = Shape(title=300, tldr=450, abstract=_LEAST_ABSTRACT_CHARS, note=1_000)
_BARE = replace(_LEAST, abstract_beside_tldr=0)
_NAMED = 6  # papers, in subject and preheader
_LEAST_BYTES = 300  # a paper takes in HTML besides its words; less, and a page is made in vain
_TRIES = 4  # to guess a length: a template may show an abstract twice
_NOTE_SHARE = 4  # the edition's own note may be so many times as long as that of a paper

_Html = Callable[[Shape], str]


def render(
    edition: Edition, site: Site, templates: jinja2.Environment, budget_bytes: int = 80_000
) -> Iterator[Rendered]:
    """Yield the three files. `email.html` keeps to `budget_bytes`, whatever the edition holds."""
    sections = groups(edition, site)
    values = partial(_values, edition, site, sections)
    shape, html = _fit(sections, lambda shape: _html(values(shape), templates), budget_bytes)
    text = templates.get_template("email/edition.txt").render(values(shape))
    message = build_message(_letter(edition, site, text, html))
    folder = names.edition_folder(edition.name)
    yield Rendered(path=f"{folder}/email.html", content=html.encode("utf-8", "replace"))
    yield Rendered(path=f"{folder}/email.txt", content=text.encode("utf-8", "replace"))
    yield Rendered(path=f"{folder}/email.eml", content=message)


def subject(edition: Edition) -> str:
    """Name the best paper and how many others there are, in at most 70 characters."""
    if not edition.entries:
        return f"{names.edition_title(edition)}: nothing new"
    rest = len(edition.entries) - 1
    ending = f", and {rest} more" if rest else ""
    best = legible(edition.entries[0].paper.title) or "Untitled"
    return _short(best, _SUBJECT_CHARS - len(ending)) + ending


def _short(title: str, limit: int) -> str:
    """Shorten a title: to what stands before its last colon, if that is long enough to name it."""
    if len(title) <= limit:
        return title
    name, colon, _ = title[: limit + 1].rpartition(": ")
    return name if colon and len(name) > limit / 2 else cut(title, limit)


def preheader(edition: Edition) -> str:
    """Say what a list of mails shows beside the subject, and the subject does not: what follows."""
    titles = dict.fromkeys(legible(entry.paper.title) for entry in edition.entries[:_NAMED])
    best, *others = titles or [""]
    if others:
        return cut("Also: " + "; ".join(filter(None, others)), _PREHEADER_CHARS)
    if not edition.entries:
        return summary(edition)
    paper = edition.entries[0].paper
    abstract = legible(paper.abstract)
    said = legible(paper.summary or "") or choose_tldr(abstract) or abstract
    return cut(said if said != best else summary(edition), _PREHEADER_CHARS)


def _values(
    edition: Edition, site: Site, sections: Sequence[Group], shape: Shape
) -> dict[str, object]:
    return {
        "edition": edition,
        "site": site,
        "subject": subject(edition),
        "preheader": preheader(edition),
        "title": names.edition_title(edition),
        "summary": summary(edition),
        "note": cut(lines(edition.note), _NOTE_SHARE * (shape.note or 0)),
        "groups": tuple(shortened(group, shape) for group in sections),
        "web_url": names.edition_url(site, edition.name),
        "unsubscribe_url": names.unsubscribe_url(site),
        "is_right_to_left": is_right_to_left,
        "feeds": names.feed_urls(site),
        "spark_size": MAIL_SIZE,
    }


def _html(values: dict[str, object], templates: jinja2.Environment) -> str:
    html = templates.get_template("email/edition.html").render(values)
    inliner = css_inline.CSSInliner(
        extra_css=templates.get_template("email/edition.css").render(),
        inline_style_tags=False,
        keep_style_tags=True,
        load_remote_stylesheets=False,
    )
    return inliner.inline(html)


def _letter(edition: Edition, site: Site, text: str, html: str) -> Letter:
    return Letter(
        name=edition.name,
        subject=subject(edition),
        text=text,
        html=html,
        sent=edition.updated,
        from_name=site.title,
        from_address=site.mail_from,
        to_name=site.title,
        to_address=site.mail_from,
        list_name=site.title,
        list_id=site.list_id,
        language=site.language,
        addresses=(
            ("List-Unsubscribe", names.unsubscribe_url(site)),
            ("Archived-At", names.edition_url(site, edition.name)),
        ),
    )


def _fit(sections: Sequence[Group], html_of: _Html, budget: int) -> tuple[Shape, str]:
    """Find the fullest shape whose HTML keeps to the budget, and that HTML.

    A page is rendered with the shortest abstracts to learn what all else takes; as a rule the next
    one is the answer.
    """
    abstracts = [card.abstract for group in sections for card in group.cards]
    longest = min(max(map(len, abstracts), default=0), _MOST_ABSTRACT_CHARS)
    if _bytes_at(abstracts, longest) < budget - _LEAST_BYTES * len(abstracts):
        whole = replace(_LEAST, abstract=longest)
        if _size(html := html_of(whole)) <= budget:
            return whole, html
    least = html_of(_LEAST)
    if _size(least) > budget:
        return _fewer(sections, html_of, budget)
    room = budget - _size(least) + _bytes_at(abstracts, _LEAST_ABSTRACT_CHARS)
    limits = range(_LEAST_ABSTRACT_CHARS, longest + 1)
    for _ in range(_TRIES if limits else 0):
        fitting = bisect_right(limits, room, key=partial(_bytes_at, abstracts))
        shape = replace(_LEAST, abstract=limits[max(fitting - 1, 0)])
        if _size(html := html_of(shape)) <= budget:
            return shape, html
        room -= _size(html) - budget
    return _LEAST, least


def _fewer(sections: Sequence[Group], html_of: _Html, budget: int) -> tuple[Shape, str]:
    """Find how many papers a section can show, bare of what can go; if none, drop the notes.

    The size grows nearly evenly with the papers, so that a guess is as a rule close; every other
    time the middle is taken, so that few are needed whatever the papers are like.
    """
    shapes = [replace(_BARE, papers=n) for n in range(max(len(g.cards) for g in sections) + 1)]
    if _size(html := html_of(shapes[-1])) <= budget:
        return shapes[-1], html
    low, high, above = 0, len(shapes) - 1, _size(html)
    if (below := _size(html := html_of(shapes[0]))) > budget:
        shape = replace(_BARE, papers=0, note=0)
        return shape, html_of(shape)
    is_guess = True
    while high - low > 1:
        guess = low + (budget - below) * (high - low) // (above - below)
        at = min(max(guess, low + 1), high - 1) if is_guess else (low + high) // 2
        if (size := _size(page := html_of(shapes[at]))) <= budget:
            low, below, html = at, size, page
        else:
            high, above = at, size
        is_guess = not is_guess
    return shapes[low], html


def _bytes_at(abstracts: Sequence[str], limit: int) -> int:
    return sum(_size(escape(cut(text, limit), quote=False)) for text in abstracts)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
