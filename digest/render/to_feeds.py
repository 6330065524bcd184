"""Renders the feeds: new papers in `feeds/`, editions in `feeds/editions/`, topics in
`feeds/topics/`; RSS, Atom, JSON Feed.

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
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jinja2

from digest.models import Cadence, Edition, Rendered, Site
from digest.render import feed_json, feed_xml, names
from digest.render.feed_archives import ArchivePage
from digest.render.feed_entries import FeedPaper, entries_of_editions, entries_of_papers
from digest.render.feed_items import Feed, FeedItem
from digest.render.matches import NO_TOPICS, Matcher, title_of
from digest.render.text import one_line
from digest.topics import Topic

PAPERS = "feeds"
EDITIONS = "feeds/editions"
TOPICS = "feeds/topics"
_FORMATS = (feed_xml.RSS_NAME, feed_xml.ATOM_NAME)


def papers_of(editions: Iterable[Edition], matcher: Matcher = NO_TOPICS) -> tuple[FeedPaper, ...]:
    """Return the new papers of daily editions, newest first; roll-ups announce none."""
    papers = (
        FeedPaper(
            paper=entry.paper,
            announced=entry.announced,
            edition=edition.name,
            reason=entry.reason,
            note=entry.note,
            topics=matcher.of(entry.paper),
        )
        for edition in editions
        if edition.cadence is Cadence.DAY
        for entry in edition.new
    )
    newest_first = sorted(papers, key=lambda paper: paper.announced, reverse=True)
    return _told_apart(newest_first)


def feed_of(papers: Iterable[FeedPaper], site: Site, templates: jinja2.Environment) -> Feed:
    """Return a feed of papers, given newest first, that leads to no archive and tells no hub."""
    entries = entries_of_papers(_told_apart(tuple(papers)), site, templates)
    return _of(site, PAPERS, entries, hubs=False)


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
    of_papers = entries_of_papers(papers, site, templates)
    yield from _files(f"{PAPERS}/", _of(site, PAPERS, of_papers, older=day))
    of_editions = entries_of_editions(editions, site, templates)
    yield from _files(f"{EDITIONS}/", _of(site, EDITIONS, of_editions, older=week))


def render_topics(
    papers: Iterable[FeedPaper],
    topics: Iterable[Topic],
    site: Site,
    templates: jinja2.Environment,
    most: int | None = None,
) -> Iterator[Rendered]:
    """Yield the three feeds of each topic: the `most` latest of the papers, given newest first."""
    told = [paper for paper in papers if paper.topics]
    found: dict[str, list[FeedItem]] = {}
    for item, paper in zip(entries_of_papers(told, site, templates), told, strict=True):
        for match in paper.topics:
            found.setdefault(match.name, []).append(item)
    for topic in topics:
        feed = _of_topic(topic, _of(site, PAPERS, found.get(topic.name, [])[:most]), site)
        yield from _files(f"{TOPICS}/{topic.name}.", feed)


def render_archive_of_papers(
    page: ArchivePage,
    editions: Iterable[Edition],
    site: Site,
    templates: jinja2.Environment,
    matcher: Matcher = NO_TOPICS,
) -> Iterator[Rendered]:
    """Yield an archive page of the feeds of papers: what these editions announced."""
    items = entries_of_papers(papers_of(editions, matcher), site, templates)
    yield from _archive_files(PAPERS, page, items, site)


def render_archive_of_editions(
    page: ArchivePage, editions: Iterable[Edition], site: Site, templates: jinja2.Environment
) -> Iterator[Rendered]:
    """Yield an archive page of the feeds of editions."""
    items = entries_of_editions(editions, site, templates)
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
    title = one_line(site.title) or site.tongue.say("Papers")
    is_of_papers = folder == PAPERS
    return Feed(
        id=names.tag_uri(site, "") if is_of_papers else names.edition_tag_uri(site, ""),
        title=title if is_of_papers else site.tongue.say("%(site)s: editions", site=title),
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


def _of_topic(topic: Topic, feed: Feed, site: Site) -> Feed:
    """Return a feed of papers as that of a topic."""
    title = title_of(topic)
    return replace(
        feed,
        id=names.topic_tag_uri(site, topic.name),
        title=f"{feed.title}: {title}",
        description=site.tongue.say(
            "New papers on %(topic)s, found by %(site)s", topic=title, site=feed.title
        ),
        home=names.topic_url(site, topic.name),
        folder=names.url(site, f"{TOPICS}/{topic.name}."),
        json_name="json",
    )


def _told_apart(papers: Sequence[FeedPaper]) -> tuple[FeedPaper, ...]:
    """Move papers that were announced at one time, given newest first, microseconds apart."""
    apart = _apart([paper.announced for paper in papers])
    return tuple(
        replace(paper, announced=moment) for paper, moment in zip(papers, apart, strict=True)
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
    for name, content in zip((*_FORMATS, feed.json_name), written, strict=True):
        yield Rendered(path=start + name, content=content)
