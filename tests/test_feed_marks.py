"""Entries of feeds: the same bytes that feedgen and lxml write of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml.etree import SubElement

from digest.render import feed_marks, feed_xml
from digest.render.feed_items import Feed, FeedItem

DC = "http://purl.org/dc/elements/1.1/"
XML_SAFE = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
TEXTS = st.text(XML_SAFE | st.sampled_from("&<>\"'\t\n\r"), max_size=40)
SOME = TEXTS.filter(bool)
TIMES = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001  hypothesis adds the zone
    timezones=st.sampled_from((UTC, timezone(timedelta(hours=-3, minutes=-30)))),
)
ITEMS = st.builds(
    FeedItem,
    id=SOME,
    url=TEXTS,
    source=st.none() | TEXTS,
    title=SOME,
    html=SOME,
    text=TEXTS,
    authors=st.lists(TEXTS, max_size=3).map(tuple),
    categories=st.lists(TEXTS, max_size=3).map(tuple),
    published=TIMES.map(lambda moment: moment.replace(microsecond=0)),
    updated=TIMES,
)


HEADS = st.builds(
    Feed,
    id=SOME,
    title=SOME,
    description=SOME,
    author=SOME,
    language=st.sampled_from(("en", "de")),
    home=SOME,
    folder=TEXTS,
    updated=TIMES,
    items=st.just(()),
    older=st.none() | SOME,
    newer=st.none() | SOME,
    current=st.none() | SOME,
    hubs=st.lists(SOME, max_size=2).map(tuple),
)
ATOM = "{http://www.w3.org/2005/Atom}"


class Names(BaseExtension):
    """The namespace of the names of authors."""

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC}


class Details(BaseEntryExtension):
    """What feedgen would write of an entry in its own way: dates, links, authors, categories."""

    item: FeedItem

    def extend_rss(self, entry: Any) -> Any:
        SubElement(entry, "link").text = self.item.url
        SubElement(entry, "pubDate").text = format_datetime(self.item.published)
        for word in self.item.categories:
            SubElement(entry, "category").text = word
        for name in self.item.authors:
            SubElement(entry, f"{{{DC}}}creator").text = name
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


@given(item=ITEMS)
def test_an_entry_is_the_bytes_that_feedgen_writes(item: FeedItem) -> None:
    entry = FeedEntry()
    entry.register_extension("details", Details)
    entry.details.item = item
    entry.id(item.id)
    entry.title(item.title)
    entry.content(item.html, type="html")
    entry.updated(item.updated)
    feed = FeedGenerator()
    feed.register_extension("details", Names)
    for told in (feed.id, feed.title, feed.subtitle):
        told("-")
    feed.link(href="https://papers.example.org/")
    feed.entry([entry])
    rss, atom = feed_marks.marks(item)
    assert f"{rss}</channel></rss>".encode() in feed.rss_str()
    assert f"{atom}</feed>".encode() in feed.atom_str()


@given(feed=HEADS)
def test_a_head_says_what_the_feed_does_whatever_was_written_before(feed: Feed) -> None:
    rss, atom = map(etree.fromstring, feed_xml.write(feed))
    told = [
        *((rss[0].findtext(name), atom.findtext(f"{ATOM}{of}")) for name, of in TEXTS_OF.items()),
        (rss[0].findtext("link"), links(atom, "alternate")[0]),
        (links(rss[0], "hub"), links(atom, "hub")),
        *((links(rss[0], rel), links(atom, rel)) for rel in PAGES),
    ]
    assert told == [
        (feed.title, feed.title),
        (feed.description, feed.description),
        (feed.home, feed.home),
        ([*feed.hubs], [*feed.hubs]),
        ([f"{feed.folder}rss.xml"], [f"{feed.folder}atom.xml"]),
        *(pages(feed, getattr(feed, name)) for name in PAGES.values() if name),
    ]
    assert atom.findtext(f"{ATOM}id") == feed.id
    assert atom.findtext(f"{ATOM}updated") == feed.updated.isoformat()
    assert rss[0].findtext("lastBuildDate") == format_datetime(feed.updated)


TEXTS_OF = {"title": "title", "description": "subtitle"}
PAGES = {"self": "", "current": "current", "prev-archive": "older", "next-archive": "newer"}


def pages(feed: Feed, folder: str | None) -> tuple[list[str], list[str]]:
    return ([f"{folder}rss.xml"], [f"{folder}atom.xml"]) if folder else ([], [])


def links(head: Any, rel: str) -> list[str]:
    return [link.get("href") for link in head.iter(f"{ATOM}link") if link.get("rel") == rel]
