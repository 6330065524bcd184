"""Which edition goes to whom: a row in the outbox for each edition and subscriber, once.

Subscribers of one cadence, time zone and local hour are due at the same instant, and planned
together; `plans` says for which of them it was done. Who comes to such a group later opens it again
(`subscribers`), and the row's key keeps anybody from being planned twice. For who has paused then,
nothing is planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, literal, or_, select

from digest.models import Cadence, DeliveryState, SubscriberState
from digest.store.statements import batches, insert_into
from digest.store.tables import deliveries, plans, subscribers

_IS_ACTIVE = subscribers.c.state == SubscriberState.ACTIVE.value


def rhythms(connection: Connection, cadence: Cadence) -> tuple[tuple[str, int], ...]:
    """Return the time zones and local hours at which active subscribers of a cadence are due."""
    wanted = (
        select(subscribers.c.zone, subscribers.c.hour)
        .where(_IS_ACTIVE, subscribers.c.cadence == cadence.value)
        .distinct()
        .order_by(subscribers.c.zone, subscribers.c.hour)
    )
    return tuple((zone, hour) for zone, hour in connection.execute(wanted))


def planned(connection: Connection, edition: str) -> frozenset[tuple[str, int]]:
    """Return the zones and hours for which the edition was planned."""
    wanted = select(plans.c.zone, plans.c.hour).where(plans.c.edition == edition)
    return frozenset((zone, hour) for zone, hour in connection.execute(wanted))


def plan(
    connection: Connection,
    edition: str,
    cadence: Cadence,
    due: Mapping[tuple[str, int], datetime],
    now: datetime,
) -> int:
    """Plan the edition for the active subscribers of these zones and hours; count what came new.

    `due` tells when it was due there: who became active later waits for the next edition.
    """
    count = 0
    for (zone, hour), moment in due.items():
        wanted = (
            _IS_ACTIVE,
            subscribers.c.cadence == cadence.value,
            subscribers.c.zone == zone,
            subscribers.c.hour == hour,
            subscribers.c.active_since <= moment,
            _is_awake(moment),
        )
        count += _insert(connection, edition, now, wanted)
    rows = [{"edition": edition, "zone": zone, "hour": hour} for zone, hour in due]
    if rows:
        connection.execute(insert_into(connection, plans).on_conflict_do_nothing(), rows)
    return count


def plan_for(
    connection: Connection, edition: str, cadence: Cadence | None, ids: Iterable[int], now: datetime
) -> int:
    """Plan the edition whatever the hour: for these active subscribers, or all of a cadence."""
    if cadence is not None:
        own = (_IS_ACTIVE, subscribers.c.cadence == cadence.value, _is_awake(now))
        return _insert(connection, edition, now, own)
    return sum(
        _insert(connection, edition, now, (_IS_ACTIVE, subscribers.c.id.in_(some)))
        for some in batches(ids)
    )


def _is_awake(moment: datetime) -> ColumnElement[bool]:
    return or_(subscribers.c.paused_until.is_(None), subscribers.c.paused_until <= moment)


def _insert(
    connection: Connection, edition: str, now: datetime, wanted: Sequence[ColumnElement[bool]]
) -> int:
    columns = ["edition", "subscriber_id", "state", "planned_at", "due_at"]
    column = deliveries.c
    chosen = select(
        literal(edition, column.edition.type),
        subscribers.c.id,
        literal(DeliveryState.PENDING.value, column.state.type),
        literal(now, column.planned_at.type),
        literal(now, column.due_at.type),
    ).where(*wanted)
    insert = insert_into(connection, deliveries).from_select(columns, chosen)
    told = insert.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return connection.execute(told).rowcount
