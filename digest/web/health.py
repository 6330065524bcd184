"""Whether the process lives, and whether it can do its work, for whoever looks after it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest.errors import DigestError
from digest.web.answers import office_of


def live(_: Request) -> Response:
    """Say that the process answers."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


def ready(request: Request) -> Response:
    """Say whether the store answers; 503 where it does not."""
    try:
        with office_of(request).store.reading() as tx:
            tx.counts()
    except DigestError:
        told, status = "the database does not answer\n", 503
    else:
        told, status = "ok\n", 200
    return PlainTextResponse(told, status, headers={"Cache-Control": "no-store"})


ROUTES = (Route("/healthz", live), Route("/readyz", ready))
