"""Who a link of a mail is for: tokens read, each for the one purpose it was made for."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from digest.models import Subscriber, SubscriberState
from digest.pipeline.feeds import feed_moves
from digest.subscribing.acts import Way
from digest.web.answers import office_of
from digest.web.office import FEED, PREFERENCES, UNSUBSCRIBE, Office
from digest.web.proxies import network_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whose token it is. `subscriber` is None where they were erased; `rest` is what else it says.

    A token is written one way only: in small letters, unlike in mail addresses.
    """

    token: str
    number: int
    rest: str = ""
    subscriber: Subscriber | None = None


def reader_of(request: Request, purpose: str) -> Reader | None:
    """Return whose token stands in the address; None where it is none of ours for this purpose."""
    office = office_of(request)
    token: str = request.path_params["token"]
    said = office.signer.read(purpose, token) if token == token.lower() else None
    number, _, rest = (said or "").partition(".")
    if not number.isdecimal():
        return None
    found = office.registry.find(int(number))
    is_there = found is not None and found.state is not SubscriberState.ERASED
    return Reader(
        token=token, number=int(number), rest=rest, subscriber=found if is_there else None
    )


def way_of(request: Request, source: str, wording: str = "") -> Way:
    """Return how an act came about: by which form, to which words, out of which network."""
    client = request.client.host if request.client else ""
    return Way(source=source, wording=wording, network=network_of(client))


def preferences_path(office: Office, number: int) -> str:
    """Return the path of a subscriber's own preferences."""
    return f"/{PREFERENCES}/{office.signer.token(PREFERENCES, str(number))}"


def leaving_path(office: Office, number: int) -> str:
    """Return the path of a subscriber's own way out."""
    return f"/{UNSUBSCRIBE}/{office.signer.token(UNSUBSCRIBE, str(number))}"


def feed_path(office: Office, number: int) -> str:
    """Return the path of a subscriber's own feed, without the ending of a format."""
    rest = feed_rest(office, number)
    return f"/feeds/p/{office.signer.token(FEED, f'{number}.{rest}' if rest else str(number))}"


def feed_rest(office: Office, number: int) -> str:
    """Return what the token of their feed says besides who they are: nothing until they move."""
    count = feed_moves(office.store, number)
    return str(count) if count else ""
