"""Renders an edition as mail: `email.html`, its text twin `email.txt`, both in `email.eml`.

The words stand in `templates/email/`. Gmail clips a message at about 102 KB, so the HTML is made to
fit a budget: abstracts are shortened evenly, then the sections, the rest being on the web.
Nothing here sends, and there is no link to leave the list: a copy for one reader is issue 4's.
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
from digest.render.text import cut, lines
from digest.text.legible import legible

_SUBJECT_CHARS = 70
_PREHEADER_CHARS = 140
_LEAST_ABSTRACT_CHARS = 160
_LEAST = Shape(title=300, abstract=_LEAST_ABSTRACT_CHARS, note=1_000)
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
    return cut(best, _SUBJECT_CHARS - len(ending)) + ending


def preheader(edition: Edition) -> str:
    """Say what a list of mails shows beside the subject: the papers that come after the best."""
    others = [legible(entry.paper.title) for entry in edition.entries[1:6]]
    if others:
        return cut("Also: " + "; ".join(others), _PREHEADER_CHARS)
    if edition.entries:
        return cut(legible(edition.entries[0].paper.abstract), _PREHEADER_CHARS)
    return summary(edition)


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
        "feeds": names.feed_urls(site),
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
        addresses=(("Archived-At", names.edition_url(site, edition.name)),),
    )


def _fit(sections: Sequence[Group], html_of: _Html, budget: int) -> tuple[Shape, str]:
    """Find the fullest shape whose HTML keeps to the budget, and that HTML.

    One page is rendered to learn what all but the abstracts takes; as a rule that page, or the
    next one, is the answer.
    """
    abstracts = [card.abstract for group in sections for card in group.cards]
    longest = max(map(len, abstracts), default=0)
    is_whole = _bytes_at(abstracts, longest) < budget
    shape = replace(_LEAST, abstract=longest if is_whole else 1)
    html = html_of(shape)
    if is_whole and _size(html) <= budget:
        return shape, html
    room = budget - _size(html) + _bytes_at(abstracts, shape.abstract or 0)
    limits = range(_LEAST_ABSTRACT_CHARS, longest)
    fitting = bisect_right(limits, room, key=partial(_bytes_at, abstracts))
    for limit in limits[:fitting][-1:]:
        shape = replace(_LEAST, abstract=limit)
        if _size(html := html_of(shape)) <= budget:
            return shape, html
    return _fewer(sections, html_of, budget)


def _fewer(sections: Sequence[Group], html_of: _Html, budget: int) -> tuple[Shape, str]:
    """Find how many papers a section can show, the abstracts short; if none, drop the notes."""
    most = max(len(group.cards) for group in sections)
    shapes = [replace(_LEAST, papers=count) for count in range(most + 1)]
    fitting = bisect_right(shapes, budget, key=lambda shape: _size(html_of(shape)))
    shape = shapes[fitting - 1] if fitting else replace(_LEAST, papers=0, note=0)
    return shape, html_of(shape)


def _bytes_at(abstracts: Sequence[str], limit: int) -> int:
    return sum(_size(escape(cut(text, limit), quote=False)) for text in abstracts)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
