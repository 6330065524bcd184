"""Puts the board of a newsletter together: its channels, and how posts go out."""

from __future__ import annotations

import threading
from collections.abc import Callable

from digest.channels import Poster
from digest.cli.context import NOTHING_NEW
from digest.cli.findings import Told
from digest.cli.newsletter import Newsletter
from digest.cli.postroom import holder, timetable
from digest.models import Answer, Cadence, Channel, ChannelKind, DeliveryState, Notice
from digest.pipeline import announce
from digest.pipeline.announce import Board

_CADENCES = {"daily": Cadence.DAY, "weekly": Cadence.WEEK, "monthly": Cadence.MONTH}


def board(
    letter: Newsletter,
    is_over: Callable[[], bool] = lambda: False,
    send: Callable[[Notice], Answer] | None = None,
) -> Board:
    """Return the board; `is_over` tells whether to stop, `send` is for tests."""
    return Board(
        store=letter.store,
        rules=letter.rules,
        timetable=timetable(letter),
        site=letter.site,
        templates=letter.press.templates,
        channels=channels(letter),
        send=send or Poster().post,
        holder=holder(),
        clock=letter.now,
        is_over=is_over,
    )


def post_due(letter: Newsletter, stop: threading.Event) -> Told:
    """Plan and post what is due, or until `stop` is set; tell what became of each post."""
    place = board(letter, stop.is_set)
    announce.plan(place)
    results = announce.post_due(place)
    words = {DeliveryState.SENT: "posted", DeliveryState.PENDING: "to be tried again"}
    return Told(
        lines=tuple(
            f"{each.channel}: {each.edition} {words.get(each.state, each.state.value)}"
            f"{f': {each.said}' if each.said else ''}"
            for each in results
        ),
        json={
            "posts": [
                {
                    "edition": each.edition,
                    "channel": each.channel,
                    "state": each.state.value,
                    "code": each.code,
                    "said": each.said,
                }
                for each in results
            ]
        },
        exit_code=0 if results else NOTHING_NEW,
    )


def channels(letter: Newsletter) -> tuple[Channel, ...]:
    """Return the channels of the settings, by their names."""
    return tuple(
        Channel(
            name=name,
            kind=ChannelKind(told.kind),
            cadence=_CADENCES[told.cadence],
            papers=told.papers,
            url=told.url,
            token=told.token,
            chat=told.chat,
            secret=told.secret,
            may_be_private=told.network == "private",
        )
        for name, told in sorted(letter.settings.channels.items())
    )
