"""Writes a feed as RSS 2.0 and as Atom (RFC 4287); the only module that knows `feedgen`.

What feedgen does by itself and is not wanted: new entries first, the channel's link from the last
one given, the time of the run in every date, the author of an RSS item only with an e-mail address.
Of several links of an entry it forgets the kinds, and for each date of RSS it switches the locale
of the whole process. So an extension of ours writes an entry's dates, links, authors and
categories; with that, and both formats from the same entries, it is also quick. Another writes the
links of a feed that feedgen leaves out of RSS: to its archive (RFC 5005) and to its hubs (WebSub).

Where a title or a name holds `&` or `<`, these are written by number, as the RSS Advisory Board's
profile wants it: some readers take `&lt;b>` in a title of RSS for a tag, but not `&#x3C;b>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from email.utils import format_datetime
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator
from lxml.etree import SubElement  # type: ignore[import-untyped]

from digest.render.feed_items import Feed, FeedItem

RSS_NAME = "rss.xml"
ATOM_NAME = "atom.xml"
_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_HISTORY = "http://purl.org/syndication/history/1.0"
_CREATOR = f"{{{_DC}}}creator"
_DETAILS = "details"
_KEPT: dict[FeedItem, tuple[bytes, bytes]] = {}
_MOST_KEPT = 8192
_KINDS = {RSS_NAME: "application/rss+xml", ATOM_NAME: "application/atom+xml"}


def write(feed: Feed) -> tuple[bytes, bytes]:
    """Return the feed as RSS and as Atom."""
    entries = _written_entries(feed)
    rss = _generator(feed, (), RSS_NAME).rss_str()
    atom = _generator(feed, (), ATOM_NAME).atom_str()
    rss = _filled(rss, b"</channel>", [entry for entry, _ in entries])
    atom = _filled(atom, b"</feed>", [entry for _, entry in entries])
    return _finished(feed, rss), _finished(feed, atom)


def write_atom(feed: Feed) -> bytes:
    """Return the feed as Atom alone."""
    entries = [_entry(item) for item in feed.items]
    return _finished(feed, _generator(feed, entries, ATOM_NAME).atom_str())


def _written_entries(feed: Feed) -> list[tuple[bytes, bytes]]:
    """Return the entries of a feed as RSS and as Atom; most stand in several feeds, and are kept.

    Those not kept are written as a feed, and cut out of it: the tags that part them stand in no
    text.
    """
    told = {item: _KEPT.get(item) for item in feed.items}
    if new := [item for item, written in told.items() if written is None]:
        entries = [_entry(item) for item in new]
        rss = _cut(_generator(feed, entries, RSS_NAME).rss_str(), b"item")
        atom = _cut(_generator(feed, entries, ATOM_NAME).atom_str(), b"entry")
        made = dict(zip(new, zip(rss, atom, strict=True), strict=True))
        told |= made
        _KEPT.update(made)
        while len(_KEPT) > _MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
    return [written for item in feed.items if (written := told[item])]


def _cut(xml: bytes, tag: bytes) -> list[bytes]:
    """Return each of the elements of a tag, which stand one after the other."""
    opening, closing = b"<%b>" % tag, b"</%b>" % tag
    within = xml[xml.index(opening) : xml.rindex(closing)]
    return [element + closing for element in within.split(closing)]


def _filled(xml: bytes, end: bytes, entries: Iterable[bytes]) -> bytes:
    """Put entries where they stand in a feed: at its end."""
    at = xml.rindex(end)
    return b"".join((xml[:at], *entries, xml[at:]))


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
        SubElement(entry, "published").text = item.published.isoformat(timespec="seconds")
        for name in item.authors:
            SubElement(SubElement(entry, "author"), "name").text = name
        for word in item.categories:
            SubElement(entry, "category", term=word)
        return entry


class _Head(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """What feedgen would not write at the head of a feed, and the namespaces used in it."""

    feed: Feed
    name: str

    def extend_ns(self) -> dict[str, str]:
        used = {"dc": _DC} if self.name == RSS_NAME else {}
        return used | ({"fh": _HISTORY} if self.feed.current else {})

    def extend_rss(self, rss: Any) -> Any:
        self._extend(rss[0], f"{{{_ATOM}}}link")
        return rss

    def extend_atom(self, feed: Any) -> Any:
        self._extend(feed, "link")
        return feed

    def _extend(self, head: Any, tag: str) -> None:
        if self.feed.current:
            SubElement(head, f"{{{_HISTORY}}}archive")
        for rel, folder in self._pages():
            SubElement(head, tag, rel=rel, href=folder + self.name, type=_KINDS[self.name])
        for hub in self.feed.hubs:
            SubElement(head, tag, rel="hub", href=hub)

    def _pages(self) -> Iterator[tuple[str, str]]:
        feed = self.feed
        pages = (("current", feed.current), ("prev-archive", feed.older))
        for rel, folder in (*pages, ("next-archive", feed.newer)):
            if folder:
                yield rel, folder


def _generator(feed: Feed, entries: Sequence[FeedEntry], name: str) -> FeedGenerator:
    generator = FeedGenerator()
    generator.register_extension(_DETAILS, _Head, _Details)
    generator.details.feed, generator.details.name = feed, name
    generator.id(feed.id)
    generator.title(feed.title)
    generator.subtitle(feed.description)
    generator.language(feed.language)
    generator.author({"name": feed.author})
    generator.generator("digest")
    own = feed.atom_name if name == ATOM_NAME else name
    generator.link(href=feed.folder + own, rel="self", type=_KINDS[name])
    generator.link(href=feed.home, rel="alternate", type="text/html")
    generator.updated(feed.updated)
    generator.entry([*entries])
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


def _finished(feed: Feed, xml: bytes) -> bytes:
    return (_by_number(xml) if _has_markup(feed) else xml) + b"\n"


def _has_markup(feed: Feed) -> bool:
    """Tell whether a text that is plain, not HTML, holds what looks like markup."""
    texts = [feed.title, feed.description, feed.author]
    for item in feed.items:
        texts += item.title, *item.authors, *item.categories
    joined = "".join(texts)
    return "&" in joined or "<" in joined


def _by_number(xml: bytes) -> bytes:
    """Write `&` and `<` in text by number; lxml writes these two names for nothing else."""
    return xml.replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")
