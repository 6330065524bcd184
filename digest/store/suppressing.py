"""Addresses not to be written to, as keyed hashes; and what is left of a subscriber once erased.

A hash is made from an address and the database's key, outside: it tells whether a given address is
meant, and not which.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, literal, or_, select, type_coerce, update

from digest.errors import StoreError
from digest.models import DeliveryRecord, DeliveryState, Preferences, SubscriberState, Suppression
from digest.store.columns import SafeText
from digest.store.statements import batches, insert_into
from digest.store.tables import consents, deliveries, invitations, subscribers, suppressions

_DELIVERY = [deliveries.c[name] for name in DeliveryRecord.__dataclass_fields__]
_TOLD = [consents.c[name] for name in ("source", "network", "proof")]
_WISHES = [type_coerce(subscribers.c[name], SafeText) for name in ("topics", "muted")]  # as stored
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
    wanted = select(subscribers.c.address, subscribers.c.address_key, *_WISHES).where(*is_there)
    found = connection.execute(wanted).one_or_none()
    if found is None:
        raise StoreError("there is no such subscriber", hint="See `digest subscribers list`")
    address, key, *wishes = found
    told = _told(connection, number)
    spelled = _spelled(connection, number, key)
    connection.execute(update(subscribers).where(*is_there).values(_nothing(at)))
    connection.execute(delete(consents).where(consents.c.subscriber_id == number))
    connection.execute(delete(invitations).where(invitations.c.subscriber_id == number))
    own = deliveries.c.subscriber_id == number
    skipped = {"state": DeliveryState.SKIPPED.value, "done_at": at}
    connection.execute(
        update(deliveries).where(own, deliveries.c.state.in_(_UNSENT)).values(skipped)
    )
    connection.execute(update(deliveries).where(own).values(said=""))
    theirs = [text for text in told if not _is_in(connection, _TOLD, text)]
    theirs += [text for text in wishes if text != "[]" and not _is_in(connection, _WISHES, text)]
    return (address, key, *sorted(spelled - {address, key}), *sorted(theirs))


def _told(connection: Connection, number: int) -> set[str]:
    """Return what stands in a subscriber's record of consent."""
    wanted = select(*_TOLD).where(consents.c.subscriber_id == number)
    return {text for row in connection.execute(wanted) for text in row if text}


def _spelled(connection: Connection, number: int, key: str) -> set[str]:
    """Return how servers spelled a subscriber's address, whatever its case and domain."""
    own = (deliveries.c.subscriber_id == number, deliveries.c.said.contains("@"))
    pattern = re.compile(re.escape(key.rpartition("@")[0]) + r"@[^\s<>]+", re.IGNORECASE)
    said = connection.execute(select(deliveries.c.said).where(*own)).scalars()
    return {spelling for text in said for spelling in pattern.findall(text)}


def _nothing(at: datetime) -> dict[str, object]:
    """Return the columns of a subscriber of whom nothing is known."""
    wants = Preferences()
    return {
        **{name: getattr(wants, name) for name in Preferences.__dataclass_fields__},
        **{"cadence": wants.cadence.value, "address": None, "address_key": None},
        **{"state": SubscriberState.ERASED.value, "since": at, "active_since": None},
        **{"soft_bounces": 0, "soft_bounced_at": None},
    }


def _is_in(connection: Connection, columns: Sequence[ColumnElement[str]], text: str) -> bool:
    """Tell whether a text stands in one of these columns, whoever's."""
    same = select(literal(1)).where(or_(*(column == text for column in columns))).limit(1)
    return connection.execute(same).first() is not None


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
