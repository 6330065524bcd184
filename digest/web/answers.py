"""Answers: pages from templates, redirects, and what is told where something is not there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from digest.models import ENGLISH, Tongue
from digest.web.cached import cached
from digest.web.documents import problem
from digest.web.office import Office
from digest.web.stamps import about, stamp

SEE_OTHER = 303
API = "/api/"
_HTML = "text/html"


def office_of(request: Request) -> Office:
    """Return what the pages need of the newsletter."""
    office: Office = request.app.state.office
    return office


def tongue_of(request: Request) -> Tongue:
    """Return the language in which who asked is answered: of the API, English."""
    return ENGLISH if pathless(request).startswith(API) else office_of(request).site.tongue


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page made from a template of `templates/web/`.

    Each gets `site`, `topics`, `path` (where its own pages begin) and `stamp` (for its forms),
    besides (or instead) what is given.
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


def kept(request: Request, made: str, updated: datetime | None, **headers: str) -> Response:
    """Return a page that was rendered, or that the browser has it."""
    return cached(request, made.encode(), _HTML, updated, **headers)


def rendered(request: Request, template: str, **values: Any) -> str:
    """Render a page; see `page`."""
    office = office_of(request)
    usual = {
        "site": office.site,
        "topics": tuple(office.topics.values()),
        "path": request.scope.get("root_path", ""),
        "stamp": stamp(office, about(request)),
    }
    return office.templates.get_template(f"web/{template}").render(usual | values)


def started(request: Request) -> datetime:
    """Return when this process began: what is made of templates and settings is as old."""
    at: datetime = request.app.state.started
    return at


def refusal(request: Request, status: int, title: str, more: str = "") -> Response:
    """Say why something was not done: to who asks the API as a problem, to others on a page.

    `title` and `more` are in the language of who asked: see `tongue_of`.
    """
    if pathless(request).startswith(API):
        return problem(status, f"{title}. {more}".strip())
    return page(request, "problem.html", status, title=title, more=more)


def line(
    request: Request, status: int, what: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return one line, for what is refused before anything is looked at."""
    if pathless(request).startswith(API):
        made = problem(status, what)
        made.headers.update(headers or {})
        return made
    return PlainTextResponse(f"{what}\n", status, headers)


def pathless(request: Request) -> str:
    """Return the path that was asked for, within our pages."""
    return str(request.scope["path"]).removeprefix(request.scope.get("root_path", ""))


def see_other(request: Request, path: str) -> Response:
    """Send the browser elsewhere on these pages, by GET, once a form was dealt with."""
    return RedirectResponse(request.scope.get("root_path", "") + path, SEE_OTHER)


def missing(request: Request) -> Response:
    """Say that there is no such page, or that a link is not (or no longer) good."""
    title = tongue_of(request).say("There is no such page")
    return page(request, "problem.html", 404, title=title, more="")
