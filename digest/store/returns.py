"""What came back by mail: which mails were dealt with, and how many soft failures are in a row."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import Connection, case, select, update

from digest.models import SubscriberState, Suppression
from digest.store import suppressing
from digest.store.statements import batches, insert_into
from digest.store.tables import returns, subscribers


def remember(connection: Connection, mark: str, at: datetime) -> bool:
    """Say that the mail of this mark is dealt with; false where it was before."""
    insert = insert_into(connection, returns).values(mark=mark, at=at).on_conflict_do_nothing()
    return connection.execute(insert.execution_options(preserve_rowcount=True)).rowcount == 1


def known(connection: Connection, marks: Collection[str]) -> dict[str, datetime]:
    """Return which of these marks were dealt with, and when."""
    found: dict[str, datetime] = {}
    for some in batches(marks):
        rows = connection.execute(select(returns).where(returns.c.mark.in_(some)))
        found |= {row.mark: row.at for row in rows}
    return found


def row_of(connection: Connection, number: int) -> tuple[int, datetime | None]:
    """Return how many soft failures of a subscriber are in a row, and when the last came."""
    columns = (subscribers.c.soft_bounces, subscribers.c.soft_bounced_at)
    row = connection.execute(select(*columns).where(subscribers.c.id == number)).one_or_none()
    return (row.soft_bounces, row.soft_bounced_at) if row else (0, None)


def count_soft(connection: Connection, number: int, at: datetime, since: datetime) -> int:
    """Count a soft failure of a subscriber; return how many are in a row.

    It stands in the row of those before it if the last of them came at `since` or later.
    """
    is_in_row = subscribers.c.soft_bounced_at >= since
    row = case((is_in_row, subscribers.c.soft_bounces + 1), else_=1)
    counted = (
        update(subscribers)
        .where(subscribers.c.id == number)
        .values(soft_bounces=row, soft_bounced_at=at)
        .returning(subscribers.c.soft_bounces)
    )
    return int(connection.execute(counted).scalar() or 0)


def suppress(
    connection: Connection,
    number: int,
    reason: SubscriberState,
    at: datetime,
    hashed: Callable[[str], str],
) -> None:
    """Keep that a subscriber's address is not to be written to, as `hashed` gives it."""
    wanted = select(subscribers.c.address_key).where(subscribers.c.id == number)
    key = connection.execute(wanted).scalar()
    if key is None:
        return
    suppressing.suppress(connection, Suppression(hash=hashed(key), reason=reason, at=at))
