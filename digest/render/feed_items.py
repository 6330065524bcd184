"""What a feed holds, whichever format it is written in: values, their text already made safe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One entry. `id` never changes; `source` is where the thing itself lies, `url` our page of it.

    `title` and `text` are plain text of one line, `html` is what a reader shows. `published` is in
    whole seconds; no two entries of a feed share their `updated`, which may hold fractions of one.
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
    """A feed, or an archive page of it (RFC 5005): its entries newest first, and what it leads to.

    `folder` is the address that a format's file name is added to, and so are the addresses of the
    archive pages next to it: `older`, `newer`. Only an archive page has a `current`, the feed that
    it belongs to; the `hubs` (WebSub) are told in that alone. `updated` comes from the entries: it
    tells nothing of when the feed was written. `atom_name` and `json_name` are file names.
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
    older: str | None = None
    newer: str | None = None
    current: str | None = None
    hubs: tuple[str, ...] = ()
    atom_name: str = "atom.xml"
    json_name: str = "feed.json"
