"""What the API does not have: no such address (404), or not by this method (405, with `Allow`)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from digest.web.answers import API
from digest.web.documents import problem


class Nowhere:
    """Answers by any method, where no route took the request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a problem."""
        methods = methods_of(Request(scope))
        made: Response
        if methods:
            made = problem(405, "This address takes another kind of request.")
            made.headers["Allow"] = ", ".join(sorted(methods))
        elif scope["method"] == "OPTIONS":
            made = Response(status_code=404)
        else:
            made = problem(404, "There is no such address.")
        await made(scope, receive, send)


def methods_of(request: Request) -> frozenset[str]:
    """Return by which methods an address of the API may be asked for."""
    return frozenset(
        method
        for route in request.app.routes
        if isinstance(route, Route) and route.path.startswith(API)
        if route.matches(request.scope)[0] is Match.PARTIAL
        for method in route.methods or ()
    )


ROUTE = Route("/api/{path:path}", Nowhere())
