"""Writes a feed as RSS 2.0 and as Atom (RFC 4287); the only module that knows `feedgen`.

What feedgen does by itself and is not wanted: new entries first, the channel's link from the last
one given, the time of the run in every date, the author of an RSS item only with an e-mail address.
Both formats are written from the same entries, which is what keeps it quick.
"""

from __future__ import annotations

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator
from lxml.etree import SubElement, _Element

from digest.render.feed_items import Feed, FeedItem

RSS_NAME = "rss.xml"
ATOM_NAME = "atom.xml"
_DC = "http://purl.org/dc/elements/1.1/"


def write(feed: Feed) -> tuple[bytes, bytes]:
    """Return the feed as RSS and as Atom."""
    entries = [_entry(item) for item in feed.items]
    rss = _generator(feed, entries, RSS_NAME, "application/rss+xml").rss_str()
    atom = _generator(feed, entries, ATOM_NAME, "application/atom+xml").atom_str()
    return rss + b"\n", atom + b"\n"


class _Creators(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """The authors of an RSS item, as `dc:creator`."""

    names: tuple[str, ...] = ()

    def extend_ns(self) -> dict[str, str]:
        return {"dc": _DC}

    def extend_rss(self, item: _Element) -> _Element:
        for name in self.names:
            SubElement(item, f"{{{_DC}}}creator").text = name
        return item


def _generator(feed: Feed, entries: list[FeedEntry], name: str, kind: str) -> FeedGenerator:
    generator = FeedGenerator()
    generator.register_extension("creators", _Creators, _Creators, atom=False, rss=True)
    generator.id(feed.id)
    generator.title(feed.title)
    generator.subtitle(feed.description)
    generator.language(feed.language)
    generator.author({"name": feed.author})
    generator.generator("digest")
    generator.link(href=feed.folder + name, rel="self", type=kind)
    generator.link(href=feed.home, rel="alternate", type="text/html")
    generator.updated(feed.updated)
    generator.entry(entries, replace=True)
    return generator


def _entry(item: FeedItem) -> FeedEntry:
    entry = FeedEntry()
    entry.register_extension("creators", _Creators, atom=False, rss=True)
    entry.creators.names = item.authors
    entry.id(item.id)
    entry.title(item.title)
    entry.content(item.html, type="html")
    links = [{"href": item.url, "rel": "alternate", "type": "text/html"}]
    if item.source:
        links.append({"href": item.source, "rel": "related"})
    entry.link(links)
    entry.author([{"name": name} for name in item.authors])
    entry.category([{"term": word} for word in item.categories])
    entry.published(item.published)
    entry.updated(item.updated)
    return entry
