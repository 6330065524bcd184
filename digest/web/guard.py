"""What stands before all pages: who asked, for which host, how much; and what every answer says.

    request ─▶ who asked ─▶ host? ─▶ pace? ─▶ body and time bounded ─▶ pages ─▶ headers ─▶ answer
               (proxies)                                               │
                                                   an error: 500, logged by type

What goes wrong is logged by its type and its place in the program: no address, no token, no value.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from datetime import timedelta
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.errors import DigestError, StoreError
from digest.models import phrase
from digest.web.answers import line, pathless, refusal, tongue_of
from digest.web.headers import ALWAYS, STRICT_TRANSPORT, UNLESS_SAID, Hosts, is_too_long
from digest.web.limits import Limits, too_many
from digest.web.metrics import Metrics
from digest.web.office import Office
from digest.web.proxies import FROM_PROXY, UNIX, Asked, Trusted, asked, is_forwarded

LOG = logging.getLogger("digest.web")
BODY_SECONDS = 20.0
SEND_SECONDS = 60.0
_ANYONE = frozenset({"/healthz", "/readyz", "/metrics"})
_BUSY_SECONDS = "5"


class Guard:
    """Stands before an application; takes and gives what ASGI says."""

    def __init__(self, app: ASGIApp, office: Office, limits: Limits, metrics: Metrics) -> None:
        self._app = app
        self._web = office.web
        self._limits = limits
        self._metrics = metrics
        self._trusted = Trusted.of(office.web.trusted_proxies)
        site = (office.site.url,) if office.web.serves_output else ()
        self._hosts = Hosts((office.origin, *site), office.web.hosts)
        self._root = urlsplit(office.origin).path
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._place(scope)
        answer = Answer(send, scope, self._web.max_body_kib * 1024)
        before = asyncio.get_running_loop().time()
        try:
            await self._answer(scope, answer.bounded(receive), answer)
        except ClientDisconnect:
            answer.status = 499
        finally:
            seconds = asyncio.get_running_loop().time() - before
            self._metrics.count(scope, answer.status, seconds)

    async def _answer(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        request = Request(scope, receive)
        try:
            refused = self._refused(request)
            if refused is not None:
                await refused(scope, receive, answer.send)
            else:
                await self._app(scope, receive, answer.send)
        except (ClientDisconnect, TooSlowError):
            raise ClientDisconnect from None
        except HTTPException as error:  # of a body that is too large, or too slow
            await self._fail(request, answer, told(request, error))
        except Exception as error:
            LOG.error("%s", place_of(error))  # noqa: TRY400 - a trace may hold addresses
            await self._fail(request, answer, _failed(request, error))

    @staticmethod
    async def _fail(request: Request, answer: Answer, response: Response) -> None:
        """Answer so, unless something else was answered already: then cut it off."""
        if answer.status:
            raise ClientDisconnect
        response.headers["Connection"] = "close"
        await response(request.scope, request.receive, answer.send)

    def _refused(self, request: Request) -> Response | None:
        """Return what is answered before any page sees the request, if it is refused."""
        target = request.scope.get("raw_path", b"") + request.scope["query_string"]
        if is_too_long(request.scope["headers"], target):  # h11 bounds only what comes in pieces
            return line(request, 431, "The request is too long.", {"Connection": "close"})
        if pathless(request) in _ANYONE:
            return None
        if not self._hosts.has(request.headers.get("host", "")):
            return line(request, 421, "There is nothing under this name (web.hosts).")
        if request.method in {"TRACE", "CONNECT"}:
            return line(request, 405, "Not here.", {"Allow": "GET, HEAD, OPTIONS, POST"})
        client = request.client.host if request.client else ""
        return too_many(request, timedelta(minutes=1)) if self._limits.is_hurried(client) else None

    def _place(self, scope: Scope) -> None:
        """Put into the scope who asked, by which scheme and host, and where our pages begin."""
        headers = Headers(scope=scope)
        client = scope.get("client")
        peer = Asked(
            client=(client[0] if client else "") or UNIX,
            scheme=scope["scheme"],
            host=headers.get("host", ""),
        )
        found = asked(peer, scope["headers"], self._trusted, self._web.forwarded)
        scope[FROM_PROXY] = self._trusted.has(peer.client)
        if found == peer and not self._has_warned and is_forwarded(scope["headers"]):
            self._has_warned = True
            LOG.warning("a proxy is in front that web.trusted_proxies does not name")
        scope["client"], scope["scheme"] = (found.client, 0), found.scheme
        if found.host != peer.host:
            others = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scope["headers"] = [(b"host", found.host.encode("latin-1")), *others]
        if self._root:
            path = scope["path"]
            is_whole = path == self._root or path.startswith(f"{self._root}/")
            scope["root_path"] = self._root
            scope["path"] = path if is_whole else self._root + path


class Answer:
    """What is answered to one request, on its way out; and what it may send, bounded."""

    def __init__(self, send: Send, scope: Scope, most_bytes: int) -> None:
        self.status = 0
        self._send = send
        self._most = most_bytes
        self._is_head = scope["method"] == "HEAD"
        self._is_options = scope["method"] == "OPTIONS"
        self._is_secure = scope["scheme"] == "https"
        self._length = Headers(scope=scope).get("content-length", "")
        self._is_silent = self._is_head

    def bounded(self, receive: Receive) -> Receive:
        """Return `receive`, with a bound to how much comes, and in which time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + BODY_SECONDS
        taken = 0
        is_whole = False

        async def take() -> Message:
            nonlocal taken, is_whole
            if self._length.isdecimal() and int(self._length) > self._most:
                raise HTTPException(413)
            if is_whole:  # what comes now is that they left
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            taken += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            if taken > self._most:
                raise HTTPException(413)
            return message

        return take

    async def send(self, message: Message) -> None:
        """Send what every answer says along; of HEAD, no body."""
        if message["type"] == "http.response.start":
            self._finish_headers(message)
            self.status = message["status"]
        elif self._is_silent:
            message = {**message, "body": b""}
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._send(message)
        except TimeoutError:
            raise TooSlowError from None

    def _finish_headers(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        if self._is_options and message["status"] == 405:
            message["status"] = 204
            headers["allow"] = ", ".join(sorted({*_names(headers.get("allow", "")), "OPTIONS"}))
            for name in ("content-length", "content-type"):
                del headers[name]
            self._is_silent = True
        for name, value in ALWAYS.items():
            headers[name] = value
        for name, value in UNLESS_SAID.items():
            headers.setdefault(name, value)
        if self._is_secure:
            headers["strict-transport-security"] = STRICT_TRANSPORT


class TooSlowError(Exception):
    """Who asked does not take the answer."""


_TOLD = {
    404: (phrase("There is no such page"), ""),
    405: (
        phrase("That cannot be done here"),
        phrase("This address takes another kind of request."),
    ),
    408: (phrase("That took too long"), phrase("Please send it again.")),
    413: (phrase("That is too much"), phrase("Please send less.")),
}


def told(request: Request, error: Exception) -> Response:
    """Return the page of what a route or the guard refused; for the API, JSON."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    title, more = _TOLD.get(status, (phrase("That did not work"), ""))
    say = tongue_of(request).say
    made = refusal(request, status, say(title), say(more) if more else "")
    headers = error.headers if isinstance(error, HTTPException) else None
    made.headers.update(headers or {})
    if status in {408, 413}:  # what is still to come is not read
        made.headers["Connection"] = "close"
    return made


def place_of(error: Exception) -> str:
    """Tell what went wrong without what it was about: its type, and where in the program."""
    ours = [at for at in traceback.extract_tb(error.__traceback__) if "/digest/" in at.filename]
    at = ours[-1] if ours else None
    where = f" in {at.filename.rpartition('/digest/')[2]}, line {at.lineno}" if at else ""
    more = f": {error}" if isinstance(error, StoreError) else ""
    return f"{type(error).__name__}{where}{more}"


def _failed(request: Request, error: Exception) -> Response:
    is_busy = isinstance(error, StoreError)
    status = 503 if is_busy else 500
    say = tongue_of(request).say
    title = say("That did not work just now") if is_busy else say("Something went wrong here")
    more = say("Nothing was changed. Please try again in a moment.")
    try:
        made = refusal(request, status, title, more)
    except (DigestError, OSError):  # a template of the user's own
        made = PlainTextResponse(f"{title}.\n{more}\n", status)
    if is_busy:
        made.headers["Retry-After"] = _BUSY_SECONDS
    return made


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]
