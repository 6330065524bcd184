"""Renders the pages of authors: one each, who wrote most of late, and all of them by name.

What they look like and say stands in `templates/site/`; their feeds are `to_author_feeds`'. All are
listed on shelves, pages of so many each (`store.shelving`), and the first page leads to these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby

import jinja2
from markupsafe import Markup

from digest.models import Author, Authored, AuthorPage, Rendered, Shelf, Site, Tongue
from digest.render import KEPT, names
from digest.render.cards import author_line, paper_title
from digest.render.to_papers import author_path
from digest.render.to_site import AUTHORS, edition_path, lay_out, linker, paper_path


def shelf_path(number: int) -> str:
    """Name a page of the list of all authors, relative to the output."""
    return f"authors/by/{number}/index.html"


def render_author(page: AuthorPage, site: Site, templates: jinja2.Environment) -> Rendered:
    """Render the page of an author: their papers, the latest first."""
    author = page.author
    values = {
        "title": author.name,
        "papers": tuple(_line(told, site, templates) for told in page.papers),
        "more": page.more,
        "feeds": names.author_feed_paths(author.slug),
    }
    return lay_out("author.html", author_path(author.slug), site, templates, values)


def render_authors(
    late: Sequence[Author], shelves: Iterable[Shelf], site: Site, templates: jinja2.Environment
) -> Rendered:
    """Render the page of those with most papers of late, which leads to all others."""
    letters = groupby(shelves, key=lambda shelf: _letter(shelf.first))
    values = {
        "late": tuple(map(_linked, late)),
        "letters": tuple((letter, tuple(map(_ends, here))) for letter, here in letters),
    }
    return lay_out("authors.html", AUTHORS, site, templates, values)


def render_shelf(
    number: int, authors: Sequence[Author], site: Site, templates: jinja2.Environment
) -> Rendered:
    """Render a page of the list of all authors."""
    by_letter = groupby(authors, key=_letter)
    values = {
        "first": authors[0].name if authors else "",
        "last": authors[-1].name if authors else "",
        "letters": tuple((letter, tuple(map(_linked, here))) for letter, here in by_letter),
    }
    return lay_out("shelf.html", shelf_path(number), site, templates, values)


@lru_cache(4 * KEPT)
def _line(told: Authored, site: Site, templates: jinja2.Environment) -> Markup:
    """Render a paper as it stands on the pages of all its authors, who lie equally deep."""
    paper = {
        "title": paper_title(told, site.tongue),
        "told": told.title,
        "path": paper_path(told.slug),
        "authors": author_line(told.authors, site.tongue),
        "edition": _edition(told.edition, site.tongue),
    }
    line = templates.get_template("site/authored.html")
    return Markup(line.render(paper=paper, link=linker(author_path("a"))))  # noqa: S704  escaped


def _edition(name: str, tongue: Tongue) -> dict[str, str]:
    title = tongue.long_date(date.fromisoformat(name))
    return {"name": name, "title": title, "path": edition_path(name)}


def _linked(author: Author) -> dict[str, object]:
    return {"name": author.name, "path": author_path(author.slug), "papers": author.papers}


def _ends(shelf: Shelf) -> dict[str, str]:
    return {
        "first": shelf.first.name,
        "last": shelf.last.name,
        "path": shelf_path(shelf.number),
    }


def _letter(author: Author) -> str:
    """Return the letter that an author stands under; what is no letter stands under a sign."""
    return author.letter.upper() if author.letter.isalpha() else "#"
