"""What is kept for a time only: who never confirmed, who is gone, which network one came from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, TextClause, select, text, update

from digest.models import SubscriberState
from digest.store.tables import consents, invitations, subscribers


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


def unconfirmed(connection: Connection, before: datetime, limit: int) -> tuple[int, ...]:
    """Return up to `limit` who asked on a page, before, and did not confirm by the mail they got.

    Who asked again on another day has their time anew.
    """
    wanted = (
        select(subscribers.c.id)
        .join(invitations, invitations.c.subscriber_id == subscribers.c.id)
        .where(subscribers.c.state == SubscriberState.PENDING.value)
        .where(invitations.c.asked_at < before)
        .order_by(subscribers.c.id)
        .limit(limit)
    )
    return tuple(connection.execute(wanted).scalars())


def has_networks(connection: Connection, before: datetime) -> bool:
    """Tell whether lines of consent from before name a network."""
    wanted = select(consents.c.id).where(*_of_network(before)).limit(1)
    return connection.execute(wanted).first() is not None


def forget_networks(connection: Connection, before: datetime) -> int:
    """Take the network out of lines of consent from before; return of how many."""
    old = update(consents).where(*_of_network(before))
    return connection.execute(old.values(network="")).rowcount


def _of_network(before: datetime) -> tuple[ColumnElement[bool] | TextClause, ...]:
    return (text("network != ''"), consents.c.at < before)  # in the words of ix_consents_network
