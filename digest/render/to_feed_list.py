"""Renders the list of all feeds: `feeds/index.opml` for readers of feeds, `feeds/index.html` for
people.

Feeds of authors are many, and stand in no list here: each author's page names its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import jinja2
from lxml.etree import Element, SubElement, tostring  # type: ignore[import-untyped]

from digest.models import Cadence, Rendered, Site
from digest.render import feed_heads, names, to_site
from digest.render.feed_heads import Head
from digest.render.matches import title_of
from digest.render.text import one_line
from digest.topics import Topic

PAGE = "feeds/index.html"
OPML = "feeds/index.opml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A feed as lists name it: its title, what it says of itself, its page, its paths by format."""

    title: str
    description: str
    home: str
    feeds: Mapping[str, str]


def render(
    site: Site, templates: jinja2.Environment, topics: Iterable[Topic]
) -> Iterator[Rendered]:
    """Yield the list as OPML and as a page."""
    told = tuple(topics)
    of_topics = [
        _listed(feed_heads.of_topic(site, topic), names.topic_feed_paths(topic.name))
        for topic in told
    ]
    yield Rendered(
        path=OPML, content=opml(site, _general(site), {site.tongue.say("Topics"): of_topics})
    )
    values = {
        "papers": names.paper_feed_paths(),
        "days": names.edition_feed_paths(Cadence.DAY),
        "weeks": names.edition_feed_paths(Cadence.WEEK),
        "months": names.edition_feed_paths(Cadence.MONTH),
        "trending": names.trending_feed_paths(),
        "topics": [
            {
                "title": title_of(topic),
                "path": to_site.topic_path(topic.name),
                "feeds": names.topic_feed_paths(topic.name),
            }
            for topic in told
        ],
        "opml": OPML,
    }
    yield to_site.lay_out("feeds.html", PAGE, site, templates, values)


def opml(
    site: Site, feeds: Iterable[Listed], folders: Mapping[str, Sequence[Listed]] | None = None
) -> bytes:
    """Return an OPML 2.0 list of subscriptions; a folder without feeds is left out."""
    root = Element("opml", version="2.0")
    head = SubElement(root, "head")
    SubElement(head, "title").text = one_line(site.title) or site.tongue.say("Papers")
    if author := one_line(site.author):
        SubElement(head, "ownerName").text = author
    SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = SubElement(root, "body")
    _outlines(body, feeds, site)
    for title, inside in (folders or {}).items():
        if inside:
            _outlines(SubElement(body, "outline", text=title, title=title), inside, site)
    xml: bytes = tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return xml


def _outlines(home: Element, feeds: Iterable[Listed], site: Site) -> None:
    for feed in feeds:
        SubElement(
            home,
            "outline",
            type="rss",
            text=feed.title,
            title=feed.title,
            description=feed.description,
            language=site.language,
            xmlUrl=names.url(site, feed.feeds["atom"]),
            htmlUrl=feed.home,
        )


def _general(site: Site) -> Iterator[Listed]:
    yield _listed(feed_heads.of_papers(site), names.paper_feed_paths())
    for cadence in Cadence:
        head = feed_heads.of_editions(site, cadence)
        yield _listed(head, names.edition_feed_paths(cadence))
    yield _listed(feed_heads.of_trending(site), names.trending_feed_paths())


def _listed(head: Head, feeds: Mapping[str, str]) -> Listed:
    return Listed(title=head.title, description=head.description, home=head.home, feeds=feeds)
