"""What browsers and mail programs send by POST, read within limits, in both encodings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digest.subscribing.forms import Fields

_MOST_FIELDS = 400
_MOST_BYTES = 64 * 1024

Act = Callable[[Request, Fields], Response]
"""Deals with what was sent; runs in a thread, for it touches the store."""


def taking(act: Act) -> Callable[[Request], Awaitable[Response]]:
    """Return a handler that reads a form and hands it over; what cannot be read is empty."""

    async def handle(request: Request) -> Response:
        return await run_in_threadpool(act, request, await fields_of(request))

    return handle


async def fields_of(request: Request) -> Fields:
    """Return what was sent; files do not count, nor what is no form."""
    found: dict[str, list[str]] = {}
    try:
        limits = {"max_fields": _MOST_FIELDS, "max_part_size": _MOST_BYTES}
        async with request.form(max_files=0, **limits) as form:
            for name, value in form.multi_items():
                if isinstance(value, str):
                    found.setdefault(name, []).append(value)
    except HTTPException:
        return {}
    return found
