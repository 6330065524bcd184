"""The application: its routes, in the order they are looked at, and what stands before all."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from digest.web import (
    api,
    choosing,
    files,
    health,
    joining,
    leaving,
    metrics,
    searching,
    viewing,
)
from digest.web.guard import Guard, told
from digest.web.limits import Limits
from digest.web.metrics import Metrics
from digest.web.office import Office
from digest.web.shown import Showcase

GROUPS = (
    health.ROUTES,
    metrics.ROUTES,
    joining.ROUTES,
    choosing.ROUTES,
    leaving.ROUTES,
    viewing.ROUTES,
    searching.ROUTES,
    api.ROUTES,
)
"""The routes of each module; a new group of pages is one more line."""

LAST = files.ROUTES
"""What takes every address that no other does."""


def make_app(office: Office) -> Starlette:
    """Return the application of one newsletter."""
    routes: list[BaseRoute] = [route for group in (*GROUPS, LAST) for route in group]
    if office.web.serves_output:  # its first page, and the form beside it
        form = Route("/subscribe", joining.show, methods=["GET"])
        routes = [Route("/", files.output, methods=["GET"]), form, *routes]
    limits, counts = Limits(office), Metrics(office)
    guard = Middleware(Guard, office=office, limits=limits, metrics=counts)
    app = Starlette(routes=routes, middleware=[guard], exception_handlers={HTTPException: told})
    app.state.office, app.state.limits, app.state.metrics = office, limits, counts
    app.state.showcase, app.state.started = Showcase(office), office.clock()
    return app
