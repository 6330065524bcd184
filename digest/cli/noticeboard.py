"""Puts the board of a newsletter together: its channels, and how posts go out."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from datetime import time, timedelta

from digest.channels import Poster
from digest.cli.newsletter import Newsletter
from digest.models import Answer, Cadence, Channel, ChannelKind, Notice
from digest.pipeline.announce import Board
from digest.pipeline.planning import Timetable

_CADENCES = {"daily": Cadence.DAY, "weekly": Cadence.WEEK, "monthly": Cadence.MONTH}


def board(
    letter: Newsletter,
    is_over: Callable[[], bool] = lambda: False,
    send: Callable[[Notice], Answer] | None = None,
) -> Board:
    """Return the board; `is_over` tells whether to stop, `send` is for tests."""
    told = letter.settings.deliver
    timetable = Timetable(
        closing=time.fromisoformat(told.at) if told.at else None,
        max_age=timedelta(hours=told.max_age_hours),
    )
    return Board(
        store=letter.store,
        rules=letter.rules,
        timetable=timetable,
        site=letter.site,
        templates=letter.press.templates,
        channels=channels(letter),
        send=send or Poster().post,
        holder=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}",
        clock=letter.now,
        is_over=is_over,
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
