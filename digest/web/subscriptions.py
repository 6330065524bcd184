"""The API of subscriptions: what the readers' pages do, for scripts (docs/api.md).

    POST    /api/subscriptions               asks for mail; the same answer, whoever is meant
    GET     /api/subscriptions/TOKEN         what they chose
    PATCH   /api/subscriptions/TOKEN         what they wish else
    DELETE  /api/subscriptions/TOKEN         leaves
    POST    /api/subscriptions/TOKEN/pause   no mail for some weeks; DELETE resumes
    GET     /api/subscriptions/TOKEN/data    all that is held on them; DELETE erases it

The token is that of their preferences page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.errors import UsageError
from digest.models import Subscriber, SubscriberState
from digest.subscribing.documents import document_of, wishes_of
from digest.subscribing.wishes import Wishes
from digest.web import choosing
from digest.web.answers import office_of
from digest.web.documents import NotAnObjectError, problem, read_object, told_alone
from digest.web.fields import Form
from digest.web.inviting import STEP_SECONDS, invite
from digest.web.limits import ASK, FORM, refused
from digest.web.office import PREFERENCES
from digest.web.posting import Handler, evenly
from digest.web.readers import Reader, feed_path, reader_of, way_of
from digest.web.stamps import is_ours

Sent = Mapping[str, Any]

_ACCEPTED = {"detail": "If mail may go to this address, one is on its way that tells what to do."}
_WRONG = "Some fields are not right."


def ask(request: Request, sent: Sent) -> Response:
    """Put down that somebody asked."""
    said = sent.get("address", "")
    wishes, wrong = wishes_of(_without(sent, "address"), office_of(request).topics)
    wrong = invite(request, said if isinstance(said, str) else "", wishes, wrong, "web: api")
    return problem(422, _WRONG, wrong) if wrong else told_alone(request, _ACCEPTED, 202)


def show(request: Request, reader: Reader, _: Sent) -> Response:
    """Tell what they chose."""
    return _shown(request, reader.subscriber)


def choose(request: Request, reader: Reader, sent: Sent) -> Response:
    """Keep what they wish, if nothing is wrong with it."""
    wishes, wrong = wishes_of(sent, office_of(request).topics)
    return problem(422, _WRONG, wrong) if wrong else _kept(request, reader, wishes)


def leave(request: Request, reader: Reader, _: Sent) -> Response:
    """Put down that they left, however often."""
    office = office_of(request)
    office.registry.leave(reader.number, way_of(request, "web: api"), office.clock())
    return Response(status_code=204)


def pause(request: Request, reader: Reader, sent: Sent) -> Response:
    """Mail nothing for `weeks`; without them until they resume."""
    office, weeks = office_of(request), sent.get("weeks")
    wrong = dict.fromkeys(_without(sent, "weeks"), "There is no such field.")
    is_known = isinstance(weeks, int) and not isinstance(weeks, bool) and weeks in choosing.WEEKS
    if weeks is not None and not is_known:
        wrong["weeks"] = f"This must be one of {', '.join(map(str, choosing.WEEKS))}, or null."
    if wrong:
        return problem(422, _WRONG, wrong)
    until = choosing.FOR_EVER if weeks is None else office.clock() + timedelta(weeks=weeks)
    return _kept(request, reader, {"paused_until": until})


def resume(request: Request, reader: Reader, _: Sent) -> Response:
    """Mail what is due from now on."""
    return _kept(request, reader, {"paused_until": office_of(request).clock()})


def tell_all(request: Request, reader: Reader, _: Sent) -> Response:
    """Tell all that is held on them."""
    return told_alone(request, choosing.all_on(request, reader))


def erase(request: Request, reader: Reader, _: Sent) -> Response:
    """Erase what is held on them."""
    choosing.forget(request, reader)
    return Response(status_code=204)


def _kept(request: Request, reader: Reader, wishes: Wishes) -> Response:
    """Keep what they wish, and tell what they now have."""
    return _shown(request, office_of(request).registry.prefer(reader.number, wishes).subscriber)


def _shown(request: Request, found: Subscriber | None) -> Response:
    if found is None:
        return _unknown()
    office, wants = office_of(request), found.preferences
    is_active = found.state is SubscriberState.ACTIVE
    feed = office.address(feed_path(office, found.id)[1:]) if is_active else ""
    paused = wants.paused_until
    is_paused = paused is not None and paused > office.clock()
    value = {
        "state": found.state.value,
        **document_of(wants),
        "wants_empty": wants.wants_empty,
        "paused_until": paused.isoformat() if paused is not None and is_paused else None,
        "feeds": {"atom": f"{feed}.xml", "json": f"{feed}.json"} if feed else None,
    }
    return told_alone(request, value)


def _unknown() -> Response:
    return problem(404, "There is no such subscription.")


def _without(sent: Sent, name: str) -> Sent:
    return {key: value for key, value in sent.items() if key != name}


def _taking(
    act: Callable[[Request, Sent], Response], purpose: str, *, has_body: bool = True
) -> Handler:
    """Return a handler that counts what a script sends for a purpose, if it has one, and reads it.

    What a page of another site sends is refused, as forms are.
    """

    def run(request: Request, body: bytes) -> Response:
        if purpose and (answer := refused(request, purpose)):
            return answer
        is_reading = request.method in {"GET", "HEAD"}
        if not is_reading and not is_ours(office_of(request), request, Form(), is_embedded=False):
            return problem(403, "This came from a page of another site.")
        try:
            sent = read_object(request.headers.get("content-type", ""), body) if has_body else {}
        except NotAnObjectError as error:
            return problem(error.status, error.why)
        return act(request, sent)

    async def handle(request: Request) -> Response:
        return await run_in_threadpool(run, request, await request.body())

    return handle


def _own(
    act: Callable[[Request, Reader, Sent], Response],
    purpose: str = FORM,
    *,
    has_body: bool = False,
) -> Handler:
    """Return a handler of what a reader sends who is still there."""

    def acting(request: Request, sent: Sent) -> Response:
        reader = reader_of(request, PREFERENCES)
        if reader is None or reader.subscriber is None:
            return _unknown()
        try:
            return act(request, reader, sent)
        except UsageError:  # erased in between
            return _unknown()

    return _taking(acting, purpose, has_body=has_body)


_ALL = "/api/subscriptions"
_ONE = f"{_ALL}/{{token}}"
ROUTES = (
    Route(_ALL, evenly(_taking(ask, ASK), STEP_SECONDS), methods=["POST"]),
    Route(_ONE, _own(show, ""), methods=["GET"]),
    Route(_ONE, _own(choose, has_body=True), methods=["PATCH"]),
    Route(_ONE, _own(leave, ""), methods=["DELETE"]),
    Route(f"{_ONE}/pause", _own(pause, has_body=True), methods=["POST"]),
    Route(f"{_ONE}/pause", _own(resume), methods=["DELETE"]),
    Route(f"{_ONE}/data", _own(tell_all, ""), methods=["GET"]),
    Route(f"{_ONE}/data", _own(erase), methods=["DELETE"]),
)
"""Reading and leaving are not counted: who goes is never kept."""
