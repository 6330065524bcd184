"""The subscribers: how many there are, and one by one only whose whole address is typed.

    GET  /admin/subscribers          counts
    POST /admin/subscribers/search   what is held on an address; nothing of it stands in a URL
    POST /admin/subscribers/remove   unsubscribes it
    POST /admin/subscribers/erase    asks first, then erases

There is no list. Scripts: GET /api/admin/subscribers, POST /api/admin/subscribers/search.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.addresses import Address, parse
from digest.errors import UsageError
from digest.models import Cadence, SubscriberState
from digest.subscribing.acts import Holding, Way
from digest.subscribing.forms import Fields, first
from digest.subscribing.states import WHY
from digest.subscribing.telling import consent_in_words, shape_holding, wants_in_words
from digest.subscribing.wishes import WORDS
from digest.web.admin.shell import admin_page, curating, for_scripts, viewing
from digest.web.answers import office_of, tongue_of
from digest.web.documents import told_alone

MOST_DELIVERIES = 50
_PATH = "/admin/subscribers"
_MAY_LEAVE = frozenset({SubscriberState.ACTIVE, SubscriberState.PENDING, SubscriberState.BOUNCED})


def show(request: Request) -> Response:
    """Show how many there are, and where to type an address."""
    return _page(request)


def tell(request: Request, _sent: Mapping[str, Any]) -> Response:
    """Tell how many there are, as JSON."""
    counts, tally = _counts(request)
    return told_alone(request, {"counts": counts, "cadences": tally})


def search(request: Request, sent: Fields) -> Response:
    """Show what is held on the address that was typed."""
    try:
        who = parse(first(sent, "address"))
    except UsageError as error:
        said, tongue = str(error), tongue_of(request)
        wrong = f"{said[:1].upper()}{said[1:]}."
        if not tongue.is_english:  # what the library says is
            wrong = tongue.say("This is no e-mail address. One looks like reader@example.org.")
        return _page(request, 422, typed=first(sent, "address"), wrong=wrong)
    return _one(request, who)


def search_told(request: Request, sent: Mapping[str, Any]) -> Response:
    """Tell what is held on an address, as JSON."""
    typed = sent.get("address")
    if not isinstance(typed, str):
        raise UsageError("address is missing: a whole e-mail address")
    return told_alone(request, shape_holding(office_of(request).registry.tell_all(parse(typed))))


def remove(request: Request, sent: Fields) -> Response:
    """Unsubscribe an address: no further mail to it starts, and no list brings it back."""
    who, office = parse(first(sent, "address")), office_of(request)
    office.registry.leave(who, Way(source="desk: remove"), office.clock())
    return _one(request, who, tongue_of(request).say("Unsubscribed. No further mail starts."))


def erase(request: Request, sent: Fields) -> Response:
    """Ask, and once it is sure, erase all that is held on an address."""
    who, office = parse(first(sent, "address")), office_of(request)
    if first(sent, "sure") != "yes":
        return admin_page(
            request,
            "erase.html",
            title=tongue_of(request).say("Erase everything about them?"),
            address=who.address,
        )
    done = office.registry.erase(who, office.clock())
    say = tongue_of(request).say
    said = [say("Erased. Only a code is left, from which the address cannot be read.")]
    if not done.is_clean:
        said.append(
            say(
                "Another process still keeps traces in the database file from going: erase it again"
                " when a backup or a long export has ended."
            )
        )
    return _page(request, done=" ".join(said))


def _one(request: Request, who: Address, done: str = "") -> Response:
    held, tongue = office_of(request).registry.tell_all(who), tongue_of(request)
    found = held.subscriber
    return admin_page(
        request,
        "subscriber.html",
        title=tongue.say("A subscriber") if found else tongue.say("No subscriber"),
        address=found.address if found else who.address,
        done=done,
        held=held,
        wants=wants_in_words(found.preferences, tongue) if found else "",
        consents=[consent_in_words(line, tongue) for line in held.consents],
        deliveries=held.deliveries[::-1][:MOST_DELIVERIES],
        why=tongue.say(why) if (why := _why(held)) else "",
        may_leave=found is not None and found.state in _MAY_LEAVE,
    )


def _why(held: Holding) -> str:
    return WHY.get(held.suppression.reason, "") if held.suppression else ""


def _page(request: Request, status: int = 200, **values: Any) -> Response:
    counts, tally = _counts(request)
    usual: dict[str, Any] = {
        "title": tongue_of(request).say("Subscribers"),
        "counts": counts,
        "tally": tally,
        "cadences": WORDS.values(),
    }
    blank = {"typed": "", "wrong": "", "done": ""}
    return admin_page(request, "subscribers.html", status, **(usual | blank | values))


def _counts(request: Request) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Return how many there are by state, and by state and cadence."""
    with office_of(request).store.reading_post() as post:
        counts, tally = post.register.counts(), post.tallies.subscribers()
    named = {state.value: _worded(each) for state, each in tally.items()}
    return {state.value: count for state, count in counts.items()}, named


def _worded(counts: Mapping[Cadence, int]) -> dict[str, int]:
    return {WORDS[cadence]: count for cadence, count in counts.items()}


ROUTES = (
    Route(_PATH, viewing(show), methods=["GET"]),
    Route(f"{_PATH}/search", curating(search), methods=["POST"]),
    Route(f"{_PATH}/remove", curating(remove), methods=["POST"]),
    Route(f"{_PATH}/erase", curating(erase), methods=["POST"]),
    Route(f"/api{_PATH}", for_scripts(tell), methods=["GET"]),
    Route(f"/api{_PATH}/search", for_scripts(search_told), methods=["POST"]),
)
