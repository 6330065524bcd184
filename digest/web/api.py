"""The API: papers of a period, one paper, a search; JSON, for anybody and any page (docs/api.md).

`/api/daily_papers` and what begins with `/api/papers/` answer in the shape of Hugging Face's. These
only read; `subscriptions` has what changes something.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.identity import parse_arxiv_id, parse_doi
from digest.models import Cadence
from digest.models.searching import Hits, Query
from digest.query import parse
from digest.render import names
from digest.render.to_hf import daily_paper, found_paper, in_order, paper_object
from digest.render.to_json import paper_json
from digest.web import asking
from digest.web.answers import office_of
from digest.web.cached import cached
from digest.web.documents import JSON, problem, told
from digest.web.files import output
from digest.web.shelf import Shelf

USUAL_LIMIT, USUAL_HITS = 50, 20


def daily_papers(request: Request) -> Response:
    """Answer with the papers of a day, a week or a month; of the latest day, if none is asked."""
    asked, office = request.query_params, office_of(request)
    if "submitter" in asked:
        raise asking.AskedWrongly("submitter is not known here: dumps do not tell of it surely")
    name, order = asking.edition_name(asked), asking.sort(asked)
    part = asking.pages(asked, USUAL_LIMIT)
    shelf: Shelf = request.app.state.shelf
    with office.store.reading() as tx:
        record = tx.edition(name) if name else next(iter(tx.editions(Cadence.DAY)), None)
        edition = shelf.open(tx, record).edition if record else None
        updated = tx.updated()
    entries = in_order(edition, order)[part.offset : part.offset + part.limit] if edition else ()
    return told(request, [daily_paper(entry, edition) for entry in entries if edition], updated)


def paper(request: Request) -> Response:
    """Answer with one paper, by arXiv id (any version), DOI or public key; or with its file."""
    said = request.path_params["paper"]
    if said.endswith(".json") and office_of(request).web.serves_output:
        return output(request)  # what `render.to_api` published
    with office_of(request).store.reading() as tx:
        hits = tx.search(Query(keys=(_key(said),)), 1)
        updated = tx.updated()
    if not hits.papers:
        return problem(404, "there is no paper of this id here")
    return told(request, paper_object(hits.papers[0]), updated)


def search_papers(request: Request) -> Response:
    """Answer with the papers that match, as `daily_papers` does."""
    _, _, hits, updated = _found(request)
    return told(request, [found_paper(each) for each in hits.papers], updated)


def search(request: Request) -> Response:
    """Answer with the papers that match, and how many there are."""
    office = office_of(request)
    query, part, hits, updated = _found(request)
    value = {
        "query": query.text,
        "total": hits.total,
        "papers": [
            paper_json(each, each.key, number) | {"page": names.paper_url(office.site, each.slug)}
            for number, each in enumerate(hits.papers, part.offset + 1)
        ],
    }
    return told(request, value, updated)


def openapi(request: Request) -> Response:
    """Answer with the description of this API."""
    office = office_of(request)
    source = office.templates.get_template("web/openapi.json").render(
        site=office.site,
        origin=office.origin or request.scope.get("root_path", "") or "/",
        has_desk=bool(office.admin.key_hash),
    )
    return cached(
        request, source.encode(), JSON, request.app.state.started, access_control_allow_origin="*"
    )


def guarded(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Answer with 400 what was asked wrongly."""

    def answered(request: Request) -> Response:
        try:
            return answer(request)
        except asking.AskedWrongly as error:
            return problem(400, str(error))

    return answered


def _found(request: Request) -> tuple[Query, asking.Pages, Hits, datetime | None]:
    """Return what was looked for, which part of it, what was found, and when that may change."""
    asked, office = request.query_params, office_of(request)
    if "q" not in asked:
        raise asking.AskedWrongly("q is missing: what to look for")
    query, part = parse(asked["q"]), asking.pages(asked, USUAL_HITS)
    with office.store.reading() as tx:
        return query, part, tx.search(query, part.limit, part.offset), tx.updated()


def _key(said: str) -> str:
    if found := parse_arxiv_id(said):
        return f"arxiv:{found[0]}"
    doi = parse_doi(said)
    return f"doi:{doi}" if doi else said


ROUTES = (
    Route("/api/daily_papers", guarded(daily_papers), methods=["GET"]),
    Route("/api/search", guarded(search), methods=["GET"]),
    Route("/api/openapi.json", openapi, methods=["GET"]),
    Route("/api/papers/search", guarded(search_papers), methods=["GET"]),
    Route("/api/papers/{paper:path}", paper, methods=["GET"]),
)
