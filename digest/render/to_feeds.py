"""Renders the feeds: new papers in `feeds/`, editions in `feeds/editions/`; RSS, Atom, JSON Feed.

What an entry shows stands in `templates/feeds/`. Which papers and editions there are, and how many,
the caller says; here they are only put newest first. An entry keeps its id (a `tag:` URI) for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import jinja2

from digest.models import Cadence, Edition, Paper, Rendered, Site
from digest.render import feed_json, feed_xml, names
from digest.render.cards import author_line, groups, links_of, source_url, summary
from digest.render.feed_items import Feed, FeedItem
from digest.render.text import lines, one_line
from digest.text.legible import legible, legible_name

_FOLDER = "feeds"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPaper:
    """A new paper, and where and when it was announced (aware UTC). `note` is Markdown."""

    paper: Paper
    announced: datetime
    edition: str
    reason: str = ""
    note: str = ""


def papers_of(editions: Iterable[Edition]) -> tuple[FeedPaper, ...]:
    """Return the new papers of daily editions, newest first; roll-ups announce none."""
    papers = (
        FeedPaper(
            paper=entry.paper,
            announced=entry.announced,
            edition=edition.name,
            reason=entry.reason,
            note=entry.note,
        )
        for edition in editions
        if edition.cadence is Cadence.DAY
        for entry in edition.new
    )
    return tuple(sorted(papers, key=lambda paper: paper.announced, reverse=True))


def render(
    papers: Sequence[FeedPaper],
    editions: Sequence[Edition],
    site: Site,
    templates: jinja2.Environment,
) -> Iterator[Rendered]:
    """Yield the three feeds of papers and the three of editions, each newest first.

    Papers announced at the same time stay in the order given.
    """
    of_papers = tuple(_items_of_papers(papers, site, templates))
    of_editions = tuple(_items_of_editions(editions, site, templates))
    yield from _files(_FOLDER, _feed(of_papers, _FOLDER, "", names.tag_uri(site, ""), site))
    folder = f"{_FOLDER}/editions"
    feed_id = names.edition_tag_uri(site, "")
    yield from _files(folder, _feed(of_editions, folder, ": editions", feed_id, site))


def _items_of_papers(
    papers: Sequence[FeedPaper], site: Site, templates: jinja2.Environment
) -> Iterator[FeedItem]:
    template = templates.get_template("feeds/paper.html")
    for told in papers:
        paper = told.paper
        abstract = legible(paper.abstract)
        values = {
            "authors": author_line(paper.authors),
            "reason": one_line(told.reason),
            "note": lines(told.note),
            "abstract": abstract,
            "links": _links(paper),
            "edition_name": told.edition,
            "edition_url": names.edition_url(site, told.edition),
        }
        yield FeedItem(
            id=names.tag_uri(site, paper.key),
            url=names.paper_url(site, paper.slug),
            source=source_url(paper),
            title=legible(paper.title) or "Untitled",
            html=template.render(values),
            text=abstract,
            authors=_known(paper.authors),
            categories=_known(paper.keywords),
            published=told.announced,
            updated=told.announced,
        )


def _items_of_editions(
    editions: Sequence[Edition], site: Site, templates: jinja2.Environment
) -> Iterator[FeedItem]:
    template = templates.get_template("feeds/edition.html")
    for edition in editions:
        counts = summary(edition)
        values = {
            "summary": counts,
            "note": lines(edition.note),
            "groups": groups(edition, site),
        }
        yield FeedItem(
            id=names.edition_tag_uri(site, edition.name),
            url=names.edition_url(site, edition.name),
            title=names.edition_title(edition),
            html=template.render(values),
            text=counts,
            published=min((e.announced for e in edition.entries), default=edition.updated),
            updated=edition.updated,
        )


def _links(paper: Paper) -> tuple[tuple[str, str], ...]:
    links = (("Paper", source_url(paper)), *links_of(paper))
    return tuple((word, address) for word, address in links if address)


def _known(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in map(legible_name, texts) if text))


def _feed(items: tuple[FeedItem, ...], folder: str, ending: str, feed_id: str, site: Site) -> Feed:
    newest_first = tuple(sorted(items, key=lambda item: item.published, reverse=True))
    title = one_line(site.title) or "Papers"
    return Feed(
        id=feed_id,
        title=title + ending,
        description=one_line(site.description) or title,
        author=one_line(site.author) or title,
        language=site.language,
        home=names.url(site, ""),
        folder=names.url(site, f"{folder}/"),
        updated=max((item.updated for item in items), default=_beginning(site)),
        items=newest_first,
    )


def _beginning(site: Site) -> datetime:
    """Return a time for a feed that holds nothing yet; it must have one, and it must stay."""
    return datetime.fromisoformat(f"{site.tag_date}-01-01"[:10]).replace(tzinfo=UTC)


def _files(folder: str, feed: Feed) -> Iterator[Rendered]:
    rss, atom = feed_xml.write(feed)
    yield Rendered(path=f"{folder}/{feed_xml.RSS_NAME}", content=rss)
    yield Rendered(path=f"{folder}/{feed_xml.ATOM_NAME}", content=atom)
    yield Rendered(path=f"{folder}/{feed_json.NAME}", content=feed_json.write(feed))
