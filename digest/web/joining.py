"""Joining: the subscribe page, what it sends, and the link that confirms.

GET  /, /subscribe      the page: a form beside the last edition
POST /subscribe         the same answer, in the same time, whoever is meant; a mail tells the
                        owner of the address, and nobody else, what came of it
GET  /check             "check your inbox"
GET  /confirm/TOKEN     one button; nothing changes, for scanners follow links
POST /confirm/TOKEN     mail goes from now on
GET  /embed             a form for pages elsewhere
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.errors import UsageError
from digest.models import SubscriberState
from digest.pipeline.subscribing import CONFIRM_WITHIN
from digest.subscribing.forms import Fields, first, typed, wishes_in
from digest.subscribing.wishes import WORDS
from digest.web.answers import (
    kept,
    missing,
    office_of,
    page,
    public_page,
    rendered,
    see_other,
    started,
    tongue_of,
)
from digest.web.fields import HONEYPOT
from digest.web.headers import SCRIPTED
from digest.web.inviting import STEP_SECONDS, invite, wording
from digest.web.limits import ASK
from digest.web.office import CONFIRM, Office
from digest.web.posting import evenly, taking
from digest.web.readers import Reader, feed_path, preferences_path, reader_of, way_of
from digest.web.shown import Showcase
from digest.web.stamps import about, stamp
from digest.web.zones import zones

_FORM = "join.html"
_FORMS = frozenset({"page", "embed"})
_UNPROCESSABLE, _GONE = 422, 410


def show(request: Request) -> Response:
    """Show the form, with what somebody gets who chooses nothing; made anew where it changed."""
    office, showcase = office_of(request), _showcase(request)
    made_of = (showcase.now(), stamp(office, about(request)), request.scope.get("root_path", ""))
    if (made := showcase.page(made_of)) is None:
        wants = office.registry.defaults
        told = {"cadence": WORDS[wants.cadence], "hour": str(wants.hour), "zone": wants.zone}
        values = _values(request, {"address": "", "topics": (), **told}, {})
        made = showcase.keep(made_of, rendered(request, _FORM, **values))
    return kept(request, *made, content_security_policy=SCRIPTED)


def ask(request: Request, fields: Fields) -> Response:
    """Put down that somebody asked; whoever is meant, the answer is the same."""
    office = office_of(request)
    if first(fields, HONEYPOT):
        return see_other(request, "/check")
    tongue = tongue_of(request)
    wishes, wrong = wishes_in(fields, office.topics, tongue)
    form = first(fields, "form")
    source = f"web: {form if form in _FORMS else 'other'}"
    wrong = invite(request, first(fields, "address"), wishes, wrong, source, tongue)
    if wrong:
        wants = office.registry.defaults
        told = typed(fields)
        told["cadence"] = told["cadence"] or WORDS[wants.cadence]
        told["hour"], told["zone"] = told["hour"] or str(wants.hour), told["zone"] or wants.zone
        return page(request, _FORM, _UNPROCESSABLE, **_values(request, told, wrong))
    return see_other(request, "/check")


def check(request: Request) -> Response:
    """Say that a mail is on its way; the same to all."""
    days, title = CONFIRM_WITHIN.days, tongue_of(request).say("Check your inbox")
    return public_page(request, "check.html", started(request), title=title, days=days)


def show_confirm(request: Request) -> Response:
    """Show the button that confirms."""
    reader = reader_of(request, CONFIRM)
    if reader is None:
        return missing(request)
    if _is_confirmed(reader):
        return _welcome(request, reader)
    if not _is_good(office_of(request), reader):
        return _expired(request)
    title = tongue_of(request).say("Confirm your subscription")
    return page(request, "confirm.html", title=title, token=reader.token)


def confirm(request: Request, _: Fields) -> Response:
    """Confirm; who is confirmed already is told the same."""
    reader, office = reader_of(request, CONFIRM), office_of(request)
    if reader is None:
        return missing(request)
    if not _is_confirmed(reader):
        if not _is_good(office, reader):
            return _expired(request)
        way = way_of(request, "web: confirm", wording(office))
        try:
            office.registry.confirm(reader.number, way, office.clock())
        except UsageError:  # they left, or were erased, in between
            return _expired(request)
    return _welcome(request, reader)


def embed(request: Request) -> Response:
    """Show the form that pages elsewhere may hold, as text to copy."""
    office = office_of(request)
    made = office.templates.get_template("web/embedded.html").render(
        site=office.site, action=office.address("subscribe"), honeypot=HONEYPOT
    )
    title = tongue_of(request).say("A form for your own page")
    return public_page(request, "embed.html", started(request), title=title, snippet=made)


def _values(request: Request, told: Mapping[str, Any], wrong: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form shows, of what was typed and what is wrong with it."""
    return {
        "title": tongue_of(request).say("Subscribe"),
        "told": told,
        "wrong": wrong,
        "shown": _showcase(request).now(),
        "zones": zones(tongue_of(request)),
        "honeypot": HONEYPOT,
    }


def _showcase(request: Request) -> Showcase:
    showcase: Showcase = request.app.state.showcase
    return showcase


def _is_confirmed(reader: Reader) -> bool:
    found = reader.subscriber
    return found is not None and found.state is SubscriberState.ACTIVE


def _is_good(office: Office, reader: Reader) -> bool:
    """Tell whether the link still confirms: for days, of who is still to confirm."""
    found = reader.subscriber
    if found is None or found.state is not SubscriberState.PENDING or not reader.rest.isdecimal():
        return False
    asked_at = datetime.fromtimestamp(int(reader.rest), UTC)
    return office.clock() - asked_at <= CONFIRM_WITHIN


def _expired(request: Request) -> Response:
    title = tongue_of(request).say("This link is no longer good")
    return page(request, "expired.html", _GONE, title=title, days=CONFIRM_WITHIN.days)


def _welcome(request: Request, reader: Reader) -> Response:
    office, number = office_of(request), reader.number
    return page(
        request,
        "welcome.html",
        title=tongue_of(request).say("You are subscribed"),
        preferences=preferences_path(office, number),
        feed=feed_path(office, number),
    )


_CONFIRM = f"/{CONFIRM}/{{token}}"
ROUTES = (
    Route("/", show, methods=["GET"]),
    Route("/subscribe", show, methods=["GET"]),
    Route("/subscribe", evenly(taking(ask, ASK), STEP_SECONDS), methods=["POST"]),
    Route("/check", check, methods=["GET"]),
    Route(_CONFIRM, show_confirm, methods=["GET"]),
    Route(_CONFIRM, taking(confirm), methods=["POST"]),
    Route("/embed", embed, methods=["GET"]),
)
