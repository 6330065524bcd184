"""Files: the look of these pages under `/assets/`, and, where the settings say so, the output.

Of the output only what was published is served: nothing whose name begins with a dot, but what
stands in `.well-known/` (RFC 8615), and nothing outside the folder, whatever the address or a link
in the folder says. Each answer has an ETag and Last-Modified; who has the same already is told so
(304). The API's files and the feeds are for any page, as the API's own answers are.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from digest.errors import TemplateError
from digest.render.names import SEARCH
from digest.web.answers import missing, office_of
from digest.web.cached import has_same
from digest.web.headers import POLICY, SEARCHING, origin_of
from digest.web.published import find, kind_of

_ASSETS = {
    "style.css": "site/style.css",
    "icon.svg": "site/icon.svg",
    "web.css": "web/web.css",
    "zone.js": "web/zone.js",
    "admin.css": "web/admin/admin.css",
}
_FOR_PROGRAMS = ("api/", "feeds/")
_FOR_A_WHILE = "public, max-age=300"
_MISSING_PAGE = "404.html"


@dataclass(frozen=True, slots=True)
class File:
    """What is served: its bytes, what they are, and when they last changed."""

    content: bytes
    kind: str
    etag: str
    changed_at: datetime | None = None


def asset(request: Request) -> Response:
    """Answer with a file of the look; one of the output's where it has no other."""
    name = request.path_params["name"]
    template = _ASSETS.get(name)
    if template is None:
        return output(request)
    try:
        content = office_of(request).templates.get_template(template).render().encode()
    except TemplateError:
        return missing(request)
    etag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    return answer(request, File(content, kind_of(name), etag))


def output(request: Request) -> Response:
    """Answer with a published file, its folder's page, or that there is none."""
    office = office_of(request)
    if not office.web.serves_output:
        return missing(request)
    root = request.scope.get("root_path", "")
    path = request.scope["path"].removeprefix(root).removeprefix("/")
    found = find(office.output, path)
    if isinstance(found, Path):
        held = load(found)
        more = policy_of(office.origin, path) | _for_any_page(path)
        return answer(request, held, more) if held else missing(request)
    if found:
        return RedirectResponse(quote(f"{root}/{path}/"), 308)
    held = load(office.output / _MISSING_PAGE)
    return Response(held.content, 404, media_type=held.kind) if held else missing(request)


def policy_of(origin: str, path: str = "") -> dict[str, str]:
    """Return what a published page may do: also send the form that these pages receive."""
    policy = SEARCHING if path.startswith(f"{SEARCH}/") else POLICY
    forms = f"form-action 'self' {origin_of(origin)}" if origin else "form-action 'self'"
    return {"Content-Security-Policy": policy.replace("form-action 'self'", forms)}


def load(path: Path) -> File | None:
    """Read a file, whole as it was when it was opened; None where it is none (any more)."""
    try:
        with path.open("rb") as stream:
            told = os.fstat(stream.fileno())
            if not stat.S_ISREG(told.st_mode):
                return None
            content = stream.read()
    except OSError:
        return None
    etag = f'"{told.st_mtime_ns:x}-{told.st_ino:x}-{told.st_size:x}"'
    return File(content, kind_of(path.as_posix()), etag, datetime.fromtimestamp(told.st_mtime, UTC))


def answer(request: Request, file: File, more: Mapping[str, str] | None = None) -> Response:
    """Answer with a file, or that who asks has the same already."""
    headers = {"ETag": file.etag, "Cache-Control": _FOR_A_WHILE, **(more or {})}
    if file.changed_at:
        headers["Last-Modified"] = format_datetime(file.changed_at.replace(microsecond=0), True)
    if has_same(request.headers, file.etag, file.changed_at):
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers={**headers, "Content-Type": file.kind})


def _for_any_page(path: str) -> dict[str, str]:
    is_data = path.startswith(_FOR_PROGRAMS) and not path.endswith(".html")
    return {"Access-Control-Allow-Origin": "*"} if is_data else {}


PUBLISHED = ("/api/index.json", "/api/days/{name}.json", "/api/daily_papers/{name}.json")
"""What `render.to_api` publishes; of papers, `api` answers what is asked for by its file."""

API_FILES = tuple(Route(path, output, methods=["GET"]) for path in PUBLISHED)
ROUTES = (Route("/assets/{name}", asset), Route("/{path:path}", output))
"""The last of them takes what no other route did."""
