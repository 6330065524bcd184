"""The pages and feeds of topics, of the same days as the feeds of papers."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Rendered
from digest.pipeline.changes import Changes
from digest.render import to_feeds, to_site, to_topics
from digest.render.to_sitemap import Place


def files(changes: Changes) -> Iterator[Rendered]:
    """Render them, if there are any."""
    press, recent, matcher = changes.press, changes.recent_days, changes.matcher
    if not matcher.topics:
        return
    papers, most = to_feeds.papers_of(recent, matcher), press.feed_papers
    yield from to_feeds.render_topics(papers, matcher.topics, press.site, press.templates, most)
    yield from to_topics.render(recent, press.site, press.templates, matcher, most)


def gone(changes: Changes) -> Iterator[str]:
    """Name what topics left that are not among the settings any more."""
    return to_topics.gone(changes.output.names(to_feeds.TOPICS), changes.matcher)


def places(changes: Changes) -> Iterator[Place]:
    """Name the pages of topics for the map of the site."""
    latest = changes.days[0].end if changes.days else None
    paths = [to_site.topic_path(topic.name) for topic in changes.matcher.topics]
    for path in (to_site.TOPICS, *paths) if paths else ():
        yield Place(path=path, day=latest)
