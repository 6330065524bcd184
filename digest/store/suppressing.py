"""Addresses not to be written to, as keyed hashes; and what is left of a subscriber once erased.

A hash is made from an address and the database's key, outside: it tells whether a given address is
meant, and not which.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, or_, select, update

from digest.errors import StoreError
from digest.models import DeliveryRecord, DeliveryState, Preferences, SubscriberState, Suppression
from digest.store.statements import batches, insert_into
from digest.store.tables import consents, deliveries, subscribers, suppressions

_DELIVERY = [deliveries.c[name] for name in DeliveryRecord.__dataclass_fields__]
_UNSENT = [DeliveryState.PENDING.value, DeliveryState.HELD.value]


def suppress(connection: Connection, suppression: Suppression) -> None:
    """Keep that an address is not to be written to; a later reason takes the place of the first."""
    told = {"reason": suppression.reason.value, "at": suppression.at}
    insert = insert_into(connection, suppressions).values(hash=suppression.hash, **told)
    connection.execute(insert.on_conflict_do_update(index_elements=["hash"], set_=told))


def lift(connection: Connection, hashed: str) -> None:
    """Forget that an address is not to be written to."""
    connection.execute(delete(suppressions).where(suppressions.c.hash == hashed))


def suppressed(connection: Connection, hashes: Collection[str]) -> dict[str, Suppression]:
    """Return which of these hashes are not to be written to, and why."""
    found: dict[str, Suppression] = {}
    for some in batches(hashes):
        rows = connection.execute(select(suppressions).where(suppressions.c.hash.in_(some)))
        for row in rows:
            reason = SubscriberState(row.reason)
            found[row.hash] = Suppression(hash=row.hash, reason=reason, at=row.at)
    return found


def erase(connection: Connection, number: int, at: datetime) -> tuple[str, ...]:
    """Leave of a subscriber only the number, which their deliveries carry, and when these were.

    What they wanted, how they came and what servers said of them goes; what was not sent yet is
    skipped. Returns the texts that are theirs alone, and now are to be found nowhere. Raises
    `StoreError` where there is no such subscriber, or no more.
    """
    is_there = (subscribers.c.id == number, subscribers.c.state != SubscriberState.ERASED.value)
    wanted = select(subscribers.c.address, subscribers.c.address_key).where(*is_there)
    found = connection.execute(wanted).one_or_none()
    if found is None:
        raise StoreError("there is no such subscriber", hint="See `digest subscribers list`")
    theirs = select(consents.c.network, consents.c.proof).where(consents.c.subscriber_id == number)
    told = {text for row in connection.execute(theirs) for text in row}
    connection.execute(update(subscribers).where(*is_there).values(_nothing(at)))
    connection.execute(delete(consents).where(consents.c.subscriber_id == number))
    own = deliveries.c.subscriber_id == number
    skipped = {"state": DeliveryState.SKIPPED.value, "done_at": at}
    connection.execute(
        update(deliveries).where(own, deliveries.c.state.in_(_UNSENT)).values(skipped)
    )
    connection.execute(update(deliveries).where(own).values(said=""))
    return (*found, *sorted(text for text in told if not _is_others(connection, text)))


def _nothing(at: datetime) -> dict[str, object]:
    """Return the columns of a subscriber of whom nothing is known."""
    wants = Preferences()
    return {
        **{name: getattr(wants, name) for name in Preferences.__dataclass_fields__},
        **{"cadence": wants.cadence.value, "address": None, "address_key": None},
        **{"state": SubscriberState.ERASED.value, "since": at, "active_since": None},
        **{"soft_bounces": 0, "soft_bounced_at": None},
    }


def _is_others(connection: Connection, text: str) -> bool:
    """Tell whether a text of a record of consent stands in somebody else's too."""
    same = or_(consents.c.network == text, consents.c.proof == text)
    return connection.execute(select(consents.c.id).where(same).limit(1)).first() is not None


def deliveries_of(connection: Connection, number: int) -> tuple[DeliveryRecord, ...]:
    """Return what a subscriber was to be sent, and what became of it, eldest first."""
    wanted = (
        select(*_DELIVERY)
        .where(deliveries.c.subscriber_id == number)
        .order_by(deliveries.c.planned_at, deliveries.c.edition)
    )
    rows = connection.execute(wanted)
    return tuple(
        DeliveryRecord(**(row._asdict() | {"state": DeliveryState(row.state)})) for row in rows
    )
