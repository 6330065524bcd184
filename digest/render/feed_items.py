"""What a feed holds, whichever format it is written in: values, their text already made safe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One entry. `id` never changes; `source` is where the thing itself lies, `url` our page of it.

    `title` and `text` are plain text of one line, `html` is what a reader shows.
    """

    id: str
    url: str
    source: str | None = None
    title: str
    html: str
    text: str
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: datetime
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed: its entries newest first, and the address of its folder, where each format lies.

    `updated` comes from the entries: it tells nothing of when the feed was written.
    """

    id: str
    title: str
    description: str
    author: str
    language: str
    home: str
    folder: str
    updated: datetime
    items: tuple[FeedItem, ...]
