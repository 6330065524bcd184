"""The feed of one reader: what their mails told, each paper once, as an entry of its own.

Papers of an edition come when it is due to the reader, in the order of their mail. Who the reader
is stands in no entry: `address` puts that in, so that readers who chose the same share the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import jinja2

from digest.models import Choice, Edition, Site
from digest.render import names, to_feeds
from digest.render.feed_entries import FeedPaper
from digest.render.feed_items import Feed
from digest.render.matches import NO_TOPICS, Match, Matcher

_XML, _JSON = "xml", "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a reader was told of one edition, and when it was due to them (aware UTC)."""

    edition: Edition
    choice: Choice
    due: datetime


def compose(
    sent: Iterable[Sent], site: Site, templates: jinja2.Environment, matcher: Matcher = NO_TOPICS
) -> Feed:
    """Return the feed of who was sent this, the latest edition first; still without an address.

    A paper that was told of twice stays where it was first, for its entry is the same.
    """
    first: dict[str, FeedPaper] = {}
    for each in reversed(tuple(sent)):
        fresh: dict[str, FeedPaper] = {}
        for told in _papers(each, matcher):
            if told.paper.key not in first:
                fresh.setdefault(told.paper.key, told)
        first = fresh | first
    feed = to_feeds.feed_of(first.values(), site, templates)
    title = site.tongue.say("%(site)s: your papers", site=feed.title)
    return replace(feed, title=title, atom_name=_XML, json_name=_JSON)


def address(feed: Feed, site: Site, folder: str, mark: str) -> Feed:
    """Return the feed as one reader's: `folder` is its address up to the name of a format.

    `mark` stands for the reader for ever, also when the address changes.
    """
    return replace(feed, id=names.reader_tag_uri(site, mark), folder=f"{folder}.")


def _papers(sent: Sent, matcher: Matcher) -> Iterator[FeedPaper]:
    entries = sent.edition.entries
    for place, topics in zip(sent.choice.places, sent.choice.topics, strict=True):
        entry = entries[place]
        own = tuple(Match(title=topic) for topic in topics)
        yield FeedPaper(
            paper=entry.paper,
            announced=sent.due,
            edition=sent.edition.name,
            reason=entry.reason,
            note=entry.note,
            topics=own or matcher.of(entry.paper),
        )
