"""Writes a feed as RSS 2.0 and as Atom (RFC 4287); the only module that knows `feedgen`.

    the shape of a head ─▶ feedgen, once ─▶ filled with what a feed says of itself, its entries

feedgen makes the heads, of which there are few that differ in more than words: those are filled
into holes. What it does by itself and is not wanted: the channel's link from the last one given, no
links in RSS to a feed's archive (RFC 5005) and to its hubs (WebSub). An extension of ours writes
these links. Entries are `feed_marks`'; most stand in several feeds, and are kept.

Where a title or a name holds `&` or `<`, these are written by number, as the RSS Advisory Board's
profile wants it: some readers take `&lt;b>` in a title of RSS for a tag, but not `&#x3C;b>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, NamedTuple

from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator
from lxml.etree import SubElement  # type: ignore[import-untyped]

from digest.render import feed_marks
from digest.render.feed_items import Feed, FeedItem

RSS_NAME = "rss.xml"
ATOM_NAME = "atom.xml"
_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_HISTORY = "http://purl.org/syndication/history/1.0"
_DETAILS = "details"
_KINDS = {RSS_NAME: "application/rss+xml", ATOM_NAME: "application/atom+xml"}
_ENDS = {RSS_NAME: "</channel>", ATOM_NAME: "</feed>"}
_HOLES = ("id", "title", "description", "home", "folder", "older", "newer", "current")
_HOLE = re.compile("\ue000([a-z]+)\ue001")
_WHENEVER = datetime(2000, 1, 1, tzinfo=UTC)
_WHEN = re.compile("(<lastBuildDate>|<updated>)[^<]*")


class _Entry(NamedTuple):
    """An entry in both formats; `has_markup` tells of what is plain in it, not HTML."""

    rss: bytes
    atom: bytes
    has_markup: bool


def write(feed: Feed) -> tuple[bytes, bytes]:
    """Return the feed as RSS and as Atom."""
    entries, shape = [_entry(item) for item in feed.items], _shape(feed)
    rss = _written(feed, shape, RSS_NAME, [entry.rss for entry in entries])
    atom = _written(feed, shape, ATOM_NAME, [entry.atom for entry in entries])
    is_plain = not _has_markup((feed.title, feed.description, feed.author))
    if is_plain and not any(entry.has_markup for entry in entries):
        return rss, atom
    return _by_number(rss), _by_number(atom)


def write_atom(feed: Feed) -> bytes:
    """Return the feed as Atom alone."""
    _, atom = write(feed)
    return atom


@lru_cache(8192)
def _entry(item: FeedItem) -> _Entry:
    rss, atom = feed_marks.marks(item)
    return _Entry(
        rss=rss.encode(),
        atom=atom.encode(),
        has_markup=_has_markup((item.title, *item.authors, *item.categories)),
    )


def _written(feed: Feed, shape: Feed, name: str, entries: Iterable[bytes]) -> bytes:
    """Put the entries where they stand in a feed: at its end."""
    head, end, rest = _head(feed, shape, name).rpartition(_ENDS[name])
    return b"".join((head.encode(), *entries, end.encode(), rest.encode(), b"\n"))


def _head(feed: Feed, shape: Feed, name: str) -> str:
    """Return a feed without entries: its shape filled with its words."""
    pieces = list(_pieces(shape, name))
    for at in range(1, len(pieces), 2):
        is_quoted = pieces[at - 1].endswith('="')
        told = _told(feed, pieces[at], name)
        pieces[at] = feed_marks.attribute(told) if is_quoted else feed_marks.text(told)
    return "".join(pieces)


def _told(feed: Feed, hole: str, name: str) -> str:
    if hole == "updated":
        is_rss = name == RSS_NAME
        return format_datetime(feed.updated) if is_rss else feed.updated.isoformat()
    return str(getattr(feed, hole))


def _shape(feed: Feed) -> Feed:
    """Return what a feed shares with those that are written alike."""
    holes: dict[str, Any] = {name: f"\ue000{name}\ue001" for name in _HOLES if getattr(feed, name)}
    return replace(feed, items=(), updated=_WHENEVER, **holes)


@lru_cache(64)
def _pieces(shape: Feed, name: str) -> tuple[str, ...]:
    """Have a head written, and cut it: every second piece is the name of a hole."""
    generator = _generator(shape, name)
    xml = generator.rss_str() if name == RSS_NAME else generator.atom_str()
    return tuple(_HOLE.split(_WHEN.sub("\\1\ue000updated\ue001", xml.decode(), count=1)))


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


def _generator(feed: Feed, name: str) -> FeedGenerator:
    generator = FeedGenerator()
    generator.register_extension(_DETAILS, _Head)
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
    return generator


def _has_markup(texts: Iterable[str]) -> bool:
    """Tell whether texts that are plain, not HTML, hold what looks like markup."""
    joined = "".join(texts)
    return "&" in joined or "<" in joined


def _by_number(xml: bytes) -> bytes:
    """Write `&` and `<` in text by number; these two names are written for nothing else."""
    return xml.replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")
