"""Puts together how hubs are told of feeds that changed (WebSub), and says what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import groupby

from digest.cli.context import NOTHING_NEW
from digest.cli.findings import Told
from digest.cli.newsletter import Newsletter
from digest.models import Answer, DeliveryState, Notice
from digest.output import Manifest
from digest.pipeline.pinging import Exchange, PingResult, due, ping_due

TRY_LATER = 75
SECONDS = 10.0
"""How long a hub may take to answer."""


class Pinger:
    """Tells hubs what is due; nothing to look for where all were told and nothing came since."""

    def __init__(self, letter: Newsletter, send: Callable[[Notice], Answer] | None = None) -> None:
        self._letter = letter
        self._send = send
        self._told: Manifest | None = None

    def __call__(self, stop: threading.Event) -> Told:
        """Tell what is due, or until `stop` is set."""
        manifest = self._letter.output.manifest()
        if manifest is None or manifest == self._told:
            return told(())
        place = exchange(self._letter, self._send, stop.is_set)
        results = ping_due(place)
        if not due(place):
            self._told = manifest
        return told(results)


def exchange(
    letter: Newsletter,
    send: Callable[[Notice], Answer] | None = None,
    is_over: Callable[[], bool] = lambda: False,
) -> Exchange:
    """Return where hubs are told; `send` is for tests."""
    if send is None:
        from digest.channels import Poster

        send = Poster(seconds=SECONDS).post
    return Exchange(
        store=letter.store,
        output=letter.output,
        site=letter.site,
        send=send,
        clock=letter.now,
        is_over=is_over,
    )


def told(results: tuple[PingResult, ...]) -> Told:
    """Say what became of telling hubs: a line for each hub and outcome."""
    by_outcome = groupby(results, key=lambda each: (each.hub, each.state, each.said))
    return Told(
        lines=tuple(_line(*key, len(list(same))) for key, same in by_outcome),
        json={
            "pings": [
                {"hub": each.hub, "feed": each.feed, "state": each.state.value, "said": each.said}
                for each in results
            ]
        },
        exit_code=_exit_code(results),
    )


def would(place: Exchange) -> Told:
    """Say what hubs would be told of."""
    left = due(place)
    return Told(
        lines=tuple(f"{each.hub} would be told of {each.feed}" for each in left),
        json={"pings": [{"hub": each.hub, "feed": each.feed} for each in left]},
        exit_code=0 if left else NOTHING_NEW,
    )


def _exit_code(results: tuple[PingResult, ...]) -> int:
    if any(each.state is DeliveryState.PENDING for each in results):
        return TRY_LATER
    return 0 if results else NOTHING_NEW


def _line(hub: str, state: DeliveryState, said: str, count: int) -> str:
    feeds = "1 feed" if count == 1 else f"{count} feeds"
    match state:
        case DeliveryState.SENT:
            return f"{hub}: told of {feeds}"
        case DeliveryState.PENDING:
            return f"{hub}: to be told again later: {said}"
        case _:
            return f"{hub}: {feeds} refused: {said}"
