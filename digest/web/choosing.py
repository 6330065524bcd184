"""Choosing: what a reader gets and when, a pause, all that is held on them, and erasure.

GET  /preferences/TOKEN          the page
POST /preferences/TOKEN          what they wish
POST /preferences/TOKEN/pause    no mail for some weeks, or until they say so; or again
POST /preferences/TOKEN/data     all that is held on them, as JSON
GET  /preferences/TOKEN/erase    are you sure?
POST /preferences/TOKEN/erase    nothing stays but a hash
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest import addresses
from digest.errors import UsageError
from digest.models import Preferences, Subscriber, SubscriberState, Tongue, phrase
from digest.subscribing.forms import Fields, first, typed, wishes_in
from digest.subscribing.telling import shape_holding
from digest.subscribing.wishes import WORDS
from digest.topics import by_any_name
from digest.web.answers import missing, office_of, page, see_other, tongue_of
from digest.web.office import PREFERENCES
from digest.web.posting import Handler, taking
from digest.web.readers import Reader, feed_path, leaving_path, reader_of
from digest.web.zones import zones

LOG = logging.getLogger("digest.web")

WEEKS = (1, 2, 4, 8)
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
_DONE = {
    "saved": phrase("Your choices are kept."),
    "paused": phrase("Your mail is paused."),
    "resumed": phrase("You get mail again."),
    "moved": phrase("Your feed has another address now; the one before has ended."),
}
_UNPROCESSABLE = 422


def show(request: Request) -> Response:
    """Show what they chose."""
    reader = reader_of(request, PREFERENCES)
    if reader is None or reader.subscriber is None:
        return missing(request)
    names = by_any_name(office_of(request).topics)
    told = _told(reader.subscriber.preferences, names)
    done = _DONE.get(request.query_params.get("done", ""), "")
    said = tongue_of(request).say(done) if done else ""
    return _form(request, reader, reader.subscriber, told, {}, said)


def choose(request: Request, reader: Reader, fields: Fields) -> Response:
    """Keep what they wish, or show what is wrong with it."""
    office = office_of(request)
    wishes, wrong = wishes_in(fields, office.topics, tongue_of(request))
    if wrong and reader.subscriber:
        told = typed(fields)
        return _form(request, reader, reader.subscriber, told, wrong)
    office.registry.prefer(reader.number, wishes)
    return see_other(request, f"/{PREFERENCES}/{reader.token}?done=saved")


def pause(request: Request, reader: Reader, fields: Fields) -> Response:
    """Send nothing that is due until a time; to resume is to pause until now.

    So what was due meanwhile is not made up for.
    """
    office, weeks = office_of(request), first(fields, "weeks")
    until, done = FOR_EVER, "paused"
    if first(fields, "resume"):
        until, done = office.clock(), "resumed"
    elif weeks in {str(each) for each in WEEKS}:
        until = office.clock() + timedelta(weeks=int(weeks))
    office.registry.prefer(reader.number, {"paused_until": until})
    return see_other(request, f"/{PREFERENCES}/{reader.token}?done={done}")


def tell_all(request: Request, reader: Reader, _: Fields) -> Response:
    """Send all that is held on them, as a file."""
    made = json.dumps(all_on(request, reader), ensure_ascii=False, indent=2) + "\n"
    headers = {
        "Content-Disposition": 'attachment; filename="subscription.json"',
        "Cache-Control": "no-store",
    }
    return Response(made, media_type="application/json", headers=headers)


def show_erase(request: Request) -> Response:
    """Ask whether they are sure."""
    reader = reader_of(request, PREFERENCES)
    if reader is None or reader.subscriber is None:
        return missing(request)
    title = tongue_of(request).say("Erase everything about me?")
    return page(request, "erase.html", title=title, token=reader.token)


def erase(request: Request, reader: Reader, _: Fields) -> Response:
    """Erase what is held on them."""
    forget(request, reader)
    return page(request, "erased.html", title=tongue_of(request).say("Everything is erased"))


def all_on(request: Request, reader: Reader) -> Mapping[str, Any]:
    """Return all that is held on a reader."""
    return shape_holding(office_of(request).registry.tell_all(_address(reader)))


def forget(request: Request, reader: Reader) -> None:
    """Erase what is held on a reader; `UsageError` where nothing is."""
    office = office_of(request)
    erasure = office.registry.erase(_address(reader), office.clock())
    if not erasure.is_clean:
        hint = "`digest subscribers erase ADDRESS` again, once nobody else has it open"
        LOG.warning("erased, but traces may be left in the database's file → %s", hint)


def _form(
    request: Request,
    reader: Reader,
    found: Subscriber,
    told: Mapping[str, Any],
    wrong: Mapping[str, str],
    done: str = "",
) -> Response:
    office, tongue = office_of(request), tongue_of(request)
    paused = found.preferences.paused_until
    is_active = found.state is SubscriberState.ACTIVE
    is_paused = paused is not None and paused > office.clock()
    return page(
        request,
        "preferences.html",
        _UNPROCESSABLE if wrong else 200,
        title=tongue.say("Your preferences"),
        token=reader.token,
        is_active=is_active,
        feed=feed_path(office, reader.number) if is_active else "",
        told=told,
        wrong=wrong,
        done=done,
        paused=_until(paused, tongue) if is_paused and paused else "",
        weeks=WEEKS,
        leaving=leaving_path(office, reader.number),
        zones=zones(tongue),
    )


def _until(paused: datetime, tongue: Tongue) -> str:
    if paused >= FOR_EVER:
        return tongue.say("No mail until you say so.")
    return tongue.say("No mail until %(time)s.", time=f"{paused:%Y-%m-%d %H:%M} UTC")


def _told(wants: Preferences, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what they chose; `names` are those that topics have now, by all that they had."""
    return {
        "cadence": WORDS[wants.cadence],
        "hour": str(wants.hour),
        "zone": wants.zone,
        "topics": tuple(names[name] for name in wants.topics if name in names),
        "muted": "\n".join(wants.muted),
        "cap": "" if wants.cap is None else str(wants.cap),
        "wants_empty": wants.wants_empty,
    }


def _address(reader: Reader) -> addresses.Address:
    return addresses.parse(reader.subscriber.address if reader.subscriber else "")


def own(act: Callable[[Request, Reader, Fields], Response]) -> Handler:
    """Return a handler of what a reader sends who is still there."""

    def acting(request: Request, fields: Fields) -> Response:
        reader = reader_of(request, PREFERENCES)
        if reader is None or reader.subscriber is None:
            return missing(request)
        try:
            return act(request, reader, fields)
        except UsageError:  # erased in between
            return missing(request)

    return taking(acting)


_PATH = f"/{PREFERENCES}/{{token}}"
ROUTES = (
    Route(_PATH, show, methods=["GET"]),
    Route(_PATH, own(choose), methods=["POST"]),
    Route(f"{_PATH}/pause", own(pause), methods=["POST"]),
    Route(f"{_PATH}/data", own(tell_all), methods=["POST"]),
    Route(f"{_PATH}/erase", show_erase, methods=["GET"]),
    Route(f"{_PATH}/erase", own(erase), methods=["POST"]),
)
