"""The outbox: who is sending which delivery, and what became of it. `planning` puts them there.

    plan ─▶ pending ─▶ lease ─▶ leased ─▶ start ─▶ sending ─▶ record ─▶ sent, failed, skipped, held
               ▲                                                  │
               └──────────── refused for now, or taken back ◀─────┘

A row is found by its edition and its subscriber, so nothing is planned twice. `start` and `record`
are given what a moment has brought, for all connections at once: one transaction for many mails.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    tuple_,
    update,
)

from digest.models import (
    Cadence,
    Delivery,
    DeliveryState,
    Preferences,
    Result,
    SubscriberState,
)
from digest.store.approving import held as held_editions
from digest.store.statements import batches
from digest.store.tables import deliveries, subscribers

Key = tuple[str, int]
"""An edition and a subscriber's number: what names a delivery."""

_STATE = DeliveryState
_KEY = tuple_(deliveries.c.edition, deliveries.c.subscriber_id)
_IS_ACTIVE = subscribers.c.state == SubscriberState.ACTIVE.value
_TAKEN = ("edition", "subscriber_id", "planned_at", "attempts", "crashes")
_WANTS = [subscribers.c[name] for name in ("id", "address", *Preferences.__dataclass_fields__)]


def _is_in(*states: DeliveryState) -> ColumnElement[bool]:
    return deliveries.c.state.in_([state.value for state in states])


_IS_TAKEN = deliveries.c.state.in_(
    [literal_column(f"'{state.value}'") for state in (_STATE.LEASED, _STATE.SENDING)]
)
"""In the words of the index `ix_deliveries_leased`: else SQLite looks at all that ever was sent."""

_FARTHEST = timedelta(days=1)
"""Longer than any lease, and than any wait for another attempt (`mail.retry`)."""

_LET_GO: dict[str, Any] = {"holder": None, "leased_until": None}

# What is asked for with each mail is put together once: that takes longer than asking.
_MINE = (
    deliveries.c.edition == bindparam("of_edition"),
    deliveries.c.subscriber_id.in_(bindparam("of_numbers", expanding=True)),
    deliveries.c.holder == bindparam("of_holder"),
)
_BEGIN = (  # also what is begun already: the answer to a commit may be lost, and it is asked again
    update(deliveries)
    .where(*_MINE, _is_in(_STATE.LEASED, _STATE.SENDING))
    .where(exists().where(subscribers.c.id == deliveries.c.subscriber_id, _IS_ACTIVE))
    .values(state=_STATE.SENDING.value, leased_until=bindparam("until"))
    .returning(deliveries.c.subscriber_id)
)
_LEAVE = (
    update(deliveries)
    .where(*_MINE, deliveries.c.state == _STATE.LEASED.value)
    .values(state=_STATE.SKIPPED.value, said="no longer subscribed", **_LET_GO)
)
_RECORD = (
    update(deliveries)
    .where(
        deliveries.c.edition == bindparam("of_edition"),
        deliveries.c.subscriber_id == bindparam("of_subscriber"),
        deliveries.c.holder == bindparam("of_holder"),
    )
    .values(
        state=bindparam("new_state"),
        due_at=func.coalesce(
            bindparam("next_at", type_=deliveries.c.due_at.type), deliveries.c.due_at
        ),
        attempts=deliveries.c.attempts + bindparam("more"),
        crashes=deliveries.c.crashes + bindparam("doubts"),
        done_at=bindparam("ended_at"),
        code=bindparam("reply"),
        said=bindparam("words"),
        **_LET_GO,
    )
)


def lease(
    connection: Connection, holder: str, now: datetime, until: datetime, limit: int
) -> tuple[Delivery, ...]:
    """Take up to `limit` deliveries that are due, eldest first; others cannot until `until`.

    Those of an edition that the curator holds stay where they are.
    """
    due = (
        select(deliveries.c.edition, deliveries.c.subscriber_id)
        .where(deliveries.c.state == _STATE.PENDING.value, deliveries.c.due_at <= now)
        .where(deliveries.c.edition.not_in(held_editions()))
        .order_by(deliveries.c.due_at)
        .limit(limit)
    )
    taken = connection.execute(
        update(deliveries)
        .where(_KEY.in_(due))
        .values(state=_STATE.LEASED.value, holder=holder, leased_until=until)
        .returning(*(deliveries.c[name] for name in _TAKEN))
    ).all()
    told = _subscribers(connection, sorted({row.subscriber_id for row in taken}))
    return tuple(
        Delivery(**row._asdict(), **told[row.subscriber_id])
        for row in sorted(taken, key=lambda row: (row.edition, row.subscriber_id))
    )


def _subscribers(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return address and preferences by subscriber; the address of an erased one is empty."""
    told = {}
    for some in batches(ids):
        rows = connection.execute(select(*_WANTS).where(subscribers.c.id.in_(some)))
        for number, address, *wants in rows:
            told[number] = {"address": address or "", "preferences": _preferences(*wants)}
    return told


@lru_cache(maxsize=1024)
def _preferences(*values: Any) -> Preferences:
    """Return preferences from their columns; most readers share theirs with others."""
    named = dict(zip(Preferences.__dataclass_fields__, values, strict=True))
    return Preferences(**(named | {"cadence": Cadence(named["cadence"])}))


def renew(connection: Connection, holder: str, until: datetime) -> None:
    """Keep what a sender has taken until a later time."""
    own = (deliveries.c.holder == holder, _IS_TAKEN, deliveries.c.leased_until.is_not(None))
    connection.execute(update(deliveries).where(*own).values(leased_until=until))


def start(
    connection: Connection, holder: str, keys: Sequence[Key], until: datetime
) -> frozenset[Key]:
    """Say that these are being sent; return those that may be.

    One whose subscriber is no longer active is skipped; one that another sender took is left.
    """
    started: set[Key] = set()
    for edition, numbers in _by_edition(keys):
        mine = {"of_edition": edition, "of_numbers": numbers, "of_holder": holder}
        may = connection.execute(_BEGIN, {**mine, "until": until}).scalars().all()
        started |= {(edition, number) for number in may}
        if len(may) < len(numbers):
            connection.execute(_LEAVE, mine)
    return frozenset(started)


def _by_edition(keys: Sequence[Key]) -> Iterator[tuple[str, Sequence[int]]]:
    """Part keys by their editions: SQLite looks up numbers of one edition, and scans for pairs."""
    for edition in sorted({edition for edition, _ in keys}):
        numbers = [number for name, number in keys if name == edition]
        yield from ((edition, some) for some in batches(numbers))


def record(connection: Connection, holder: str, results: Sequence[Result], now: datetime) -> None:
    """Write down what became of deliveries that this sender holds."""
    if not results:
        return
    own = {"of_holder": holder}
    connection.execute(_RECORD, [own | _values(result, now) for result in results])


def _values(result: Result, now: datetime) -> dict[str, Any]:
    is_open = result.state in (_STATE.PENDING, _STATE.HELD)
    return {
        "of_edition": result.edition,
        "of_subscriber": result.subscriber_id,
        "new_state": result.state.value,
        "next_at": result.due_at,
        "more": int(result.is_attempt),
        "doubts": int(result.is_doubt),
        "ended_at": None if is_open else now,
        "reply": result.code,
        "words": result.said,
    }


def recover(
    connection: Connection, now: datetime, *, resend: bool, most_crashes: int
) -> tuple[int, int]:
    """Take back what senders held that are gone; count what is sent again and what is held.

    What was leased and not begun is pending again. What was being sent is in doubt: sent again with
    `resend`, unless it was in doubt `most_crashes` times; else held for a decision. A time that is
    further ahead than any we set is that of a clock that was wrong: it counts as over.
    """
    _mind_clock(connection, now)
    is_over = and_(deliveries.c.leased_until <= now, _IS_TAKEN)
    again = {"state": _STATE.PENDING.value, "due_at": now, **_LET_GO}
    leased = (deliveries.c.state == _STATE.LEASED.value, is_over)
    connection.execute(update(deliveries).where(*leased).values(again))
    begun = (deliveries.c.state == _STATE.SENDING.value, is_over)
    more = {"crashes": deliveries.c.crashes + 1, "attempts": deliveries.c.attempts + 1}
    few = deliveries.c.crashes + 1 < most_crashes
    resent = 0
    if resend:
        resent = connection.execute(
            update(deliveries).where(*begun, few).values(again | more)
        ).rowcount
    said = "a sender died while sending it: the server may have taken it"
    held = {"state": _STATE.HELD.value, "said": said, **more, **_LET_GO}
    return resent, connection.execute(update(deliveries).where(*begun).values(held)).rowcount


def _mind_clock(connection: Connection, now: datetime) -> None:
    """Bring back to `now` what a clock that was wrong put off: further than anything is."""
    farthest = now + _FARTHEST
    put_off = (deliveries.c.state == _STATE.PENDING.value, deliveries.c.due_at > farthest)
    connection.execute(update(deliveries).where(*put_off).values(due_at=now))
    held_on = (_IS_TAKEN, deliveries.c.leased_until > farthest)
    connection.execute(update(deliveries).where(*held_on).values(leased_until=now))


def resolve(connection: Connection, keys: Sequence[Key], now: datetime, *, resend: bool) -> int:
    """Decide on held deliveries: send them (again), or count them as sent; return how many."""
    verdict = (
        {"state": _STATE.PENDING.value, "due_at": now, "crashes": 0}
        if resend
        else {"state": _STATE.SENT.value, "done_at": now}
    )
    count = 0
    for edition, numbers in _by_edition(keys):
        own = (
            deliveries.c.edition == edition,
            deliveries.c.subscriber_id.in_(numbers),
            deliveries.c.state == _STATE.HELD.value,
        )
        count += connection.execute(update(deliveries).where(*own).values(verdict)).rowcount
    return count


def held(connection: Connection) -> tuple[tuple[str, int, str], ...]:
    """Return the deliveries that wait for a decision: edition, subscriber, and why."""
    wanted = (
        select(deliveries.c.edition, deliveries.c.subscriber_id, deliveries.c.said)
        .where(deliveries.c.state == _STATE.HELD.value)
        .order_by(deliveries.c.edition, deliveries.c.subscriber_id)
    )
    return tuple((edition, number, said) for edition, number, said in connection.execute(wanted))


def counts(connection: Connection, edition: str | None = None) -> dict[str, dict[str, int]]:
    """Count deliveries by edition, latest first, and state."""
    wanted = (
        select(deliveries.c.edition, deliveries.c.state, func.count())
        .group_by(deliveries.c.edition, deliveries.c.state)
        .order_by(deliveries.c.edition.desc(), deliveries.c.state)
    )
    if edition is not None:
        wanted = wanted.where(deliveries.c.edition == edition)
    found: dict[str, dict[str, int]] = {}
    for name, state, count in connection.execute(wanted):
        found.setdefault(name, {})[state] = count
    return found


def next_due(connection: Connection) -> datetime | None:
    """Return when the next attempt is due, if any is."""
    pending = select(func.min(deliveries.c.due_at)).where(
        deliveries.c.state == _STATE.PENDING.value
    )
    found: datetime | None = connection.execute(pending).scalar()
    return found
