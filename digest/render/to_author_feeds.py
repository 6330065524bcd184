"""Renders the feeds of authors, in `feeds/authors/`: their papers, newest first, in three formats.

An entry is that of the feeds of papers, with the same id, but it does not tell why an edition chose
the paper. The entries of many papers are kept, for most stand in the feeds of several authors; of
papers that did not change they are read from the feed that is there, for matching topics and laying
out takes ten times as long.

Papers of one dump are announced at one time; they are told apart by microseconds, by the order in
which they came. So the entry of a paper is the same in all feeds and for ever.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import jinja2

from digest.models import Author, Authored, AuthorPage, Paper, Rendered, Site
from digest.render import feed_heads, feed_json, names, to_feeds
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

Held = Callable[[str], bytes | None]
Papers = Callable[[Collection[int]], Mapping[int, Paper]]


class AuthorFeeds:
    """Renders feeds of authors, and keeps the entries of papers meanwhile.

    `papers` gives those of some row numbers, whole; `held` what the output has at a path. What it
    says of papers that are `changed`, by row number, is not believed; without `held` nothing is.
    """

    def __init__(
        self,
        site: Site,
        templates: jinja2.Environment,
        matcher: Matcher,
        papers: Papers,
        held: Held | None = None,
        changed: Collection[int] = (),
    ) -> None:
        self._site = site
        self._templates = templates
        self._matcher = matcher
        self._papers = papers
        self._held = held
        self._changed = changed
        self._kept: OrderedDict[int, FeedItem] = OrderedDict()

    def render(self, page: AuthorPage) -> Iterator[Rendered]:
        """Yield the three feeds of an author."""
        papers = page.papers[:MOST_ENTRIES]
        told = [each for each in papers if papers[0].announced - each.announced <= SPAN]
        self._recall(page.author, told)
        self._make([each for each in told if each.id not in self._kept])
        items = map(self._item, told)
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

    def _recall(self, author: Author, told: Sequence[Authored]) -> None:
        """Keep the entries of papers that did not change, as the author's feed has them."""
        asked = [each for each in told if self._may_stand(each.id)]
        if self._held is None or not asked:
            return
        content = self._held(names.author_feed_paths(author.slug)["json"])
        found = {item.id: item for item in feed_json.read(content or b"") or ()}
        for each in asked:
            if item := found.get(names.tag_uri(self._site, each.key)):
                at = _announced(each)
                self._keep(each, replace(item, published=at.replace(microsecond=0), updated=at))

    def _may_stand(self, paper_id: int) -> bool:
        return paper_id not in self._kept and paper_id not in self._changed

    def _make(self, told: Sequence[Authored]) -> None:
        """Make the entries of these papers, and keep them."""
        papers = self._papers([each.id for each in told]) if told else {}
        own = [
            FeedPaper(
                paper=papers[each.id],
                announced=_announced(each),
                edition=each.edition,
                topics=self._matcher.of(papers[each.id]),
            )
            for each in told
        ]
        entries = entries_of_papers(own, self._site, self._templates)
        for each, item in zip(told, entries, strict=True):
            self._keep(each, item)

    def _item(self, told: Authored) -> FeedItem:
        self._kept.move_to_end(told.id)
        return self._kept[told.id]

    def _keep(self, told: Authored, item: FeedItem) -> None:
        self._kept[told.id] = item
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)


def _announced(told: Authored) -> datetime:
    """Return when a paper was announced, told apart from the others of its dump."""
    apart = timedelta(microseconds=_MICROSECONDS - 1 - told.id % _MICROSECONDS)
    return told.announced.replace(microsecond=0) + apart
