"""What browsers and mail programs send by POST: read, counted, and handed over.

What a form may hold stands in `fields`, how often one may be sent in `limits`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from digest.subscribing.forms import Fields
from digest.web import fields
from digest.web.answers import office_of, page, tongue_of
from digest.web.limits import ASK, FORM, refused
from digest.web.stamps import is_ours

Act = Callable[[Request, Fields], Response]
"""Deals with what was sent; runs in a thread, for it touches the store."""

Handler = Callable[[Request], Awaitable[Response]]


def taking(act: Act, purpose: str = FORM) -> Handler:
    """Return a handler that counts a form for a purpose, reads it and hands it over.

    What is no form, or comes from another site's page, is refused: see `stamps`.
    """

    def run(request: Request, body: bytes) -> Response:
        if answer := refused(request, purpose):
            return answer
        say = tongue_of(request).say
        try:
            sent = fields.read(request.headers.get("content-type", ""), body)
        except fields.NotAFormError as error:
            title, more = say("That did not work"), say(error.why)
            return page(request, "problem.html", error.status, title=title, more=more)
        if not is_ours(office_of(request), request, sent, is_embedded=purpose == ASK):
            title = say("This form came from elsewhere")
            more = say("Open the page itself and send it again there.")
            return page(request, "problem.html", 403, title=title, more=more)
        return act(request, named(sent))

    return _reading(run)


def taking_all(act: Act) -> Handler:
    """Return a handler that takes whatever is sent, however often: what is no form is empty."""

    def run(request: Request, body: bytes) -> Response:
        try:
            sent = fields.read(request.headers.get("content-type", ""), body)
        except fields.NotAFormError:
            sent = fields.Form()
        return act(request, named(sent))

    return _reading(run)


def named(sent: fields.Form) -> Fields:
    """Return a form's fields by their names."""
    found: dict[str, list[str]] = {}
    for name, value in sent.pairs:
        found.setdefault(name, []).append(value)
    return found


def evenly(handle: Handler, step_seconds: float) -> Handler:
    """Return a handler whose answers come after a multiple of a time: it tells nothing else."""

    async def even(request: Request) -> Response:
        clock = asyncio.get_running_loop().time
        began = clock()
        answer = await handle(request)
        await asyncio.sleep(-(clock() - began) % step_seconds)
        return answer

    return even


def _reading(run: Callable[[Request, bytes], Response]) -> Handler:
    async def handle(request: Request) -> Response:
        return await run_in_threadpool(run, request, await request.body())

    return handle
