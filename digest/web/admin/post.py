"""What became of mail: GET /admin/deliveries, and for scripts GET /api/admin/deliveries.

POST /admin/deliveries/resolve      decides on what is held, as `digest deliver --resolve` does
POST /api/admin/deliveries/resolve  the same: {"resend": true, "edition": …, "subscriber": …}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.errors import UsageError
from digest.models import CameBack, DeliveryState, FailingDomain
from digest.pipeline.held import resolve_held
from digest.subscribing.forms import Fields, first
from digest.web import asking
from digest.web.admin.shell import (
    admin_page,
    curating,
    for_scripts,
    viewing,
)
from digest.web.answers import office_of, see_other, tongue_of
from digest.web.documents import told_alone

USUAL_LIMIT = 10
MOST_HELD, MOST_DOMAINS = 100, 50
LATELY = timedelta(days=30)
_PATH = "/admin/deliveries"
_ON_ITS_WAY = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.SENDING)
_SHOWN = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.HELD)
_HELD = ("edition", "subscriber", "reason")
_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How mail stands: editions of a page by state, all that is held, what fails and came back."""

    editions: Mapping[str, Mapping[str, int]]
    held: tuple[tuple[str, int, str], ...]
    failing: tuple[FailingDomain, ...]
    came_back: CameBack
    has_more: bool


def show(request: Request) -> Response:
    """Show what became of each edition's mail, and what waits for a decision."""
    part = asking.pages(request.query_params, USUAL_LIMIT)
    found = _found(request, part)
    by_edition: dict[str, int] = {}
    for edition, _, _ in found.held:
        by_edition[edition] = by_edition.get(edition, 0) + 1
    return admin_page(
        request,
        "deliveries.html",
        title=tongue_of(request).say("Deliveries"),
        found=found,
        by_edition=by_edition,
        held=found.held[:MOST_HELD],
        failing=found.failing[:MOST_DOMAINS],
        number=part.number,
        days=LATELY.days,
        done=request.query_params.get("done") == "resolved",
    )


def tell(request: Request, _sent: Mapping[str, Any]) -> Response:
    """Tell the same as JSON."""
    found = _found(request, asking.pages(request.query_params, USUAL_LIMIT))
    held = found.held[:MOST_HELD]
    return told_alone(
        request,
        {
            "editions": [{"edition": name, **counts} for name, counts in found.editions.items()],
            "held": {
                "total": len(found.held),
                "first": [dict(zip(_HELD, each, strict=True)) for each in held],
            },
            "failing": [asdict(each) for each in found.failing[:MOST_DOMAINS]],
            "came_back": asdict(found.came_back),
        },
    )


def resolve(request: Request, sent: Fields) -> Response:
    """Decide as the buttons say, on one that is held, or on all of an edition."""
    number = first(sent, "subscriber")
    _decide(request, first(sent, "resolve"), first(sent, "edition"), _number(number))
    return see_other(request, f"{_PATH}?done=resolved")


def resolve_told(request: Request, sent: Mapping[str, Any]) -> Response:
    """Decide as a script says."""
    resend, edition, number = sent.get("resend"), sent.get("edition"), sent.get("subscriber")
    if not isinstance(resend, bool):
        raise UsageError("resend is true (send it again) or false (count it as sent)")
    if edition is not None and not isinstance(edition, str):
        raise UsageError("edition is a name, such as 2026-03-11")
    if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
        raise UsageError("subscriber is a number, as the held ones have it")
    count = _decide(request, "resend" if resend else "sent", edition or "", number)
    return told_alone(request, {"resolved": count, "resend": resend})


def _decide(request: Request, how: str, edition: str, number: int | None) -> int:
    if how not in {"resend", "sent"}:
        raise UsageError("what is held is either sent again or counted as sent")
    if number is not None and not edition:
        raise UsageError("a subscriber's mail is named with its edition")
    office = office_of(request)
    only = None if number is None else (number,)
    is_again = how == "resend"
    count = resolve_held(office.store, office.clock(), edition or None, only, resend=is_again)
    if count and is_again:
        office.knock()
    return count


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise UsageError("a subscriber is named by a number here")
    return int(text)


def _found(request: Request, part: asking.Pages) -> Standing:
    office = office_of(request)
    with office.store.reading() as tx:
        names = [record.name for record in tx.editions()]
    here = names[part.offset : part.offset + part.limit]
    with office.store.reading_post() as post:
        counts = {name: _counted(post.outbox.counts(name).get(name, {})) for name in here}
        return Standing(
            editions=counts,
            held=post.outbox.held(),
            failing=post.tallies.failing(here),
            came_back=post.tallies.came_back(office.clock() - LATELY),
            has_more=len(names) > part.offset + part.limit,
        )


def _counted(found: Mapping[str, int]) -> dict[str, int]:
    """Return how many were planned, are on their way, and what became of the others."""
    on_its_way = sum(found.get(state.value, 0) for state in _ON_ITS_WAY)
    rest = {state.value: found.get(state.value, 0) for state in _SHOWN}
    return {"planned": sum(found.values()), "waiting": on_its_way, **rest}


ROUTES = (
    Route(_PATH, viewing(show), methods=["GET"]),
    Route(f"{_PATH}/resolve", curating(resolve), methods=["POST"]),
    Route(f"/api{_PATH}", for_scripts(tell), methods=["GET"]),
    Route(f"/api{_PATH}/resolve", for_scripts(resolve_told), methods=["POST"]),
)
