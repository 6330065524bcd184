"""The page of the search: `/search?q=`, a form and what it found, page by page."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.models import Paper, Site, Tongue
from digest.query import MOST_CHARACTERS, parse
from digest.render import names
from digest.render.cards import author_line, paper_title, source_url
from digest.render.text import cut, legible_paragraphs
from digest.web import asking
from digest.web.answers import office_of, public_page

ON_A_PAGE = 20
_SHOWN = 420  # characters of an abstract


def search(request: Request) -> Response:
    """Show the form, and what was found where something was asked."""
    office, asked = office_of(request), request.query_params
    query = parse(asked.get("q", ""))
    try:
        part = asking.pages(asked, ON_A_PAGE)
    except asking.AskedWrongly:
        part = asking.Pages(ON_A_PAGE, 0)
    with office.store.reading() as tx:
        hits = tx.search(query, part.limit, part.offset)
    last = (hits.total - 1) // part.limit
    return public_page(
        request,
        "search.html",
        None,  # what is found changes with the index and by the curator too
        title=_title(query.text, office.site.tongue),
        asked=query.text,
        is_empty=query.is_empty,
        total=hits.total,
        first=part.offset + 1,
        papers=[_shown(each, office.site) for each in hits.papers],
        before=_link(query.text, part, -1) if 0 < part.number <= last + 1 else "",
        after=_link(query.text, part, 1) if part.number < last else "",
        most=MOST_CHARACTERS,
    )


def _title(asked: str, tongue: Tongue) -> str:
    return tongue.say("%(words)s: search", words=asked[:60]) if asked else tongue.say("Search")


def _shown(paper: Paper, site: Site) -> dict[str, str]:
    """Return what the page shows of a paper, as readers see it."""
    return {
        "title": paper_title(paper, site.tongue),
        "page": names.paper_url(site, paper.slug),
        "source": source_url(paper) or "",
        "authors": author_line(paper.authors, site.tongue),
        "published": (paper.published or "")[:10],
        "abstract": cut(" ".join(legible_paragraphs(paper)), _SHOWN),
    }


def _link(asked: str, part: asking.Pages, step: int) -> str:
    values: dict[str, str | int] = {"q": asked, "p": part.number + step}
    if part.limit != ON_A_PAGE:
        values["limit"] = part.limit
    return urlencode(values)


ROUTES = (Route("/search", search, methods=["GET"]),)
