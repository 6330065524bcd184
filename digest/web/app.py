"""The application: its routes, in the order they are looked at, and what stands before all."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from digest.web import health
from digest.web.office import Office

GROUPS = (health.ROUTES,)
"""The routes of each module; a new group of pages is one more line."""


def make_app(office: Office) -> Starlette:
    """Return the application of one newsletter."""
    routes: list[BaseRoute] = [route for group in GROUPS for route in group]
    app = Starlette(routes=routes)
    app.state.office = office
    return app
