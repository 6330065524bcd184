"""What stands before each page of the desk: is there one, who is signed in, is the form ours.

viewing(show)     GET: the page, or to the sign-in page
curating(act)     POST: signed in, with the session's stamp, from no other site; else 403
for_scripts(act)  JSON: by the key of scripts in `Authorization: Bearer`; problems as RFC 9457
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from digest.errors import UsageError
from digest.subscribing.forms import Fields
from digest.web import fields
from digest.web.admin.session import is_ours, session_of, stamp_of
from digest.web.answers import missing, office_of, page, see_other, tongue_of
from digest.web.asking import AskedWrongly
from digest.web.documents import NotAnObjectError, problem, read_object
from digest.web.headers import Origins
from digest.web.posting import named
from digest.web.stamps import STAMP

Show = Callable[[Request], Response]
Act = Callable[[Request, Fields], Response]
ScriptAct = Callable[[Request, Mapping[str, Any]], Response]
Handler = Callable[[Request], Awaitable[Response]]

SIGN_IN = "/admin/sign-in"


def viewing(show: Show) -> Show:
    """Return an endpoint that shows a page to who is signed in; others go to sign in."""

    def shown(request: Request) -> Response:
        if not office_of(request).admin.is_on:
            return missing(request)
        if session_of(request) is None:
            return see_other(request, SIGN_IN)
        try:
            return show(request)
        except AskedWrongly as error:
            say = tongue_of(request).say
            return _refused(request, say("This address is not right"), error, 400)

    return shown


def curating(act: Act) -> Handler:
    """Return an endpoint that takes the forms of who is signed in, in a thread.

    A `UsageError` of `act` is told on a page.
    """

    def run(request: Request, body: bytes) -> Response:
        if not office_of(request).admin.is_on:
            return missing(request)
        session, say = session_of(request), tongue_of(request).say
        if session is None:
            return _refused(request, say("You are not signed in"), say("Sign in, and do it again."))
        try:
            sent = fields.read(request.headers.get("content-type", ""), body)
        except fields.NotAFormError as error:
            return _refused(request, say("That did not work"), say(error.why), error.status)
        if not is_ours(request, session, sent.one(STAMP)):
            return _refused(
                request, say("This form came from elsewhere"), say("Open the page anew.")
            )
        try:
            return act(request, named(sent))
        except UsageError as error:
            return _refused(request, say("That cannot be done"), error, 422)

    async def handle(request: Request) -> Response:
        return await run_in_threadpool(run, request, await request.body())

    return handle


def admin_page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page of the desk, made from a template of `templates/web/admin/`.

    Each gets what other pages get, `session`, `here` (its path), and as `stamp` what its forms
    must carry.
    """
    session = session_of(request)
    path = str(request.scope["path"]).removeprefix(request.scope.get("root_path", ""))
    own: dict[str, Any] = {"session": session, "here": path}
    own |= {"stamp": stamp_of(request, session)} if session else {}
    return page(request, f"admin/{template}", status, **(own | values))


def for_scripts(act: ScriptAct) -> Handler:
    """Return an endpoint for who has the key: it is given the JSON object sent, `{}` by GET.

    A `UsageError` of `act`, or what is asked wrongly, is answered with 422.
    """

    def run(request: Request, body: bytes) -> Response:
        if refused := _without_key(request):
            return refused
        kind = request.headers.get("content-type", "")
        try:
            return act(request, read_object(kind, body) if request.method == "POST" else {})
        except NotAnObjectError as error:
            return problem(error.status, error.why)
        except (UsageError, AskedWrongly) as error:
            return problem(422, _sentence(error))

    async def handle(request: Request) -> Response:
        return await run_in_threadpool(run, request, await request.body())

    return handle


def _refused(request: Request, title: str, more: str | Exception, status: int = 403) -> Response:
    """Say why; what an error says is the program's own English."""
    told = _sentence(more) if isinstance(more, Exception) else more
    values = {"title": title, "more": told, "is_english": told != more}
    return admin_page(request, "refused.html", status, **values)


def _sentence(error: Exception) -> str:
    text = str(error)
    hint = getattr(error, "hint", "")
    return f"{text[:1].upper()}{text[1:]}.{f' ({hint})' if hint else ''}"


def _without_key(request: Request) -> Response | None:
    """Return what is answered to who has no key, or asks from another site's page."""
    office = office_of(request)
    if not office.admin.key_hash:
        return problem(404, "There is no such address.")
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    mark = hashlib.sha256(key.strip().encode("utf-8", "surrogatepass")).hexdigest()
    is_known = hmac.compare_digest(mark, office.admin.key_hash)
    if kind.lower() != "bearer" or not is_known:
        answer = problem(401, "The key is missing or wrong: send Authorization: Bearer KEY.")
        answer.headers["WWW-Authenticate"] = 'Bearer realm="desk"'
        return answer
    own = f"{request.url.scheme}://{request.headers.get('host', '')}".lower()
    if Origins((office.origin,)).judge(request.headers, own) is False:
        return problem(403, "This is not for pages of other sites.")
    return None
