"""Writes an entry of a feed as an element of RSS 2.0 and of Atom, as lxml would. Nothing else.

An entry is a few elements in one order: lxml and feedgen take ten times as long for them.
"""

from __future__ import annotations

from email.utils import format_datetime
from typing import NamedTuple

from digest.render.feed_items import FeedItem


def marks(item: FeedItem) -> tuple[str, str]:
    """Return an entry as an `item` of RSS, and as an `entry` of Atom (RFC 4287)."""
    shown = _Shown(title=_element("title", item.title), html=text(item.html), id=text(item.id))
    return _rss(item, shown), _atom(item, shown)


class _Shown(NamedTuple):
    """What both tell alike: the title as an element, HTML and id escaped."""

    title: str
    html: str
    id: str


def _rss(item: FeedItem, shown: _Shown) -> str:
    parts = (
        shown.title,
        f"<description>{shown.html}</description>",
        f'<guid isPermaLink="false">{shown.id}</guid>',
        _element("link", item.url),
        f"<pubDate>{format_datetime(item.published)}</pubDate>",
        *[_element("category", word) for word in item.categories],
        *[_element("dc:creator", name) for name in item.authors],
    )
    return f"<item>{''.join(parts)}</item>"


def _atom(item: FeedItem, shown: _Shown) -> str:
    parts = (
        f"<id>{shown.id}</id>",
        shown.title,
        f"<updated>{item.updated.isoformat()}</updated>",
        f'<content type="html">{shown.html}</content>',
        _empty("link", href=item.url, rel="alternate", type="text/html"),
        _empty("link", href=item.source, rel="related") if item.source else "",
        f"<published>{item.published.isoformat(timespec='seconds')}</published>",
        *[f"<author>{_element('name', name)}</author>" for name in item.authors],
        *[_empty("category", term=word) for word in item.categories],
    )
    return f"<entry>{''.join(parts)}</entry>"


def text(plain: str) -> str:
    """Escape what stands between tags."""
    marked = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return marked.replace("\r", "&#13;")


def attribute(plain: str) -> str:
    """Escape what stands between quotes."""
    marked = text(plain).replace('"', "&quot;")
    return marked.replace("\n", "&#10;").replace("\t", "&#9;")


def _element(name: str, plain: str) -> str:
    return f"<{name}>{text(plain)}</{name}>"


def _empty(name: str, **attributes: str) -> str:
    told = "".join(f' {key}="{attribute(plain)}"' for key, plain in attributes.items())
    return f"<{name}{told}/>"
