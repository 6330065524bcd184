"""Answers: pages from templates, redirects, and what is told where something is not there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from digest.web.cached import cached
from digest.web.office import Office
from digest.web.stamps import stamp

SEE_OTHER = 303
_HTML = "text/html"


def office_of(request: Request) -> Office:
    """Return what the pages need of the newsletter."""
    office: Office = request.app.state.office
    return office


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page made from a template of `templates/web/`.

    Each gets `site`, `topics`, `path` (where its own pages begin) and `stamp` (for its forms),
    besides what is given.
    """
    made = rendered(request, template, **values)
    return HTMLResponse(made, status_code=status, headers={"Cache-Control": "no-store"})


def public_page(
    request: Request, template: str, updated: datetime | None, **values: Any
) -> Response:
    """Return a page that is the same for all, which a browser keeps and asks after.

    `updated` is a time since when it did not change, None where none can be told.
    """
    return kept(request, rendered(request, template, **values), updated)


def kept(request: Request, made: str, updated: datetime | None) -> Response:
    """Return a page that was rendered, or that the browser has it."""
    return cached(request, made.encode(), _HTML, updated)


def rendered(request: Request, template: str, **values: Any) -> str:
    """Render a page; see `page`."""
    office = office_of(request)
    return office.templates.get_template(f"web/{template}").render(
        site=office.site,
        topics=tuple(office.topics.values()),
        path=request.scope.get("root_path", ""),
        stamp=stamp(office, request),
        **values,
    )


def started(request: Request) -> datetime:
    """Return when this process began: what is made of templates and settings is as old."""
    at: datetime = request.app.state.started
    return at


def see_other(request: Request, path: str) -> Response:
    """Send the browser elsewhere on these pages, by GET, once a form was dealt with."""
    return RedirectResponse(request.scope.get("root_path", "") + path, SEE_OTHER)


def missing(request: Request) -> Response:
    """Say that there is no such page, or that a link is not (or no longer) good."""
    return page(request, "problem.html", 404, title="There is no such page", more="")
