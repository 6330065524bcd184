"""The entries of feeds, made of papers and of editions: what is said of each, all text made safe.

What an entry shows stands in `templates/feeds/`. Which there are in a feed, in which order and
apart by how much, is the matter of `to_feeds`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import jinja2

from digest.models import Cadence, Edition, Paper, Site, Tongue
from digest.render import names
from digest.render.cards import (
    Group,
    author_line,
    groups,
    links_of,
    paper_title,
    source_url,
    summary,
)
from digest.render.feed_items import FeedItem
from digest.render.matches import Match
from digest.render.text import legible_paragraphs, lines, one_line
from digest.text.legible import legible_name


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPaper:
    """A new paper, and where and when it was announced (aware UTC). `note` is Markdown.

    Fractions of a second only tell which paper of one announcement stands before which. `id` is
    that of its entry, where this is not the one that announces the paper.
    """

    paper: Paper
    announced: datetime
    edition: str
    reason: str = ""
    note: str = ""
    topics: tuple[Match, ...] = ()
    id: str = ""


def entries_of_papers(
    papers: Iterable[FeedPaper], site: Site, templates: jinja2.Environment
) -> Iterator[FeedItem]:
    """Yield the entry of each paper."""
    template = templates.get_template("feeds/paper.html")
    for told in papers:
        paper = told.paper
        paragraphs = legible_paragraphs(paper)
        abstract = " ".join(paragraphs)
        values = {
            "authors": author_line(paper.authors, site.tongue),
            "reason": one_line(told.reason),
            "note": lines(told.note),
            "abstract": abstract,
            "paragraphs": paragraphs,
            "links": _links(paper, site.tongue),
            "edition_name": told.edition,
            "edition_url": names.edition_url(site, told.edition),
        }
        yield FeedItem(
            id=told.id or names.tag_uri(site, paper.key),
            url=names.paper_url(site, paper.slug),
            source=source_url(paper),
            title=paper_title(paper, site.tongue),
            html=template.render(values),
            text=abstract,
            authors=_known(paper.authors),
            categories=_categories(told),
            published=told.announced.replace(microsecond=0),
            updated=told.announced,
        )


def entries_of_editions(
    editions: Iterable[Edition],
    site: Site,
    templates: jinja2.Environment,
    most: int | None = None,
) -> Iterator[FeedItem]:
    """Yield the entry of each edition: its titles, of each section at most so many."""
    template = templates.get_template("feeds/edition.html")
    for edition in editions:
        counts = summary(edition, site.tongue)
        values = {
            "summary": counts,
            "note": lines(edition.note),
            "groups": _groups(edition, site, most),
            "edition_url": names.edition_url(site, edition.name),
        }
        yield FeedItem(
            id=names.edition_tag_uri(site, edition.name),
            url=names.edition_url(site, edition.name),
            title=names.edition_title(edition, site.tongue),
            html=template.render(values),
            text=counts,
            published=_published(edition),
            updated=edition.updated,
        )


def _published(edition: Edition) -> datetime:
    """Return when a day announced its first paper, and when a week or a month was whole."""
    if edition.cadence is not Cadence.DAY:
        return edition.updated
    return min((entry.announced for entry in edition.entries), default=edition.updated)


def _groups(edition: Edition, site: Site, most: int | None) -> tuple[Group, ...]:
    """Lay out the sections of an edition, of each at most so many papers."""
    counts = (len(edition.new), len(edition.trending), len(edition.revised))
    cut = replace(
        edition,
        new=edition.new[:most],
        trending=edition.trending[:most],
        revised=edition.revised[:most],
    )
    laid_out = zip(groups(_titles_of(cut), site), counts, strict=True)
    return tuple(replace(group, more=count - len(group.cards)) for group, count in laid_out)


def _titles_of(edition: Edition) -> Edition:
    """Leave out what a list of titles does not show: making it legible is most of the work."""
    new, trending, revised = (
        tuple(replace(e, paper=replace(e.paper, abstract="", authors=())) for e in section)
        for section in (edition.new, edition.trending, edition.revised)
    )
    return replace(edition, new=new, trending=trending, revised=revised)


def _links(paper: Paper, tongue: Tongue) -> tuple[tuple[str, str], ...]:
    links = ((tongue.say("Paper"), source_url(paper)), *links_of(paper, tongue))
    return tuple((word, address) for word, address in links if address)


def _categories(told: FeedPaper) -> tuple[str, ...]:
    """Return the keywords of a paper, then the topics that it matches."""
    topics = (match.title for match in told.topics)
    return tuple(dict.fromkeys((*_known(told.paper.keywords), *topics)))


def _known(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in map(legible_name, texts) if text))
