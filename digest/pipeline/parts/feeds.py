"""The feeds of papers, of editions and of what trends, with their archive pages; and all in a list.

The latest week and month grow with each day: they are told of once a later one has begun, as their
archive pages are. So a reader of the weekly feed meets each week once, whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from digest.edition import name_of
from digest.models import Cadence, Edition, EditionRecord, Rendered
from digest.pipeline.changes import Changes
from digest.render import feed_heads, feed_json, to_feed_list, to_feeds
from digest.render.feed_archives import ArchivePage
from digest.render.feed_entries import entries_of_editions
from digest.render.feed_items import FeedItem


def files(changes: Changes) -> Iterator[Rendered]:
    """Render the feeds, and of their archives what can have changed."""
    yield from _archives(changes)
    press, recent = changes.press, changes.recent_days
    unarchived = changes.unarchived(to_feeds.PAPERS)
    papers = to_feeds.papers_of(recent[:unarchived], changes.matcher)
    more = max(0, press.feed_papers - len(papers))
    papers += to_feeds.papers_of(recent[unarchived:], changes.matcher)[:more]
    yield from to_feeds.render(
        papers,
        recent[: max(press.feed_editions, changes.unarchived(to_feeds.EDITIONS))],
        press.site,
        press.templates,
        day=_latest(changes, to_feeds.PAPERS),
        week=_latest(changes, to_feeds.EDITIONS),
    )
    trending = to_feeds.trending_of(_whole_weeks(changes), press.site, changes.matcher)
    yield from to_feeds.render_trending(trending[: press.feed_papers], press.site, press.templates)
    yield from to_feed_list.render(press.site, press.templates, changes.matcher.topics)
    yield from _rollups(changes, Cadence.WEEK, to_feeds.WEEKLY)
    yield from _rollups(changes, Cadence.MONTH, to_feeds.MONTHLY)


def _rollups(changes: Changes, cadence: Cadence, folder: str) -> Iterator[Rendered]:
    site = changes.press.site
    head = feed_heads.of_editions(site, cadence)
    fresh: dict[str, tuple[FeedItem, ...]] = {}
    for page in changes.archives_to_render(folder):
        fresh[page.name] = _entries(changes, page.days)
        yield from to_feeds.render_archive(head, page, fresh[page.name], site)
    over = changes.records(cadence)[1:][: changes.press.feed_editions]
    items = [
        item
        for record in over
        for item in fresh.get(record.name) or _published(changes, folder, record)
    ]
    yield from to_feeds.render_feed(head, items, site, _latest(changes, folder))


def _published(changes: Changes, folder: str, record: EditionRecord) -> tuple[FeedItem, ...]:
    """Return the entry of an edition whose archive page stays: as it stands there, if it does.

    Composing a month takes as long as reading a hundred of them.
    """
    held = None
    if record.name in changes.archived(folder):
        held = changes.output.held(to_feeds.archive_path(folder, record.name))
    return feed_json.read(held or b"") or _entries(changes, (record,))


def _entries(changes: Changes, records: Sequence[EditionRecord]) -> tuple[FeedItem, ...]:
    editions = map(changes.edition, records)
    site, templates = changes.press.site, changes.press.templates
    return tuple(entries_of_editions(editions, site, templates, to_feeds.ROLLUP_TITLES))


def _archives(changes: Changes) -> Iterator[Rendered]:
    site, templates = changes.press.site, changes.press.templates
    for page in changes.archives_to_render(to_feeds.PAPERS):
        editions = _editions_of(changes, page)
        yield from to_feeds.render_archive_of_papers(
            page, editions, site, templates, changes.matcher
        )
    for page in changes.archives_to_render(to_feeds.EDITIONS):
        editions = _editions_of(changes, page)
        yield from to_feeds.render_archive_of_editions(page, editions, site, templates)


def _latest(changes: Changes, folder: str) -> str | None:
    """Name the latest archive page of a feed."""
    return next((page.name for page in changes.archives[folder]), None)


def _editions_of(changes: Changes, page: ArchivePage) -> list[Edition]:
    return [changes.edition(day) for day in page.days]


def _whole_weeks(changes: Changes) -> Sequence[Edition]:
    """Return the recent days, but those of a week that had others before."""
    recent = changes.recent_days
    if len(recent) == len(changes.days):
        return recent
    cut_week = name_of(changes.days[len(recent)].start, Cadence.WEEK)
    return list(takewhile(lambda day: name_of(day.start, Cadence.WEEK) != cut_week, recent))
