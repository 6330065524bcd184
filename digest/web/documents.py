"""JSON for scripts, out and in: what is told, what went wrong (RFC 9457), the object that was sent.

What anybody may read is open to every page (`Access-Control-Allow-Origin: *`), and so are problems;
what is one reader's is not, and is kept nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from email.message import Message
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from digest.web.cached import cached

JSON, PROBLEM = "application/json", "application/problem+json"
_ANYBODY = "*"
_MOST_ERRORS = 20


class NotAnObjectError(Exception):
    """A body is not read: with the status to answer, and why, in words."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def told(request: Request, value: object, updated: datetime | None) -> Response:
    """Answer with what anybody may read, or that the client has it."""
    return cached(request, _written(value), JSON, updated, access_control_allow_origin=_ANYBODY)


def told_alone(request: Request, value: object, status: int = 200) -> Response:
    """Answer with what is for one reader alone; to who only reads, or that they have it."""
    more = {"cache-control": "private, no-store", "x-robots-tag": "noindex"}
    if request.method in {"GET", "HEAD"}:
        named = {name.replace("-", "_"): told for name, told in more.items()}
        return cached(request, _written(value), JSON, None, **named)
    return Response(_written(value), status, more, JSON)


def problem(status: int, detail: str, errors: Mapping[str, str] | None = None) -> Response:
    """Answer with what went wrong; `errors` tell it by field, in words.

    `error` says the same as `detail`, where huggingface_hub looks for it.
    """
    said: dict[str, object] = {"type": "about:blank", "title": HTTPStatus(status).phrase}
    said |= {"status": status, "detail": detail, "error": detail}
    if errors:
        first = list(errors.items())[:_MOST_ERRORS]
        said["errors"] = [{"pointer": _pointer(name), "detail": what} for name, what in first]
    headers = {"access-control-allow-origin": _ANYBODY, "cache-control": "no-store"}
    return Response(_written(said), status, headers, PROBLEM)


def read_object(content_type: str, body: bytes) -> Mapping[str, Any]:
    """Read the object that was sent; raises `NotAnObjectError`."""
    message = Message()
    message["Content-Type"] = content_type.replace("\r", " ").replace("\n", " ")
    if message.get_content_type() != JSON or not content_type:
        raise NotAnObjectError(415, "Send JSON, with Content-Type: application/json.")
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:  # also what is no UTF-8
        raise NotAnObjectError(400, "What was sent could not be read as JSON.") from error
    if not isinstance(found, dict):
        raise NotAnObjectError(422, "What is sent must be a JSON object.")
    return found


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _pointer(name: str) -> str:
    """Point at a field, as RFC 6901 (section 6) writes it in an address."""
    escaped = name[:100].replace("~", "~0").replace("/", "~1")
    return "#/" + quote(escaped, safe="!$&'()*+,;=:@~", errors="replace")


def _refuse(_: str) -> NoReturn:
    raise ValueError("JSON has no such number")
