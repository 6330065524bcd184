"""Signing in and out: GET and POST /admin/sign-in, POST /admin/sign-out.

A password costs a third of a second and 32 MiB to try. So tries are counted first, by network and
in all, over restarts; and one is weighed at a time, in a thread of its own, so that any number of
them leaves memory and the other pages alone. The wrong and the right take the same time.
"""

from __future__ import annotations

import logging

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from digest.models import phrase
from digest.passwords import is_right
from digest.subscribing.forms import Fields
from digest.web import fields
from digest.web.admin.session import begin, end, is_safe, session_of
from digest.web.admin.shell import SIGN_IN, admin_page, curating
from digest.web.answers import missing, office_of, see_other, tongue_of
from digest.web.limits import SIGN_IN as TRYING
from digest.web.limits import refused
from digest.web.stamps import is_ours

LOG = logging.getLogger("digest.web.admin")
HOME = "/admin/"


def show(request: Request) -> Response:
    """Ask for the password, or say how else to sign in."""
    if not office_of(request).admin.is_on:
        return missing(request)
    return see_other(request, HOME) if session_of(request) else _asking(request)


async def sign_in(request: Request) -> Response:
    """Begin a session where the password is right."""
    body = await request.body()
    typed = await run_in_threadpool(_password_in, request, body)
    if isinstance(typed, Response):
        return typed
    kept = office_of(request).admin.password_hash
    one_at_a_time: CapacityLimiter = request.app.state.weighing
    if not await to_thread.run_sync(is_right, typed, kept, limiter=one_at_a_time):
        LOG.warning("a wrong password was given at the desk")
        return await run_in_threadpool(_asking, request, phrase("This is not the password."))
    LOG.info("somebody signed in at the desk")
    answer = see_other(request, HOME)
    begin(request, answer)
    return answer


def sign_out(request: Request, _sent: Fields) -> Response:
    """End this browser's session."""
    answer = see_other(request, SIGN_IN)
    end(request, answer)
    return answer


def home(request: Request) -> Response:
    """Send `/admin` to where the desk begins."""
    return RedirectResponse(request.scope.get("root_path", "") + HOME, 308)


def _password_in(request: Request, body: bytes) -> str | Response:
    """Return the password that a form holds; else what is answered."""
    office = office_of(request)
    if not office.admin.is_on:
        return missing(request)
    if not office.admin.password_hash or not is_safe(request):
        return _asking(request)
    if too_many := refused(request, TRYING):
        return too_many
    try:
        sent = fields.read(request.headers.get("content-type", ""), body)
    except fields.NotAFormError as error:
        return _asking(request, error.why, error.status)
    if not is_ours(office, request, sent, is_embedded=False):
        return _asking(request, phrase("This form came from elsewhere. Please type it here."))
    return next((value for name, value in sent.pairs if name == "password"), "")


def _asking(request: Request, wrong: str = "", status: int = 403) -> Response:
    return admin_page(
        request,
        "sign-in.html",
        status if wrong else 200,
        title=tongue_of(request).say("Sign in"),
        wrong=tongue_of(request).say(wrong) if wrong else "",
        can_type=bool(office_of(request).admin.password_hash),
        is_safe=is_safe(request),
    )


ROUTES = (
    Route("/admin", home, methods=["GET"]),
    Route(SIGN_IN, show, methods=["GET"]),
    Route(SIGN_IN, sign_in, methods=["POST"]),
    Route("/admin/sign-out", curating(sign_out), methods=["POST"]),
)
