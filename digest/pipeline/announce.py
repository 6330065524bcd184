"""Telling channels of editions: what is due is planned, and what is planned is posted.

    edition closes ─▶ plan: one row a channel ─▶ lease ─▶ render ─▶ post ─▶ what it means ─▶ record

Safe to repeat and to kill at any instant: an edition is planned once a channel, and what was begun
and not written down is posted again, under the same id where the channel knows of one. Mail knows
nothing of this: it has rows and a thread of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import jinja2

from digest.approval import may_go_out
from digest.errors import DigestError, EditionError
from digest.models import Answer, Channel, Edition, EditionRecord, Notice, Posting, PostResult, Site
from digest.pipeline.answers import judge, later, skipped
from digest.pipeline.planning import Timetable
from digest.pipeline.sealing import edition_of, seal_to_send
from digest.render import to_channels
from digest.rhythm import closes_at
from digest.store import Store
from digest.trending import Rules

LEASE = timedelta(minutes=5)
"""How long one attempt may take before it is believed dead; posting ends long before."""


def _goes_on() -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Where editions are told of: the channels, and what posting to them depends on.

    `send` posts one notice and never raises for what a server does. `is_over` tells whether to
    stop before the next post.
    """

    store: Store
    rules: Rules
    timetable: Timetable
    site: Site
    templates: jinja2.Environment
    channels: tuple[Channel, ...]
    send: Callable[[Notice], Answer]
    holder: str
    clock: Callable[[], datetime]
    is_over: Callable[[], bool] = _goes_on


def plan(board: Board) -> dict[str, int]:
    """Plan every edition that is due for the channels of its cadence; count them by edition.

    What is planned is sealed first: what is told of changes no more. As with mail, nothing is
    planned that waits for the curator's approval.
    """
    now = board.clock()
    due = [record for record in _recent(board, now) if _is_due(board, record, now)]
    with board.store.reading_post() as post:
        planned = post.channels.planned([record.name for record in due])
    counts: dict[str, int] = {}
    for record in due:
        names = [channel.name for channel in board.channels if channel.cadence is record.cadence]
        left = [name for name in names if (record.name, name) not in planned]
        if left and (count := _put(board, record, left, now)):
            counts[record.name] = count
    return counts


def post_due(board: Board) -> tuple[PostResult, ...]:
    """Post what was due when this began, each once; return what became of it."""
    due_by = board.clock()
    with board.store.reading_post() as post:
        first = post.channels.next_due()
    if first is None or first > due_by:
        return ()  # as a rule: nothing is written
    editions: dict[str, Edition] = {}
    results: list[PostResult] = []
    while not board.is_over() and (posting := _lease(board, due_by)):
        result = _attempt(board, posting, editions)
        with board.store.writing_post() as post:
            post.channels.record(board.holder, result, board.clock())
        results.append(result)
    return tuple(results)


def edition_named(board: Board, name: str | None = None) -> Edition:
    """Return an edition as it is published now; without a name the latest that has papers."""
    with board.store.reading() as tx:
        records = tx.editions() if name is None else [tx.edition(name)]
        editions = (edition_of(tx, record, board.rules) for record in records if record)
        found = next((each for each in editions if each.entries or name is not None), None)
    if found is None:
        what = "there is no edition with papers" if name is None else f"there is no edition {name}"
        raise EditionError(what, hint="see the editions there are with `digest edition list`")
    return found


def _recent(board: Board, now: datetime) -> tuple[EditionRecord, ...]:
    if not board.channels:
        return ()
    youngest = now - board.timetable.max_age
    eldest = youngest.astimezone(board.rules.zone).date() - timedelta(days=1)
    with board.store.reading() as tx:
        return tuple(reversed(tx.editions(ending_from=eldest, approved_from=youngest)))


def _is_due(board: Board, record: EditionRecord, now: datetime) -> bool:
    """Tell whether an edition may go out and is closed, and not for too long: as with mail."""
    closed = closes_at(record.end, board.timetable.closing, board.rules.zone)
    since = max(closed, record.approved_at or closed)
    is_closed = closed <= now and now - since <= board.timetable.max_age
    return is_closed and may_go_out(record, board.rules)


def _put(board: Board, record: EditionRecord, channels: list[str], now: datetime) -> int:
    if not seal_to_send(board.store, board.rules, record.name, now):
        return 0
    with board.store.writing_post() as post:
        return post.channels.plan(record.name, channels, now)


def _lease(board: Board, due_by: datetime) -> Posting | None:
    now = board.clock()
    with board.store.writing_post() as post:
        return post.channels.lease(board.holder, due_by, now, now + LEASE)


def _attempt(board: Board, posting: Posting, editions: dict[str, Edition]) -> PostResult:
    channel = next((each for each in board.channels if each.name == posting.channel), None)
    if channel is None:
        return skipped(posting, "the settings name no such channel any more")
    try:
        if posting.edition not in editions:
            editions[posting.edition] = edition_named(board, posting.edition)
        edition = editions[posting.edition]
        if not edition.entries:
            return skipped(posting, "there is nothing in it")
        now = board.clock()
        notice = to_channels.render(edition, board.site, board.templates, channel, now)
    except DigestError as error:
        return later(posting, f"the post could not be made: {error}", board.clock())
    return judge(posting, board.send(notice), notice.secrets, board.clock())
