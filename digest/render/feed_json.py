"""Writes a feed as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). Nothing else.

Dates are in whole seconds: that is what the plainest readers of RFC 3339 understand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from digest.render.feed_items import Feed, FeedItem
from digest.render.json_text import pretty

NAME = "feed.json"
_DEPTH = 2  # of an entry, in the list of them
_BETWEEN = b",\n  "


def write(feed: Feed) -> bytes:
    """Return the feed as UTF-8; fields that hold nothing are left out."""
    values = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.folder + feed.json_name,
        "next_url": feed.older and feed.older + NAME,
        "description": feed.description,
        "language": feed.language,
        "authors": _authors([feed.author]),
        "hubs": [{"type": "WebSub", "url": hub} for hub in feed.hubs],
    }
    head = pretty(_filled(values)).removesuffix("\n}").encode()
    entries = _BETWEEN.join(map(_item, feed.items))
    items = b"[\n  %b\n ]" % entries if entries else b"[]"
    return b'%b,\n "items": %b\n}\n' % (head, items)


def read(content: bytes) -> tuple[FeedItem, ...] | None:
    """Return the entries that `write` wrote, dates in whole seconds; None of anything else."""
    try:
        return tuple(_read(told) for told in json.loads(content)["items"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _read(told: Mapping[str, Any]) -> FeedItem:
    item = FeedItem(
        id=told["id"],
        url=told["url"],
        source=told.get("external_url"),
        title=told["title"],
        html=told["content_html"],
        text=told.get("summary", ""),
        authors=tuple(author["name"] for author in told.get("authors", ())),
        categories=tuple(told.get("tags", ())),
        published=datetime.fromisoformat(told["date_published"]),
        updated=datetime.fromisoformat(told["date_modified"]),
    )
    texts = (item.id, item.url, item.source or "", item.title, item.html, item.text)
    "".join((*texts, *item.authors, *item.categories))  # where one is no text, a TypeError
    return item


@lru_cache(8192)
def _item(item: FeedItem) -> bytes:
    """Write an entry as it stands in a feed: most stand in several."""
    values = {
        "id": item.id,
        "url": item.url,
        "external_url": item.source,
        "title": item.title,
        "content_html": item.html,
        "summary": item.text,
        "date_published": _date(item.published),
        "date_modified": _date(item.updated),
        "authors": _authors(item.authors),
        "tags": item.categories,
    }
    return pretty(_filled(values), _DEPTH).encode()


def _authors(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"name": name} for name in names if name]


def _date(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _filled(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value}
