"""Writes a feed as RSS 2.0 and as Atom (RFC 4287); the only module that knows `feedgen`.

What feedgen does by itself and is not wanted: new entries first, the channel's link from the last
one given, the time of the run in every date, the author of an RSS item only with an e-mail address.
Of several links of an entry it forgets the kinds, and for each date of RSS it switches the locale
of the whole process. So an extension of ours writes an entry's dates, links, authors and
categories; with that, and both formats from the same entries, it is also quick.
"""

from __future__ import annotations

from email.utils import format_datetime
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator
from lxml.etree import SubElement  # type: ignore[import-untyped]

from digest.render.feed_items import Feed, FeedItem

RSS_NAME = "rss.xml"
ATOM_NAME = "atom.xml"
_DC = "http://purl.org/dc/elements/1.1/"
_CREATOR = f"{{{_DC}}}creator"
_DETAILS = "details"


def write(feed: Feed) -> tuple[bytes, bytes]:
    """Return the feed as RSS and as Atom."""
    entries = [_entry(item) for item in feed.items]
    rss = _generator(feed, entries, RSS_NAME, "application/rss+xml").rss_str()
    atom = _generator(feed, entries, ATOM_NAME, "application/atom+xml").atom_str()
    return rss + b"\n", atom + b"\n"


class _Details(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """What feedgen would write of an entry in its own way; see above."""

    item: FeedItem

    def extend_rss(self, entry: Any) -> Any:
        item = self.item
        SubElement(entry, "link").text = item.url
        SubElement(entry, "pubDate").text = format_datetime(item.published)
        for word in item.categories:
            SubElement(entry, "category").text = word
        for name in item.authors:
            SubElement(entry, _CREATOR).text = name
        return entry

    def extend_atom(self, entry: Any) -> Any:
        item = self.item
        SubElement(entry, "link", href=item.url, rel="alternate", type="text/html")
        if item.source:
            SubElement(entry, "link", href=item.source, rel="related")
        SubElement(entry, "published").text = item.published.isoformat()
        for name in item.authors:
            SubElement(SubElement(entry, "author"), "name").text = name
        for word in item.categories:
            SubElement(entry, "category", term=word)
        return entry


class _Namespaces(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """Names at the head of a feed what its entries use."""

    def extend_ns(self) -> dict[str, str]:
        return {"dc": _DC}


def _generator(feed: Feed, entries: list[FeedEntry], name: str, kind: str) -> FeedGenerator:
    generator = FeedGenerator()
    generator.register_extension(_DETAILS, _Namespaces, _Details, atom=False)
    generator.id(feed.id)
    generator.title(feed.title)
    generator.subtitle(feed.description)
    generator.language(feed.language)
    generator.author({"name": feed.author})
    generator.generator("digest")
    generator.link(href=feed.folder + name, rel="self", type=kind)
    generator.link(href=feed.home, rel="alternate", type="text/html")
    generator.updated(feed.updated)
    generator.entry(entries)
    return generator


def _entry(item: FeedItem) -> FeedEntry:
    entry = FeedEntry()
    entry.register_extension(_DETAILS, _Details)
    entry.details.item = item
    entry.id(item.id)
    entry.title(item.title)
    entry.content(item.html, type="html")
    entry.updated(item.updated)
    return entry
