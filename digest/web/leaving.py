"""Leaving: one button on a page, or one click in a mail program (RFC 8058); and the way back.

    GET   /unsubscribe/TOKEN   the page; nothing changes, for scanners follow links
    POST  /unsubscribe/TOKEN   leaves, whatever the body says and however it is encoded; with
                               `undo` comes back, within a day, where they had confirmed before

Such a link is good for ever; where its reader was erased, they have left.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest.errors import UsageError
from digest.models import Subscriber, SubscriberState
from digest.subscribing.forms import Fields, first
from digest.web.answers import missing, office_of, page, tongue_of
from digest.web.office import UNSUBSCRIBE, Office
from digest.web.posting import taking_all
from digest.web.readers import Reader, preferences_path, reader_of, way_of

_UNDO_WITHIN = timedelta(days=1)
_IN = frozenset({SubscriberState.ACTIVE, SubscriberState.PENDING})


def show(request: Request) -> Response:
    """Show the button to who is subscribed, and to others that they are not."""
    reader = reader_of(request, UNSUBSCRIBE)
    if reader is None:
        return missing(request)
    if reader.subscriber is not None and reader.subscriber.state in _IN:
        title = tongue_of(request).say("Unsubscribe")
        return page(request, "leave.html", title=title, token=reader.token)
    return _left(request, reader)


def act(request: Request, fields: Fields) -> Response:
    """Leave, or come back; to a mail program's click the answer is one line."""
    reader = reader_of(request, UNSUBSCRIBE)
    if reader is None:
        return missing(request)
    if first(fields, "undo"):
        return _undo(request, reader)
    is_click = first(fields, "List-Unsubscribe") == "One-Click"
    if reader.subscriber is not None:
        source = "web: one-click" if is_click else "web: unsubscribe"
        _leave(request, reader.number, source)
    if is_click:
        said = tongue_of(request).say("You are unsubscribed.")
        return PlainTextResponse(f"{said}\n", headers={"Cache-Control": "no-store"})
    return _left(request, reader)


def _leave(request: Request, number: int, source: str) -> None:
    office = office_of(request)
    try:
        office.registry.leave(number, way_of(request, source), office.clock())
    except UsageError:  # erased in between
        return


def _undo(request: Request, reader: Reader) -> Response:
    office = office_of(request)
    found = office.registry.find(reader.number)
    if found is not None and _may_undo(office, found):
        with suppress(UsageError):  # another click came in between
            office.registry.restore(found.id, way_of(request, "web: undo"), office.clock())
        found = office.registry.find(reader.number)
    is_back = found is not None and found.state is SubscriberState.ACTIVE
    return _back(request, reader) if is_back else _left(request, reader)


def _may_undo(office: Office, found: Subscriber) -> bool:
    """Tell whether they left just now, and had confirmed before."""
    is_recent = office.clock() - found.since <= _UNDO_WITHIN
    had_confirmed = found.active_since is not None
    return found.state is SubscriberState.UNSUBSCRIBED and had_confirmed and is_recent


def _left(request: Request, reader: Reader) -> Response:
    office = office_of(request)
    found = office.registry.find(reader.number)
    can_undo = found is not None and _may_undo(office, found)
    title = tongue_of(request).say("You are unsubscribed")
    return page(request, "left.html", title=title, token=reader.token, can_undo=can_undo)


def _back(request: Request, reader: Reader) -> Response:
    own = preferences_path(office_of(request), reader.number)
    title = tongue_of(request).say("You are subscribed again")
    return page(request, "back.html", title=title, preferences=own)


_PATH = f"/{UNSUBSCRIBE}/{{token}}"
ROUTES = (
    Route(_PATH, show, methods=["GET"]),
    Route(_PATH, taking_all(act), methods=["POST"]),
)
