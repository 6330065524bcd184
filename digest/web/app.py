"""The application: its routes, in the order they are looked at, and what stands before all."""

from __future__ import annotations

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from digest.web import (
    admin,
    api,
    catalogue,
    choosing,
    feeding,
    files,
    health,
    joining,
    leaving,
    metrics,
    nowhere,
    searching,
    subscriptions,
    viewing,
)
from digest.web.guard import Guard, told
from digest.web.limits import Limits
from digest.web.metrics import Metrics
from digest.web.office import Office
from digest.web.shelf import Shelf
from digest.web.shown import Showcase

GROUPS = (
    health.ROUTES,
    metrics.ROUTES,
    joining.ROUTES,
    choosing.ROUTES,
    leaving.ROUTES,
    viewing.ROUTES,
    searching.ROUTES,
    feeding.ROUTES,
    api.ROUTES,
    catalogue.ROUTES,
    subscriptions.ROUTES,
    admin.ROUTES,
)
"""The routes of each module; a new group of pages is one more line."""

LAST = (*files.API_FILES, nowhere.ROUTE, *files.ROUTES)
"""What takes every address that no other does."""


def make_app(office: Office) -> Starlette:
    """Return the application of one newsletter."""
    routes: list[BaseRoute] = [route for group in (*GROUPS, LAST) for route in group]
    if office.web.serves_output:
        routes = [Route("/", files.output, methods=["GET"]), *routes]
    limits, counts = Limits(office), Metrics(office)
    guard = Middleware(Guard, office=office, limits=limits, metrics=counts)
    app = Starlette(routes=routes, middleware=[guard], exception_handlers={HTTPException: told})
    app.state.office, app.state.limits, app.state.metrics = office, limits, counts
    app.state.shelf, app.state.started = Shelf(office), office.clock()
    app.state.feeds = feeding.Feeds(office, app.state.shelf)
    app.state.showcase, app.state.weighing = Showcase(office), CapacityLimiter(1)
    return app
