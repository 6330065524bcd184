"""Renders the map of the site for search engines: `sitemap.xml`, which names `sitemaps/*.xml`.

As https://www.sitemaps.org/protocol.html has it: at most 50,000 addresses a file, each with the day
on which its page last changed, by the data, where that is known. Which pages there are, and how
they are cut into chapters so that a new day touches few, is the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from lxml.etree import (  # type: ignore[import-untyped]
    Element,
    SubElement,
    XMLParser,
    XMLSyntaxError,
    fromstring,
    tostring,
)

from digest.models import Rendered, Site
from digest.render import names

INDEX = "sitemap.xml"
MOST = 50_000
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page: its path, and the day on which it last changed, if that is known."""

    path: str
    day: date | None = None


def chapter_path(name: str) -> str:
    """Name the file of a chapter, relative to the output."""
    return f"sitemaps/{name}.xml"


def latest(places: Iterable[Place]) -> date | None:
    """Return the day on which the last of these pages changed."""
    return max((place.day for place in places if place.day), default=None)


def render_chapter(name: str, places: Iterable[Place], site: Site) -> Rendered:
    """Render a chapter, of at least one page and at most `MOST`."""
    told = [(names.url(site, place.path.removesuffix("index.html")), place.day) for place in places]
    return Rendered(path=chapter_path(name), content=_written("urlset", "url", told))


def render_index(chapters: Mapping[str, date | None], site: Site) -> Rendered:
    """Render the list of chapters, given by name with the day each last changed."""
    told = [(names.url(site, chapter_path(name)), day) for name, day in chapters.items()]
    return Rendered(path=INDEX, content=_written("sitemapindex", "sitemap", told))


def chapters_of(content: bytes) -> dict[str, date | None]:
    """Return the chapters that `render_index` wrote, with their days; none of what it did not."""
    try:
        root = fromstring(content, XMLParser(resolve_entities=False))
        told = [(each.findtext("{*}loc"), each.findtext("{*}lastmod")) for each in root]
        return {
            address.rpartition("/")[2].removesuffix(".xml"): day and date.fromisoformat(day)
            for address, day in told
        }
    except (XMLSyntaxError, ValueError, AttributeError):
        return {}


def _written(kind: str, item: str, told: Iterable[tuple[str, date | None]]) -> bytes:
    root = Element(kind, xmlns=_SPACE)
    for address, day in told:
        each = SubElement(root, item)
        SubElement(each, "loc").text = address
        if day:
            SubElement(each, "lastmod").text = day.isoformat()
    xml: bytes = tostring(root, xml_declaration=True, encoding="UTF-8")
    return xml + b"\n"
