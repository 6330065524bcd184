"""Answers that a client need not be sent twice: ETag, Last-Modified, 304 (RFC 9110)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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
    if has_same(request.headers, etag, updated):
        return Response(status_code=NOT_MODIFIED, headers=told)
    return Response(content, media_type=media_type, headers=told)


def has_same(headers: Mapping[str, str], etag: str, changed_at: datetime | None) -> bool:
    """Tell whether who asks has this already: by the ETag, and only without one by the time.

    RFC 9110, 13.2.2.
    """
    if (told := headers.get("if-none-match")) is not None:
        tags = {tag.strip().removeprefix("W/") for tag in told.split(",")}
        return "*" in tags or etag.removeprefix("W/") in tags
    since = headers.get("if-modified-since")
    if since is None or changed_at is None:
        return False
    try:
        known = parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False
    known = known if known.tzinfo else known.replace(tzinfo=UTC)
    return changed_at.replace(microsecond=0) <= known
