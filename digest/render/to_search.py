"""Renders the search of the site: its page, its scripts, and the lists that it looks through.

A list holds the papers of `PER_LIST` row numbers of the store, so that a new paper changes the last
list alone, however large the archive is: a line of JSON each, the latest first. What is looked for
is folded in the browser by `site/search-words.js` as `text.wording` folds it; of a title that is
not plain ASCII its folded words stand in the list too.

    ["2603-90202", "Title", ["Author", …], "2026-03-11", "2026-03-11 2026-W11 2026-03", "topic …"]

Whole texts are found by an index that is made elsewhere: see `bundles`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import jinja2

from digest.models import PaperPage, Rendered, Site
from digest.render import names, to_site
from digest.render.cards import paper_title
from digest.render.matches import Matcher, title_of
from digest.text.hygiene import remove_unsafe
from digest.text.legible import legible_name
from digest.text.wording import compounded

PER_LIST = 500
PAGE = names.search_path("index.html")
LISTS = names.search_path("papers")
_INDEX = "index.json"
_SCRIPTS = {
    "search.js": "search.js",
    "titles.js": "search-titles.js",
    "words.js": "search-words.js",
}
_FULL_SCRIPTS = {"full.js": "search-full.js"}
_MOST_AUTHORS = 500
_SPAN = re.compile(rb'{"from":"([^"]*)","to":"([^"]*)"')

Periods = Callable[[str], Sequence[str]]
"""Names the day, the week and the month that a daily edition counts in."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of papers as it is published."""

    number: int
    content: bytes

    @property
    def path(self) -> str:
        """Name it, relative to the output."""
        return list_path(self.number)


def render_page(site: Site, templates: jinja2.Environment, matcher: Matcher) -> Iterator[Rendered]:
    """Yield the page of the search and its scripts."""
    web = urlsplit(site.web_url)
    values = {
        "topics": tuple((topic.name, title_of(topic)) for topic in matcher.topics),
        "web_origin": f"{web.scheme}://{web.netloc}" if site.web_url else "",
    }
    for name, template in _scripts(site).items():
        if templates.loader:
            source, _, _ = templates.loader.get_source(templates, f"site/{template}")
            yield Rendered(path=names.search_path(name), content=source.encode())
    yield to_site.lay_out("search.html", PAGE, site, templates, values)


def names_of(site: Site, lists: int) -> frozenset[str]:
    """Name the page, its scripts and so many lists: all that there is, but what bundles hold."""
    if not site.search:
        return frozenset()
    paths = (PAGE, f"{LISTS}/{_INDEX}", *map(list_path, range(lists)))
    return frozenset((*paths, *map(names.search_path, _scripts(site))))


def list_path(number: int) -> str:
    """Name a list, by its number."""
    return f"{LISTS}/{number}.json"


def number_of(paper_id: int) -> int:
    """Return the number of the list that a paper stands in."""
    return (paper_id - 1) // PER_LIST


def span_of(number: int) -> tuple[int, int]:
    """Return the first and the last row number of a list's papers."""
    return number * PER_LIST + 1, (number + 1) * PER_LIST


def line(page: PaperPage, matcher: Matcher, periods: Periods) -> bytes:
    """Return what a list says of a paper; nothing of one that is now another."""
    if page.moved_to:
        return b""
    title = paper_title(page.paper, matcher.tongue)
    told: list[object] = [
        page.paper.slug,
        title,
        authors_of(page),
        published_of(page),
        " ".join(editions_of(page, periods)),
        " ".join(match.name for match in matcher.of(page.paper)),
    ]
    if not title.isascii():
        told.append(compounded(title))
    return _json(told)


def lines_of(held: bytes) -> dict[str, bytes]:
    """Return the lines of a list that is held, by the slugs of their papers.

    Raises ValueError where it is no list of ours.
    """
    lines = (told.removesuffix(b",") for told in held.split(b"\n")[1:-2])
    return {own[2 : own.index(b'"', 2)].decode(): own for own in lines}


def render_list(number: int, lines: Iterable[bytes]) -> Listed:
    """Put together the list of this number from its papers' lines, in order of arrival."""
    there = list(filter(None, lines))
    days = sorted(name for own in there for name in json.loads(own)[4].split() if len(name) == 10)
    span = b'"from":%s,"to":%s' % (_json(days[0] if days else ""), _json(days[-1] if days else ""))
    body = b",".join(b"\n" + own for own in reversed(there))
    return Listed(number, b'{%s,"papers":[%s\n]}\n' % (span, body))


def render_index(lists: Iterable[Listed]) -> Rendered:
    """Tell of all lists, the latest first: number, what tells its bytes from others, its days."""
    rows = reversed([_row(each) for each in lists])
    body = b",".join(b"\n" + _json(row) for row in rows)
    return Rendered(path=f"{LISTS}/{_INDEX}", content=b'{"lists":[%s\n]}\n' % body)


def authors_of(page: PaperPage) -> list[str]:
    """Return the authors that a paper is found by, as readers see them."""
    told = page.paper.authors[:_MOST_AUTHORS]
    return [name for name in map(legible_name, told) if name]


def editions_of(page: PaperPage, periods: Periods) -> tuple[str, ...]:
    """Name the days that announced a paper, and the weeks and months they count in."""
    return tuple(dict.fromkeys(name for day in page.editions for name in periods(day)))


def published_of(page: PaperPage) -> str:
    """Return the day a paper was published; where no dump told, the first it was listed on."""
    told = (page.paper.published or "")[:10]
    return told or min((seen.day.isoformat() for seen in page.sightings), default="")


def _scripts(site: Site) -> dict[str, str]:
    return _SCRIPTS | (_FULL_SCRIPTS if site.search == "full" else {})


def _row(each: Listed) -> list[object]:
    span = _SPAN.match(each.content)
    days = [part.decode() for part in span.groups()] if span else ["", ""]
    return [each.number, hashlib.blake2b(each.content, digest_size=8).hexdigest(), *days]


def _json(value: object) -> bytes:
    told = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return remove_unsafe(told).encode()
