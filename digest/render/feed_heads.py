"""What a feed says of itself: which it is, what it is called, where it leads; its entries in order.

Which papers and editions a feed holds is said elsewhere. Here they are put newest first, and apart:
papers of one dump are announced at one time, while Atom's readers and validators want to tell
entries apart by when they were updated. So there they are microseconds apart, the first the latest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from digest.models import Cadence, Period, Site, phrase
from digest.render import names
from digest.render.feed_archives import ArchivePage
from digest.render.feed_items import Feed, FeedItem
from digest.render.matches import title_of
from digest.render.text import one_line
from digest.topics import Topic

_WORDS = {
    Cadence.DAY: phrase("%(site)s: editions"),
    Cadence.WEEK: phrase("%(site)s: weekly editions"),
    Cadence.MONTH: phrase("%(site)s: monthly editions"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A feed without its entries. `start` is the path that each format's file name is added to."""

    id: str
    title: str
    description: str
    home: str
    start: str
    json_name: str = "feed.json"


def of_papers(site: Site) -> Head:
    """Return the head of the feed of all new papers."""
    title = _title(site)
    return Head(
        id=names.tag_uri(site, ""),
        title=title,
        description=one_line(site.description) or title,
        home=names.url(site, ""),
        start="feeds/",
    )


def of_editions(site: Site, cadence: Cadence) -> Head:
    """Return the head of the feed of the editions of a cadence."""
    start = f"{names.EDITION_FEEDS[cadence]}/"
    is_first = cadence is Cadence.DAY  # its id is older than the other feeds
    lasting = names.feed_tag_uri(site, start.split("/")[1])
    return replace(
        of_papers(site),
        id=names.edition_tag_uri(site, "") if is_first else lasting,
        title=site.tongue.say(_WORDS[cadence], site=_title(site)),
        start=start,
    )


def of_trending(site: Site) -> Head:
    """Return the head of the feed of papers that trend again."""
    title = _title(site)
    return replace(
        of_papers(site),
        id=names.feed_tag_uri(site, "trending"),
        title=site.tongue.say("%(site)s: trending again", site=title),
        description=site.tongue.say(
            "Papers known to %(site)s that rise again, each once a week", site=title
        ),
        home=names.url(site, f"{names.trending_folder(Period.NOW)}/"),
        start="feeds/trending.",
        json_name="json",
    )


def of_topic(site: Site, topic: Topic) -> Head:
    """Return the head of the feed of a topic."""
    feed, title = _title(site), title_of(topic)
    return Head(
        id=names.topic_tag_uri(site, topic.name),
        title=f"{feed}: {title}",
        description=site.tongue.say(
            "New papers on %(topic)s, found by %(site)s", topic=title, site=feed
        ),
        home=names.topic_url(site, topic.name),
        start=f"feeds/topics/{topic.name}.",
        json_name="json",
    )


def filled(
    head: Head,
    items: Iterable[FeedItem],
    site: Site,
    *,
    older: str | None = None,
    hubs: bool = True,
) -> Feed:
    """Return the feed with its entries; `older` names the archive page that comes next."""
    newest_first = sorted(items, key=lambda item: (item.published, item.updated), reverse=True)
    apart = told_apart([item.updated for item in newest_first])
    return Feed(
        id=head.id,
        title=head.title,
        description=head.description,
        author=one_line(site.author) or _title(site),
        language=site.language,
        home=head.home,
        folder=names.url(site, head.start),
        updated=max(apart, default=_beginning(site)),
        items=tuple(
            item if item.updated == moment else replace(item, updated=moment)
            for item, moment in zip(newest_first, apart, strict=True)
        ),
        older=older and names.url(site, archive_start(head.start, older)),
        hubs=site.hubs if hubs else (),
        json_name=head.json_name,
    )


def archived(head: Head, page: ArchivePage, items: Iterable[FeedItem], site: Site) -> Feed:
    """Return an archive page of a feed: it names no hub, for nobody waits for it."""
    feed = filled(head, items, site, older=page.older, hubs=False)
    return replace(
        feed,
        folder=names.url(site, archive_start(head.start, page.name)),
        newer=page.newer and names.url(site, archive_start(head.start, page.newer)),
        current=feed.folder,
    )


def archive_start(start: str, name: str) -> str:
    """Name an archive page of a feed in a folder, as what a format's file name is added to."""
    return f"{start}archive/{name}."


def told_apart(moments: Sequence[datetime]) -> list[datetime]:
    """Move equal moments, given newest first, microseconds apart; the last of them stays."""
    met: Counter[datetime] = Counter()
    apart = []
    for moment in reversed(moments):
        apart.append(moment + timedelta(microseconds=met[moment]))
        met[moment] += 1
    return apart[::-1]


def _title(site: Site) -> str:
    return one_line(site.title) or site.tongue.say("Papers")


def _beginning(site: Site) -> datetime:
    """Return a time for a feed that holds nothing yet; it must have one, and it must stay."""
    return datetime.fromisoformat(f"{site.tag_date}-01-01"[:10]).replace(tzinfo=UTC)
