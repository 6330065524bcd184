"""Answers that a client need not be sent twice: ETag, Last-Modified, 304 (RFC 9110)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response

NOT_MODIFIED = 304


def cached(
    request: Request, content: bytes, media_type: str, updated: datetime | None, **headers: str
) -> Response:
    """Return the content, or that the client has it; what it holds decides, else `updated`."""
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    told = {"etag": etag, "cache-control": "public, no-cache"}
    if updated is not None:
        whole = updated.astimezone(UTC).replace(microsecond=0)
        told["last-modified"] = format_datetime(whole, usegmt=True)
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    if _has(request, etag, updated):
        return Response(status_code=NOT_MODIFIED, headers=told)
    return Response(content, media_type=media_type, headers=told)


def _has(request: Request, etag: str, updated: datetime | None) -> bool:
    """Tell whether the client has it: by the ETag, and only without one by the time."""
    if (told := request.headers.get("if-none-match")) is not None:
        tags = (each.strip().removeprefix("W/") for each in told.split(","))
        return any(each in (etag, "*") for each in tags)
    since = request.headers.get("if-modified-since")
    if since is None or updated is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False
    if moment.tzinfo is None:
        return False
    return updated.replace(microsecond=0) <= moment
