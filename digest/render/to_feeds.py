"""Renders the feeds: new papers in `feeds/`, editions in `feeds/editions/` (days), `feeds/weekly/`
and `feeds/monthly/`, topics in `feeds/topics/`, `feeds/trending.*`; RSS, Atom, JSON Feed.

What an entry shows stands in `templates/feeds/`, what a feed says of itself in `feed_heads`. Which
papers and editions there are, and how many, the caller says. An entry keeps its id (a `tag:` URI)
for ever. Older entries stand in archive pages: `archive/2026-03-10.rss.xml` beside `rss.xml`, and
so on; how these are cut stands in `feed_archives`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import jinja2

from digest.edition import name_of
from digest.models import Cadence, Edition, Entry, Rendered, Site
from digest.render import feed_heads, feed_json, feed_xml, names
from digest.render.feed_archives import ArchivePage
from digest.render.feed_entries import FeedPaper, entries_of_editions, entries_of_papers
from digest.render.feed_heads import Head
from digest.render.feed_items import Feed, FeedItem
from digest.render.matches import NO_TOPICS, Matcher
from digest.topics import Topic

PAPERS = "feeds"
EDITIONS = names.EDITION_FEEDS[Cadence.DAY]
WEEKLY = names.EDITION_FEEDS[Cadence.WEEK]
MONTHLY = names.EDITION_FEEDS[Cadence.MONTH]
TOPICS = "feeds/topics"
ROLLUP_TITLES = 25
"""How many papers of a section the entry of a week or a month names."""

_FORMATS = (feed_xml.RSS_NAME, feed_xml.ATOM_NAME)


def papers_of(editions: Iterable[Edition], matcher: Matcher = NO_TOPICS) -> tuple[FeedPaper, ...]:
    """Return the new papers of daily editions, newest first; roll-ups announce none."""
    return _newest_first(
        _told(entry, edition, matcher)
        for edition in editions
        if edition.cadence is Cadence.DAY
        for entry in edition.new
    )


def trending_of(
    editions: Iterable[Edition], site: Site, matcher: Matcher = NO_TOPICS
) -> tuple[FeedPaper, ...]:
    """Return the papers that trend again in daily editions, newest first, each once a week.

    It is told on the first day of the week that it rises; the weeks have to be given whole.
    """
    first: dict[str, FeedPaper] = {}
    for edition in sorted(editions, key=lambda edition: edition.start):
        week = name_of(edition.start, Cadence.WEEK)
        for entry in edition.trending:
            lasting = names.trending_tag_uri(site, week, entry.paper.key)
            if lasting not in first:
                first[lasting] = replace(_told(entry, edition, matcher), id=lasting)
    return _newest_first(first.values())


def feed_of(papers: Iterable[FeedPaper], site: Site, templates: jinja2.Environment) -> Feed:
    """Return a feed of papers, given newest first, that leads to no archive and tells no hub."""
    entries = entries_of_papers(_told_apart(tuple(papers)), site, templates)
    return feed_heads.filled(feed_heads.of_papers(site), entries, site, hubs=False)


def render(
    papers: Sequence[FeedPaper],
    editions: Sequence[Edition],
    site: Site,
    templates: jinja2.Environment,
    *,
    day: str | None = None,
    week: str | None = None,
) -> Iterator[Rendered]:
    """Yield the three feeds of papers and the three of days, each newest first.

    Papers announced at the same time stay in the order given. `day` and `week` name the archive
    pages that come next, where there are any.
    """
    of_papers = entries_of_papers(papers, site, templates)
    yield from render_feed(feed_heads.of_papers(site), of_papers, site, day)
    of_editions = entries_of_editions(editions, site, templates)
    yield from render_feed(feed_heads.of_editions(site, Cadence.DAY), of_editions, site, week)


def render_feed(
    head: Head, items: Iterable[FeedItem], site: Site, older: str | None = None
) -> Iterator[Rendered]:
    """Yield a feed in its three formats; `older` names the archive page that comes next."""
    yield from files(head.start, feed_heads.filled(head, items, site, older=older))


def render_trending(
    papers: Sequence[FeedPaper], site: Site, templates: jinja2.Environment
) -> Iterator[Rendered]:
    """Yield the three feeds of papers that trend again, given newest first."""
    items = entries_of_papers(papers, site, templates)
    yield from render_feed(feed_heads.of_trending(site), items, site)


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
        items = found.get(topic.name, [])[:most]
        yield from render_feed(feed_heads.of_topic(site, topic), items, site)


def render_archive_of_papers(
    page: ArchivePage,
    editions: Iterable[Edition],
    site: Site,
    templates: jinja2.Environment,
    matcher: Matcher = NO_TOPICS,
) -> Iterator[Rendered]:
    """Yield an archive page of the feeds of papers: what these editions announced."""
    items = entries_of_papers(papers_of(editions, matcher), site, templates)
    yield from render_archive(feed_heads.of_papers(site), page, items, site)


def render_archive_of_editions(
    page: ArchivePage, editions: Iterable[Edition], site: Site, templates: jinja2.Environment
) -> Iterator[Rendered]:
    """Yield an archive page of the feeds of days."""
    items = entries_of_editions(editions, site, templates)
    yield from render_archive(feed_heads.of_editions(site, Cadence.DAY), page, items, site)


def render_archive(
    head: Head, page: ArchivePage, items: Iterable[FeedItem], site: Site
) -> Iterator[Rendered]:
    """Yield an archive page of a feed in its three formats."""
    feed = feed_heads.archived(head, page, items, site)
    yield from files(feed_heads.archive_start(head.start, page.name), feed)


def archive_folder(folder: str) -> str:
    """Name the folder of a feed's archive pages, relative to the output."""
    return f"{folder}/archive"


def archive_path(folder: str, name: str) -> str:
    """Name an archive page as JSON Feed, relative to the output."""
    return f"{archive_folder(folder)}/{name}.{feed_json.NAME}"


def archive_pages(names_: Iterable[str]) -> frozenset[str]:
    """Name the archive pages whose files, the last that is written too, are among those named."""
    last = f".{feed_json.NAME}"
    return frozenset(name.removesuffix(last) for name in names_ if name.endswith(last))


def files(start: str, feed: Feed) -> Iterator[Rendered]:
    """Yield a feed in its three formats; `start` is the path that their names are added to."""
    written = (*feed_xml.write(feed), feed_json.write(feed))
    for name, content in zip((*_FORMATS, feed.json_name), written, strict=True):
        yield Rendered(path=start + name, content=content)


def _told(entry: Entry, edition: Edition, matcher: Matcher) -> FeedPaper:
    return FeedPaper(
        paper=entry.paper,
        announced=entry.announced,
        edition=edition.name,
        reason=entry.reason,
        note=entry.note,
        topics=matcher.of(entry.paper),
    )


def _newest_first(papers: Iterable[FeedPaper]) -> tuple[FeedPaper, ...]:
    return _told_apart(sorted(papers, key=lambda paper: paper.announced, reverse=True))


def _told_apart(papers: Sequence[FeedPaper]) -> tuple[FeedPaper, ...]:
    """Move papers that were announced at one time, given newest first, microseconds apart."""
    apart = feed_heads.told_apart([paper.announced for paper in papers])
    return tuple(
        replace(paper, announced=moment) for paper, moment in zip(papers, apart, strict=True)
    )
