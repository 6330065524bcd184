"""Renders the pages of the site; what they look like and say stands in `templates/site/`.

Here are the frame of every page, what several of them share, and the page of a paper; editions,
calendars, trends, topics and the first page have modules of their own. A page is a function of what
it shows: it tells neither the time of the run nor whether an edition is still a draft.
Links are relative and name `index.html`, so that the site works under any address and from a disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote, urlsplit

import jinja2

from digest.models import ENGLISH, Cadence, Paper, Period, Rendered, Site, Tongue
from digest.render import KEPT, names
from digest.render.cards import Card, links_of, source_url
from digest.render.text import paragraphs
from digest.text.hygiene import remove_unsafe
from digest.text.legible import legible_name

HOME = "index.html"
ARCHIVE = "editions/index.html"
TOPICS = "topics/index.html"
AUTHORS = "authors/index.html"
ABOUT = "about/index.html"
SUBSCRIBE = "subscribe/index.html"
_NOT_FOUND = "404.html"
STATIC = ("style.css", "icon.svg")


def edition_path(name: str) -> str:
    """Name the page of an edition, relative to the output."""
    return f"{names.edition_folder(name)}/index.html"


def paper_path(slug: str) -> str:
    """Name the page of a paper, relative to the output."""
    return f"{names.paper_folder(slug)}/index.html"


def topic_path(name: str) -> str:
    """Name the page of a topic, relative to the output."""
    return f"{names.topic_folder(name)}/index.html"


def year_path(year: int) -> str:
    """Name the calendar of a year, relative to the output."""
    return f"{names.year_folder(year)}/index.html"


def trending_path(period: Period) -> str:
    """Name the page of what is trending now, this week or this month."""
    return f"{names.trending_folder(period)}/index.html"


_PATHS = {
    "home": HOME,
    "trending": trending_path(Period.NOW),
    "editions": ARCHIVE,
    "topics": TOPICS,
    "authors": AUTHORS,
    "feeds": "feeds/index.html",
    "search": names.search_path("index.html"),
    "about": ABOUT,
    "subscribe": SUBSCRIBE,
}


def render_static(templates: jinja2.Environment) -> Iterator[Rendered]:
    """Yield the style sheet and the icon, as they stand in the templates' folder."""
    for name in STATIC:
        if templates.loader:
            source, _, _ = templates.loader.get_source(templates, f"site/{name}")
            yield Rendered(path=name, content=source.encode())


def render_not_found(site: Site, templates: jinja2.Environment) -> Rendered:
    """Render what a host shows for a page that is not there, at whatever address it was asked."""
    root = urlsplit(site.url).path
    values = {"link": lambda path: f"{root}/{quote(path)}"}
    return lay_out("404.html", _NOT_FOUND, site, templates, values)


def lay_out(
    template: str,
    path: str,
    site: Site,
    templates: jinja2.Environment,
    values: Mapping[str, object],
) -> Rendered:
    """Render a template for a page that will lie at `path`."""
    frame = {
        "site": site,
        "here": path,
        "link": linker(path),
        "canonical": _absolute(site, path),
        "social": None,
        "around": None,
        "paths": _PATHS,
        "edition_path": edition_path,
        "topic_path": topic_path,
        "topics_path": TOPICS,
        "edition_feeds": lambda cadence: names.edition_feed_paths(Cadence(cadence)),
        "long_date": site.tongue.long_date,
    }
    html = templates.get_template(f"site/{template}").render({**frame, **values})
    return Rendered(path=path, content=remove_unsafe(html).encode())


def shown(card: Card, paper: Paper, tongue: Tongue = ENGLISH) -> dict[str, object]:
    """Return what `site/parts.html` needs to show a paper as a card."""
    topics = tuple((each.title, topic_path(each.name)) for each in card.topics)
    return {"card": card, "topics": topics, **_of_itself(paper, tongue)}


@lru_cache(KEPT)
def _of_itself(paper: Paper, tongue: Tongue) -> Mapping[str, object]:
    """Return what pages show of a paper wherever it stands."""
    return {
        "paper": paper,
        "paragraphs": paragraphs(paper),
        "path": paper_path(paper.slug),
        "authors": known(paper.authors),
        "source": source_url(paper),
        "links": other_links(paper, tongue),
    }


def known(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names that can be shown, as readers see them."""
    return tuple(text for text in map(legible_name, texts) if text)


def other_links(paper: Paper, tongue: Tongue = ENGLISH) -> tuple[tuple[str, str], ...]:
    """Return the links of a paper beside the one to where it can be read."""
    source = source_url(paper)
    return tuple((word, to) for word, to in links_of(paper, tongue) if to != source)


def linker(path: str) -> Callable[[str], str]:
    """Return what addresses a file of the output from a page at `path`."""
    up = "../" * path.count("/")
    return lambda target: up + _quoted(target)


_quoted = lru_cache(KEPT)(quote)


def _absolute(site: Site, path: str) -> str:
    return names.url(site, path.removesuffix("index.html"))
