"""The feeds of papers and of editions, their archive pages before the feeds that lead to them."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Edition, Rendered
from digest.pipeline.changes import Changes
from digest.render import to_feeds
from digest.render.feed_archives import ArchivePage


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
