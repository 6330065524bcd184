"""Answers: pages from templates, redirects, and what is told where something is not there."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from digest.web.office import Office
from digest.web.stamps import about, stamp

SEE_OTHER = 303


def office_of(request: Request) -> Office:
    """Return what the pages need of the newsletter."""
    office: Office = request.app.state.office
    return office


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page made from a template of `templates/web/`.

    Each gets `site`, `topics`, `path` (where its own pages begin) and `stamp` (for its forms),
    besides (or instead) what is given.
    """
    office = office_of(request)
    usual = {
        "site": office.site,
        "topics": tuple(office.topics.values()),
        "path": request.scope.get("root_path", ""),
        "stamp": stamp(office, about(request)),
    }
    made = office.templates.get_template(f"web/{template}").render(usual | values)
    return HTMLResponse(made, status_code=status, headers={"Cache-Control": "no-store"})


def see_other(request: Request, path: str) -> Response:
    """Send the browser elsewhere on these pages, by GET, once a form was dealt with."""
    return RedirectResponse(request.scope.get("root_path", "") + path, SEE_OTHER)


def missing(request: Request) -> Response:
    """Say that there is no such page, or that a link is not (or no longer) good."""
    return page(request, "problem.html", 404, title="There is no such page", more="")
