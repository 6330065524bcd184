"""Leases: what only one process may do at a time belongs to whoever holds its row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, or_

from digest.store.statements import insert_into
from digest.store.tables import leases


def take(
    connection: Connection, name: str, holder: str, now: datetime, expires_at: datetime
) -> bool:
    """Take the lease if it is free, ours, or over; tell whether it is held now."""
    values = {"holder": holder, "expires_at": expires_at}
    statement = (
        insert_into(connection, leases)
        .values(name=name, **values)
        .on_conflict_do_update(
            index_elements=[leases.c.name],
            set_=values,
            where=or_(leases.c.holder == holder, leases.c.expires_at <= now),
        )
        .returning(leases.c.name)
    )
    return connection.execute(statement).first() is not None


def release(connection: Connection, name: str, holder: str) -> None:
    """Give the lease up, if this holder has it."""
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
