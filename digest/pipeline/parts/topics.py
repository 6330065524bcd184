"""The pages and feeds of topics, of the same days as the feeds of papers; and what topics leave."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Rendered
from digest.pipeline.changes import Changes
from digest.render import to_feeds, to_left, to_site, to_topics
from digest.render.charts import curve
from digest.render.to_sitemap import Place
from digest.render.to_topics import Weeks


def files(changes: Changes) -> Iterator[Rendered]:
    """Render them, if there are any, and where they were before; and of others that they ended."""
    press, recent, matcher = changes.press, changes.recent_days, changes.matcher
    names = changes.output.names(to_topics.FOLDER)
    yield from to_left.render_ended(names, matcher, press.site, press.templates)
    if not matcher.topics:
        return
    papers, most = to_feeds.papers_of(recent, matcher), press.feed_papers
    feeds = to_feeds.render_topics(papers, matcher.topics, press.site, press.templates, most)
    for topic in matcher.topics:
        yield from to_left.render_renamed(topic, press.site, press.templates)
    yield from to_left.with_former_feeds(feeds, matcher)
    weeks = _weeks(changes)
    yield from to_topics.render(recent, press.site, press.templates, matcher, most, weeks)


def _weeks(changes: Changes) -> Weeks | None:
    """Count the days of half a year; only what changed is looked at again."""
    if not changes.days:
        return None
    last, first = changes.days[0].start, changes.days[-1].start
    since = max(first, curve.first_week(last))
    days = changes.count(record for record in changes.days if record.start >= since)
    return Weeks(days=days, since=since, last=last)


def gone(changes: Changes) -> Iterator[str]:
    """Name the feeds of topics that are not among the settings any more."""
    return to_topics.gone(changes.output.names(to_feeds.TOPICS), changes.matcher)


def places(changes: Changes) -> Iterator[Place]:
    """Name the pages of topics for the map of the site."""
    paths = [to_site.topic_path(topic.name) for topic in changes.matcher.topics]
    for path in (to_site.TOPICS, *paths) if paths else ():
        yield Place(path=path, day=changes.latest_day)
