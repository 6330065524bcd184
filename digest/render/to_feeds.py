"""Renders the feeds: new papers in `feeds/`, editions in `feeds/editions/`; RSS, Atom, JSON Feed.

What an entry shows stands in `templates/feeds/`. Which papers and editions there are, and how many,
the caller says; here they are only put newest first. An entry keeps its id (a `tag:` URI) for ever.
Older entries stand in archive pages: `archive/2026-03-10.rss.xml` beside `rss.xml`, and so on; how
these are cut stands in `feed_archives`.

Papers of one dump are announced at one time, while Atom's readers and validators want to tell
entries apart by when they were updated: so there they are microseconds apart, the first the latest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import jinja2

from digest.models import Cadence, Edition, Paper, Rendered, Site
from digest.render import feed_json, feed_xml, names
from digest.render.cards import author_line, groups, links_of, source_url, summary
from digest.render.feed_archives import ArchivePage
from digest.render.feed_items import Feed, FeedItem
from digest.render.text import legible_paragraphs, lines, one_line
from digest.text.legible import legible, legible_name

PAPERS = "feeds"
EDITIONS = "feeds/editions"
_FORMATS = (feed_xml.RSS_NAME, feed_xml.ATOM_NAME, feed_json.NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPaper:
    """A new paper, and where and when it was announced (aware UTC). `note` is Markdown.

    Fractions of a second only tell which paper of one announcement stands before which.
    """

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
    newest_first = sorted(papers, key=lambda paper: paper.announced, reverse=True)
    apart = _apart([paper.announced for paper in newest_first])
    return tuple(
        replace(paper, announced=moment) for paper, moment in zip(newest_first, apart, strict=True)
    )


def render(
    papers: Sequence[FeedPaper],
    editions: Sequence[Edition],
    site: Site,
    templates: jinja2.Environment,
    *,
    day: str | None = None,
    week: str | None = None,
) -> Iterator[Rendered]:
    """Yield the three feeds of papers and the three of editions, each newest first.

    Papers announced at the same time stay in the order given. `day` and `week` name the archive
    pages that come next, where there are any.
    """
    of_papers = _items_of_papers(papers, site, templates)
    yield from _files(f"{PAPERS}/", _of(site, PAPERS, of_papers, older=day))
    of_editions = _items_of_editions(editions, site, templates)
    yield from _files(f"{EDITIONS}/", _of(site, EDITIONS, of_editions, older=week))


def render_archive_of_papers(
    page: ArchivePage, editions: Iterable[Edition], site: Site, templates: jinja2.Environment
) -> Iterator[Rendered]:
    """Yield an archive page of the feeds of papers: what these editions announced."""
    items = _items_of_papers(papers_of(editions), site, templates)
    yield from _archive_files(PAPERS, page, items, site)


def render_archive_of_editions(
    page: ArchivePage, editions: Iterable[Edition], site: Site, templates: jinja2.Environment
) -> Iterator[Rendered]:
    """Yield an archive page of the feeds of editions."""
    items = _items_of_editions(editions, site, templates)
    yield from _archive_files(EDITIONS, page, items, site)


def render_archive_opening(folder: str, page: ArchivePage, site: Site) -> Iterator[Rendered]:
    """Yield what stands in for an archive page until it comes: it holds nothing, leads nowhere."""
    yield from _archive_files(folder, replace(page, older=None, newer=None), (), site)


def archive_folder(folder: str) -> str:
    """Name the folder of a feed's archive pages, relative to the output."""
    return f"{folder}/archive"


def archive_pages(files: Iterable[str]) -> frozenset[str]:
    """Name the archive pages whose files, the last that is written too, are among those named."""
    last = f".{feed_json.NAME}"
    return frozenset(name.removesuffix(last) for name in files if name.endswith(last))


def _items_of_papers(
    papers: Sequence[FeedPaper], site: Site, templates: jinja2.Environment
) -> Iterator[FeedItem]:
    template = templates.get_template("feeds/paper.html")
    for told in papers:
        paper = told.paper
        paragraphs = legible_paragraphs(paper)
        abstract = " ".join(paragraphs)
        values = {
            "authors": author_line(paper.authors),
            "reason": one_line(told.reason),
            "note": lines(told.note),
            "abstract": abstract,
            "paragraphs": paragraphs,
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
            published=told.announced.replace(microsecond=0),
            updated=told.announced,
        )


def _items_of_editions(
    editions: Iterable[Edition], site: Site, templates: jinja2.Environment
) -> Iterator[FeedItem]:
    template = templates.get_template("feeds/edition.html")
    for edition in editions:
        counts = summary(edition)
        values = {
            "summary": counts,
            "note": lines(edition.note),
            "groups": groups(_titles_of(edition), site),
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


def _titles_of(edition: Edition) -> Edition:
    """Leave out what a list of titles does not show: making it legible is most of the work."""
    new, trending, revised = (
        tuple(replace(e, paper=replace(e.paper, abstract="", authors=())) for e in section)
        for section in (edition.new, edition.trending, edition.revised)
    )
    return replace(edition, new=new, trending=trending, revised=revised)


def _links(paper: Paper) -> tuple[tuple[str, str], ...]:
    links = (("Paper", source_url(paper)), *links_of(paper))
    return tuple((word, address) for word, address in links if address)


def _known(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in map(legible_name, texts) if text))


def _of(
    site: Site,
    folder: str,
    items: Iterable[FeedItem],
    *,
    older: str | None = None,
    hubs: bool = True,
) -> Feed:
    """Return the feed of a folder, its entries newest first and apart from each other."""
    newest_first = sorted(items, key=lambda item: (item.published, item.updated), reverse=True)
    apart = _apart([item.updated for item in newest_first])
    title = one_line(site.title) or "Papers"
    is_of_papers = folder == PAPERS
    return Feed(
        id=names.tag_uri(site, "") if is_of_papers else names.edition_tag_uri(site, ""),
        title=title if is_of_papers else f"{title}: editions",
        description=one_line(site.description) or title,
        author=one_line(site.author) or title,
        language=site.language,
        home=names.url(site, ""),
        folder=names.url(site, f"{folder}/"),
        updated=max(apart, default=_beginning(site)),
        items=tuple(
            replace(item, updated=moment) for item, moment in zip(newest_first, apart, strict=True)
        ),
        older=older and names.url(site, _archive(folder, older)),
        hubs=site.hubs if hubs else (),
    )


def _apart(moments: Sequence[datetime]) -> list[datetime]:
    """Move equal moments, given newest first, microseconds apart; the last of them stays."""
    met: Counter[datetime] = Counter()
    apart = []
    for moment in reversed(moments):
        apart.append(moment + timedelta(microseconds=met[moment]))
        met[moment] += 1
    return apart[::-1]


def _beginning(site: Site) -> datetime:
    """Return a time for a feed that holds nothing yet; it must have one, and it must stay."""
    return datetime.fromisoformat(f"{site.tag_date}-01-01"[:10]).replace(tzinfo=UTC)


def _archive_files(
    folder: str, page: ArchivePage, items: Iterable[FeedItem], site: Site
) -> Iterator[Rendered]:
    feed = _of(site, folder, items, older=page.older, hubs=False)
    own = _archive(folder, page.name)
    archive = replace(
        feed,
        folder=names.url(site, own),
        newer=page.newer and names.url(site, _archive(folder, page.newer)),
        current=feed.folder,
    )
    yield from _files(own, archive)


def _archive(folder: str, name: str) -> str:
    """Name an archive page as what the file name of each format is added to."""
    return f"{archive_folder(folder)}/{name}."


def _files(start: str, feed: Feed) -> Iterator[Rendered]:
    written = (*feed_xml.write(feed), feed_json.write(feed))
    for name, content in zip(_FORMATS, written, strict=True):
        yield Rendered(path=start + name, content=content)
