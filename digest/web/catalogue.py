"""The API's lists of what there is: topics, editions, and an edition as `papers.json` tells it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.models import EditionRecord, Site
from digest.render import names
from digest.render.to_json import document
from digest.web import asking
from digest.web.answers import office_of
from digest.web.api import guarded
from digest.web.documents import problem, told
from digest.web.shelf import Shelf
from digest.web.shown import Showcase

USUAL_EDITIONS = 50


def topics(request: Request) -> Response:
    """Answer with the topics one may choose, and how many papers each matched in the last week."""
    office = office_of(request)
    showcase: Showcase = request.app.state.showcase
    shown = showcase.now()
    with office.store.reading() as tx:
        updated = tx.updated()
    value = [
        {
            "name": topic.name,
            "title": topic.title,
            "page": names.topic_url(office.site, topic.name),
            "feeds": {
                kind: names.url(office.site, path)
                for kind, path in names.topic_feed_paths(topic.name).items()
            },
            "matched": shown.matched[topic.name],
        }
        for topic in office.topics.values()
    ]
    started = request.app.state.started  # until then the settings may have been others
    return told(request, {"topics": value}, max(updated or started, started))


def editions(request: Request) -> Response:
    """Answer with the editions there are, the latest first."""
    asked, office = request.query_params, office_of(request)
    cadence, part = asking.cadence(asked), asking.pages(asked, USUAL_EDITIONS)
    with office.store.reading() as tx:
        records = tx.editions(cadence)
        updated = tx.updated()
    some = records[part.offset : part.offset + part.limit]
    value = {
        "total": len(records),
        "editions": [_edition(record, office.site) for record in some],
    }
    return told(request, value, updated)


def edition(request: Request) -> Response:
    """Answer with an edition, as its `papers.json` tells it."""
    office = office_of(request)
    shelf: Shelf = request.app.state.shelf
    with office.store.reading() as tx:
        record = tx.edition(request.path_params["name"])
        opened = shelf.open(tx, record) if record else None
    if record is None or opened is None:
        return problem(404, "There is no edition of this name.")
    return told(request, document(opened.edition, office.site, shelf.matcher), record.updated_at)


def _edition(record: EditionRecord, site: Site) -> dict[str, str]:
    return {
        "name": record.name,
        "cadence": record.cadence.value,
        "start": record.start.isoformat(),
        "end": record.end.isoformat(),
        "title": names.edition_title(record, site.tongue),
        "url": names.edition_url(site, record.name),
        "updated": record.updated_at.isoformat().replace("+00:00", "Z"),
    }


ROUTES = (
    Route("/api/topics", topics, methods=["GET"]),
    Route("/api/editions", guarded(editions), methods=["GET"]),
    Route("/api/editions/{name}", edition, methods=["GET"]),
)
