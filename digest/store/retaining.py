"""What is kept for a time only: who never confirmed, who is gone, which network one came from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select, update

from digest.models import SubscriberState
from digest.store.tables import consents, subscribers


def stale(
    connection: Connection, states: Collection[SubscriberState], before: datetime, limit: int
) -> tuple[int, ...]:
    """Return up to `limit` subscribers, by number, who are in one of these states since before.

    Who asked again since, or was told of otherwise in the record of consent, is none of them.
    """
    recent = select(consents.c.id).where(
        consents.c.subscriber_id == subscribers.c.id, consents.c.at >= before
    )
    wanted = (
        select(subscribers.c.id)
        .where(subscribers.c.state.in_([state.value for state in states]))
        .where(subscribers.c.since < before, ~recent.exists())
        .order_by(subscribers.c.id)
        .limit(limit)
    )
    return tuple(connection.execute(wanted).scalars())


def forget_networks(connection: Connection, before: datetime) -> int:
    """Take the network out of lines of consent from before; return of how many."""
    old = (consents.c.network != "", consents.c.at < before)  # by ix_consents_network
    return connection.execute(update(consents).where(*old).values(network="")).rowcount
