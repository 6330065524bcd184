"""Renders the feeds of authors, in `feeds/authors/`: their papers, newest first, in three formats.

An entry is that of the feeds of papers, with the same id, but it does not tell why an edition chose
the paper. The entries of many papers are kept, for most stand in the feeds of several authors.

Papers of one dump are announced at one time; they are told apart by microseconds, by the order in
which they came. So the entry of a paper is the same in all feeds and for ever.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from datetime import timedelta

import jinja2

from digest.models import Author, Authored, AuthorPage, Rendered, Site
from digest.render import feed_heads, names, to_feeds
from digest.render.feed_entries import FeedPaper, entries_of_papers
from digest.render.feed_heads import Head
from digest.render.feed_items import FeedItem
from digest.render.matches import Matcher
from digest.render.text import one_line

MOST_ENTRIES = 20
"""How many papers the feeds of an author hold at most."""

SPAN = timedelta(days=90)
"""How much older than the latest of them a paper may be: whoever looks as often misses none."""

_MOST_KEPT = 8192
_MICROSECONDS = 1_000_000


class AuthorFeeds:
    """Renders feeds of authors, and keeps the entries of papers meanwhile."""

    def __init__(self, site: Site, templates: jinja2.Environment, matcher: Matcher) -> None:
        self._site = site
        self._templates = templates
        self._matcher = matcher
        self._kept: OrderedDict[int, FeedItem] = OrderedDict()

    def render(self, page: AuthorPage) -> Iterator[Rendered]:
        """Yield the three feeds of an author."""
        papers = page.papers[:MOST_ENTRIES]
        items = (
            self._item(told) for told in papers if papers[0].announced - told.announced <= SPAN
        )
        head = self._head(page.author)
        yield from to_feeds.files(
            head.start, feed_heads.filled(head, items, self._site, hubs=False)
        )

    def _head(self, author: Author) -> Head:
        tongue = self._site.tongue
        feed = one_line(self._site.title) or tongue.say("Papers")
        return Head(
            id=names.author_tag_uri(self._site, author.slug),
            title=f"{feed}: {author.name}",
            description=tongue.say(
                "New papers by %(author)s, found by %(site)s", author=author.name, site=feed
            ),
            home=names.author_url(self._site, author.slug),
            start=names.author_feed_paths(author.slug)["json"].removesuffix("json"),
            json_name="json",
        )

    def _item(self, told: Authored) -> FeedItem:
        paper = told.paper
        if (kept := self._kept.get(paper.id)) is not None:
            self._kept.move_to_end(paper.id)
            return kept
        apart = timedelta(microseconds=_MICROSECONDS - 1 - paper.id % _MICROSECONDS)
        own = FeedPaper(
            paper=paper,
            announced=told.announced.replace(microsecond=0) + apart,
            edition=told.edition,
            topics=self._matcher.of(paper),
        )
        (item,) = entries_of_papers((own,), self._site, self._templates)
        self._kept[paper.id] = item
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return item
