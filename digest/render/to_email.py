"""Renders an edition as mail: `email.html`, its text twin `email.txt`, both in `email.eml`.

The words stand in `templates/email/`; how much of an edition fits is found by `mail_fit`. Nothing
here sends: the three files are one copy for all, and their address for leaving the list is the
newsletter's, not a reader's own. `Copy` is what
a reader's own is made of, too: see `to_letters`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import jinja2

from digest.mail.message import Letter, build_message
from digest.models import ENGLISH, Edition, Rendered, Site, Tongue
from digest.render import names
from digest.render.cards import Group, Shape, groups, paper_title, shortened, summary
from digest.render.charts.spark import MAIL_SIZE
from digest.render.mail_fit import fit
from digest.render.mail_layout import Laid, Layout
from digest.render.matches import NO_TOPICS, Matcher
from digest.render.text import cut, lines
from digest.text.direction import is_right_to_left
from digest.text.legible import legible
from digest.text.tldr import choose_tldr

_SUBJECT_CHARS = 70
_PREHEADER_CHARS = 140
_NAMED = 6  # papers, in subject and preheader
_NOTE_SHARE = 4  # the edition's own note may be so many times as long as that of a paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What a copy of an edition shows: `edition` with its papers, laid out in `sections`.

    `nothing` says that there are none, where that is not that nothing is new. `topics` are the
    reader's that match, `more` how many papers matched besides. The addresses are the reader's own,
    or those of all; empty where there is none.
    """

    edition: Edition
    sections: Sequence[Group]
    nothing: str = ""
    topics: tuple[str, ...] = ()
    more: int = 0
    unsubscribe_url: str
    preferences_url: str = ""
    view_url: str = ""


def render(
    edition: Edition,
    site: Site,
    templates: jinja2.Environment,
    budget_bytes: int = 80_000,
    matcher: Matcher = NO_TOPICS,
) -> Iterator[Rendered]:
    """Yield the three files. `email.html` keeps to `budget_bytes`, whatever the edition holds."""
    secret = hashlib.sha256(_around(edition).encode("utf-8", "replace")).hexdigest()
    layout = layout_of(edition, site, templates, secret)
    copy = Copy(
        edition=edition,
        sections=groups(edition, site, matcher),
        unsubscribe_url=names.unsubscribe_url(site),
    )
    shape, page = fitted(copy, site, layout, budget_bytes)
    html, text = "".join(page), "".join(text_of(copy, site, layout, shape))
    message = build_message(_letter(edition, site, text, html))
    folder = names.edition_folder(edition.name)
    yield Rendered(path=f"{folder}/email.html", content=html.encode("utf-8", "replace"))
    yield Rendered(path=f"{folder}/email.txt", content=text.encode("utf-8", "replace"))
    yield Rendered(path=f"{folder}/email.eml", content=message)


def _around(edition: Edition) -> str:
    """Return what makes a secret that no text of the edition can hold.

    It is made of what ours say around the papers, and of a hash of all, which Python salts anew in
    each process, for templates of others: the text of a month is long to write out.
    """
    return repr((hash(edition), edition.note, edition.entries[:_NAMED]))


def layout_of(edition: Edition, site: Site, templates: jinja2.Environment, secret: str) -> Layout:
    """Return the templates with what is the same in each copy of an edition."""
    return Layout(templates, secret, _common(edition, site))


def fitted(
    copy: Copy, site: Site, layout: Layout, budget_bytes: int, step: int = 1
) -> tuple[Shape, Laid]:
    """Return the fullest shape whose HTML has at most `budget_bytes`, and that HTML."""
    html_in = partial(html_of, copy, site, layout)
    return fit(copy.sections, html_in, budget_bytes, step)


def html_of(copy: Copy, site: Site, layout: Layout, shape: Shape) -> Laid:
    """Lay out the HTML in a shape."""
    return layout.html(_values(copy, site, layout, shape))


def text_of(copy: Copy, site: Site, layout: Layout, shape: Shape) -> Laid:
    """Lay out the text that says the same."""
    return layout.text(_values(copy, site, layout, shape))


def subject(edition: Edition, tongue: Tongue = ENGLISH, nothing: str = "") -> str:
    """Name the best paper and how many others there are, in at most 70 characters."""
    if not edition.entries:
        told = nothing or tongue.say("Nothing new")
        return f"{names.edition_title(edition, tongue)}: {told[:1].lower()}{told[1:]}"
    rest = len(edition.entries) - 1
    ending = tongue.count(", and %(n)s more", ", and %(n)s more", rest) if rest else ""
    best = paper_title(edition.entries[0].paper, tongue)
    return _short(best, _SUBJECT_CHARS - len(ending)) + ending


def _short(title: str, limit: int) -> str:
    """Shorten a title: to what stands before its last colon, if that is long enough to name it."""
    if len(title) <= limit:
        return title
    name, colon, _ = title[: limit + 1].rpartition(": ")
    return name if colon and len(name) > limit / 2 else cut(title, limit)


def preheader(edition: Edition, tongue: Tongue = ENGLISH, nothing: str = "") -> str:
    """Say what a list of mails shows beside the subject, and the subject does not: what follows."""
    titles = dict.fromkeys(legible(entry.paper.title) for entry in edition.entries[:_NAMED])
    best, *others = titles or [""]
    if others:
        also = tongue.say("Also: %(titles)s", titles="; ".join(filter(None, others)))
        return cut(also, _PREHEADER_CHARS)
    if not edition.entries:
        return summary(edition, tongue, nothing)
    paper = edition.entries[0].paper
    abstract = legible(paper.abstract)
    said = legible(paper.summary or "") or choose_tldr(abstract) or abstract
    return cut(said if said != best else summary(edition, tongue), _PREHEADER_CHARS)


def _common(edition: Edition, site: Site) -> dict[str, object]:
    return {
        "edition": edition,
        "site": site,
        "title": names.edition_title(edition, site.tongue),
        "web_url": names.edition_url(site, edition.name),
        "is_right_to_left": is_right_to_left,
        "feeds": names.feed_urls(site),
        "spark_size": MAIL_SIZE,
    }


def _values(copy: Copy, site: Site, layout: Layout, shape: Shape) -> dict[str, object]:
    edition, tongue = copy.edition, site.tongue
    return _common(edition, site) | {
        "subject": subject(edition, tongue, copy.nothing),
        "preheader": preheader(edition, tongue, copy.nothing),
        "summary": summary(edition, tongue, copy.nothing),
        "note": cut(lines(edition.note), _NOTE_SHARE * (shape.note or 0)),
        "groups": tuple(shortened(group, shape, layout.shorten) for group in copy.sections),
        "topics": copy.topics,
        "more": copy.more,
        "unsubscribe_url": copy.unsubscribe_url,
        "preferences_url": copy.preferences_url,
        "view_url": copy.view_url,
    }


def _letter(edition: Edition, site: Site, text: str, html: str) -> Letter:
    return Letter(
        name=edition.name,
        subject=subject(edition, site.tongue),
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
            ("List-Unsubscribe", (names.unsubscribe_url(site),)),
            ("Archived-At", (names.edition_url(site, edition.name),)),
        ),
    )
