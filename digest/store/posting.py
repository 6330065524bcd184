"""Posts to channels: planned once for an edition and a channel, leased, and what became of them.

    plan ─▶ pending ─▶ lease ─▶ leased ─▶ record ─▶ sent, failed, skipped
               ▲                    │
               └── not taken now ───┘   one whose holder died is leased again

An attempt counts once it is leased: so one in which the program dies counts too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, case, func, or_, select, tuple_, update

from digest.models import DeliveryState, Posting, PostRecord, PostResult
from digest.store.approving import held
from digest.store.statements import batches, insert_into
from digest.store.tables import posts

_PENDING, _LEASED = DeliveryState.PENDING.value, DeliveryState.LEASED.value
_KEY = tuple_(posts.c.edition, posts.c.channel)
_LISTED = [posts.c[name] for name in PostRecord.__dataclass_fields__]


def planned(connection: Connection, editions: Sequence[str]) -> frozenset[tuple[str, str]]:
    """Return which of these editions are planned for which channels."""
    found: set[tuple[str, str]] = set()
    for some in batches(editions):
        wanted = select(posts.c.edition, posts.c.channel).where(posts.c.edition.in_(some))
        found |= {(edition, channel) for edition, channel in connection.execute(wanted)}
    return frozenset(found)


def plan(connection: Connection, edition: str, channels: Iterable[str], now: datetime) -> int:
    """Plan an edition for channels, due now; return for how many it was not planned yet."""
    rows = [
        {"edition": edition, "channel": channel, "state": _PENDING, "planned_at": now}
        | {"due_at": now, "attempts": 0, "said": ""}
        for channel in channels
    ]
    if not rows:
        return 0
    added = insert_into(connection, posts).on_conflict_do_nothing().values(rows)
    return len(connection.execute(added.returning(posts.c.channel)).all())


def lease(
    connection: Connection, holder: str, due_by: datetime, now: datetime, until: datetime
) -> Posting | None:
    """Take one posting that was due, the eldest, until a time; None where there is none.

    One that another held longer than it said is taken too: whoever held it is gone. Those of an
    edition that the curator holds stay where they are.
    """
    is_due = and_(posts.c.state == _PENDING, posts.c.due_at <= due_by)
    is_left = and_(posts.c.state == _LEASED, posts.c.leased_until <= now)
    first = select(posts.c.edition, posts.c.channel).where(
        or_(is_due, is_left), posts.c.edition.not_in(held())
    )
    first = first.order_by(posts.c.due_at, posts.c.edition, posts.c.channel).limit(1)
    taken = connection.execute(
        update(posts)
        .where(_KEY.in_(first))
        .values(state=_LEASED, holder=holder, leased_until=until, attempts=posts.c.attempts + 1)
        .returning(posts.c.edition, posts.c.channel, posts.c.planned_at, posts.c.attempts)
    ).first()
    if taken is None:
        return None
    return Posting(
        edition=taken.edition,
        channel=taken.channel,
        planned_at=taken.planned_at,
        attempts=taken.attempts - 1,
    )


def record(connection: Connection, holder: str, result: PostResult, now: datetime) -> bool:
    """Write down what became of a posting; false where this holder has it no more."""
    is_open = result.state is DeliveryState.PENDING
    values = {
        "state": result.state.value,
        "done_at": None if is_open else now,
        "code": result.code,
        "said": result.said,
        "holder": None,
        "leased_until": None,
    }
    if result.due_at is not None:
        values["due_at"] = result.due_at
    own = (
        posts.c.edition == result.edition,
        posts.c.channel == result.channel,
        posts.c.holder == holder,
    )
    return connection.execute(update(posts).where(*own).values(values)).rowcount > 0


def latest_of(connection: Connection, channel: str) -> PostRecord | None:
    """Return what was planned last for a channel."""
    order = (posts.c.planned_at.desc(), posts.c.edition.desc())
    wanted = select(*_LISTED).where(posts.c.channel == channel).order_by(*order).limit(1)
    row = connection.execute(wanted).first()
    if row is None:
        return None
    return PostRecord(**(row._asdict() | {"state": DeliveryState(row.state)}))


def counts(connection: Connection) -> dict[str, dict[str, int]]:
    """Count postings by channel and state."""
    wanted = (
        select(posts.c.channel, posts.c.state, func.count())
        .group_by(posts.c.channel, posts.c.state)
        .order_by(posts.c.channel, posts.c.state)
    )
    found: dict[str, dict[str, int]] = {}
    for channel, state, count in connection.execute(wanted):
        found.setdefault(channel, {})[state] = count
    return found


def next_due(connection: Connection) -> datetime | None:
    """Return when something can be leased next: an attempt, or what a holder that is gone has."""
    at = case((posts.c.state == _LEASED, posts.c.leased_until), else_=posts.c.due_at)
    wanted = select(func.min(at, type_=posts.c.due_at.type))
    wanted = wanted.where(posts.c.state.in_([_PENDING, _LEASED]))
    found: datetime | None = connection.execute(wanted).scalar()
    return found
