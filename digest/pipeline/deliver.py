"""The third phase: what is due goes out, and what became of each is kept.

    recover what dead senders held ─▶ plan what is due ─▶ send, record ─▶ report

Safe to repeat and to kill at any instant: what was not begun is sent by the next; what was begun
and not written down is in doubt, and `on_doubt` says what becomes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from digest.models import DeliveryState
from digest.pipeline.judging import MOST_CRASHES
from digest.pipeline.planning import Planned, Planner, Timetable
from digest.pipeline.sending import Means, Sender
from digest.store import Store
from digest.trending import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Postroom:
    """Where mail goes out: the outbox, the timetable, and what sending depends on."""

    store: Store
    rules: Rules
    timetable: Timetable
    means: Means
    holder: str
    resends_doubt: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What of the outbox is asked for: as a rule whatever is due.

    `edition` goes out now, whatever the hour, to `subscribers` or to all of its cadence; with
    `include_stale` also what is older than the timetable allows.
    """

    edition: str | None = None
    subscribers: tuple[int, ...] | None = None
    include_stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverReport:
    """What one run of delivering came to.

    `planned` counts by edition what came into the outbox, `counts` what became of what was due;
    `resent` and `held` are what dead senders left in doubt. `stale` names editions that were due to
    somebody and passed over for their age, `unapproved` those that wait for the curator. `commits`
    counts the transactions that recorded results.
    """

    planned: dict[str, int]
    counts: dict[DeliveryState, int]
    resent: int = 0
    held: int = 0
    stale: tuple[str, ...] = ()
    unapproved: tuple[str, ...] = ()
    commits: int = 0


def deliver(room: Postroom, wishes: Wishes) -> DeliverReport:
    """Send what is due by now. `DeliverError` where the server takes nothing; nothing is lost."""
    now = room.means.clock()
    with room.store.writing_post() as post:
        resent, held = post.outbox.recover(
            now, resend=room.resends_doubt, most_crashes=MOST_CRASHES
        )
    planner = Planner(room.store, room.rules, room.timetable, now)
    planned = _plan(planner, wishes)
    sender = Sender(room.store, room.holder, room.means)
    counts = sender.send_due()
    return DeliverReport(
        planned=planned.editions,
        counts=counts,
        resent=resent,
        held=held,
        stale=planned.stale,
        unapproved=planned.unapproved,
        commits=sender.commits,
    )


def _plan(planner: Planner, wishes: Wishes) -> Planned:
    if wishes.edition is not None:
        count = planner.plan_named(wishes.edition, wishes.subscribers)
        return Planned(editions={wishes.edition: count})
    return planner.plan(include_stale=wishes.include_stale)
