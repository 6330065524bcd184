"""The API: papers of a period, one paper, a search; JSON, for anybody and any page (docs/api.md).

`/api/daily_papers` and `/api/papers/<id>` answer in the shape of Hugging Face's. It only reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.identity import parse_arxiv_id, parse_doi
from digest.models import Cadence, Edition, Entry
from digest.models.searching import Query
from digest.pipeline.sealing import edition_of
from digest.query import parse
from digest.render import names
from digest.render.to_hf import daily_paper, paper_object
from digest.render.to_json import paper_json
from digest.web import asking
from digest.web.answers import office_of
from digest.web.cached import cached

USUAL_LIMIT, USUAL_HITS = 50, 20
_ANYBODY = "*"
_JSON = "application/json"


def daily_papers(request: Request) -> Response:
    """Answer with the papers of a day, a week or a month; of the latest day, if none is asked."""
    asked, office = request.query_params, office_of(request)
    if "submitter" in asked:
        raise asking.AskedWrongly("submitter is not known here: dumps do not tell of it surely")
    name, order, part = (
        asking.edition_name(asked),
        asking.sort(asked),
        asking.pages(asked, USUAL_LIMIT),
    )
    with office.store.reading() as tx:
        record = tx.edition(name) if name else next(iter(tx.editions(Cadence.DAY)), None)
        edition = edition_of(tx, record, office.rules) if record else None
        updated = tx.updated()
    entries = _sorted(edition, order)[part.offset : part.offset + part.limit] if edition else ()
    return _told(request, [daily_paper(entry, edition) for entry in entries if edition], updated)


def paper(request: Request) -> Response:
    """Answer with one paper, by arXiv id (any version), DOI or public key."""
    said = request.path_params["paper"]
    with office_of(request).store.reading() as tx:
        hits = tx.search(Query(keys=(_key(said),)), 1)
        updated = tx.updated()
    if not hits.papers:
        return problem(404, "there is no paper of this id here")
    return _told(request, paper_object(hits.papers[0]), updated)


def search(request: Request) -> Response:
    """Answer with the papers that match, and how many there are."""
    asked, office = request.query_params, office_of(request)
    if "q" not in asked:
        raise asking.AskedWrongly("q is missing: what to look for")
    query, part = parse(asked["q"]), asking.pages(asked, USUAL_HITS)
    with office.store.reading() as tx:
        hits = tx.search(query, part.limit, part.offset)
        updated = tx.updated()
    told = {
        "query": query.text,
        "total": hits.total,
        "papers": [
            paper_json(each, each.key, number) | {"page": names.paper_url(office.site, each.slug)}
            for number, each in enumerate(hits.papers, part.offset + 1)
        ],
    }
    return _told(request, told, updated)


def openapi(request: Request) -> Response:
    """Answer with the description of this API."""
    office = office_of(request)
    source = office.templates.get_template("web/openapi.json").render(
        site=office.site,
        origin=office.origin or request.scope.get("root_path", "") or "/",
        has_desk=bool(office.admin.key_hash),
    )
    return cached(request, source.encode(), _JSON, None, access_control_allow_origin=_ANYBODY)


def problem(status: int, said: str) -> Response:
    """Return an error as JSON, open to every page as all answers are."""
    return Response(
        json.dumps({"error": said}),
        status_code=status,
        media_type=_JSON,
        headers={"access-control-allow-origin": _ANYBODY, "cache-control": "no-store"},
    )


def guarded(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Answer with 400 what was asked wrongly."""

    def answered(request: Request) -> Response:
        try:
            return answer(request)
        except asking.AskedWrongly as error:
            return problem(400, str(error))

    return answered


def _told(request: Request, told: object, updated: datetime | None) -> Response:
    content = json.dumps(told, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    return cached(request, content, _JSON, updated, access_control_allow_origin=_ANYBODY)


def _sorted(edition: Edition, order: str) -> Sequence[Entry]:
    """Return the papers of an edition, each once, the newest or the highest first."""
    entries = tuple({entry.paper.key: entry for entry in reversed(edition.entries)}.values())[::-1]
    if order == "trending":
        return sorted(entries, key=lambda entry: (-entry.score, entry.paper.key))
    by_key = sorted(entries, key=lambda entry: (entry.position, entry.paper.key))
    return sorted(by_key, key=lambda entry: entry.paper.published or "", reverse=True)


def _key(said: str) -> str:
    if found := parse_arxiv_id(said):
        return f"arxiv:{found[0]}"
    doi = parse_doi(said)
    return f"doi:{doi}" if doi else said


ROUTES = (
    Route("/api/daily_papers", guarded(daily_papers), methods=["GET"]),
    Route("/api/search", guarded(search), methods=["GET"]),
    Route("/api/openapi.json", openapi, methods=["GET"]),
    Route("/api/papers/{paper:path}", paper, methods=["GET"]),
)
