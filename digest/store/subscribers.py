"""The subscribers: their rows, looked up by the key that an address folds to."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from digest.errors import StoreError
from digest.models import (
    Cadence,
    Consent,
    ConsentAct,
    Preferences,
    Subscriber,
    SubscriberState,
)
from digest.store.statements import next_id
from digest.store.tables import consents, plans, subscribers


def by_key(connection: Connection, address_key: str) -> Subscriber | None:
    """Return the subscriber whose address folds to this key."""
    return _one(connection, subscribers.c.address_key == address_key)


def by_id(connection: Connection, number: int) -> Subscriber | None:
    """Return the subscriber of this number, also one that was erased."""
    return _one(connection, subscribers.c.id == number)


def add(connection: Connection, subscriber: Subscriber, address_key: str, consent: Consent) -> int:
    """Store a subscriber who is not there yet, and how they came; return their number."""
    number = next_id(connection, subscribers.c.id)
    wants = _columns(subscriber.preferences)
    row = {
        "id": number,
        "address": subscriber.address,
        "address_key": address_key,
        "state": subscriber.state.value,
        "created_at": subscriber.created_at,
        "since": subscriber.since,
        "active_since": subscriber.active_since,
    }
    connection.execute(insert(subscribers).values(row | wants))
    _reopen(connection, subscriber.preferences)
    add_consent(connection, number, consent)
    return number


def change_state(
    connection: Connection, number: int, state: SubscriberState, at: datetime, consent: Consent
) -> None:
    """Put a subscriber into another state, and write down by whose act."""
    subscriber = by_id(connection, number)
    if subscriber is None or subscriber.state is SubscriberState.ERASED:
        raise StoreError("there is no such subscriber", hint="See `digest subscribers list`")
    values: dict[str, Any] = {"state": state.value, "since": at}
    if state is SubscriberState.ACTIVE:
        values |= {"active_since": at, "soft_bounces": 0, "soft_bounced_at": None}
    connection.execute(update(subscribers).where(subscribers.c.id == number).values(values))
    _reopen(connection, subscriber.preferences)
    add_consent(connection, number, consent)


def prefer(connection: Connection, number: int, preferences: Preferences) -> None:
    """Set what a subscriber wants."""
    own = update(subscribers).where(subscribers.c.id == number)
    connection.execute(own.values(_columns(preferences)))
    _reopen(connection, preferences)


def add_consent(connection: Connection, number: int, consent: Consent) -> None:
    """Add a line to the record of consent."""
    row = asdict(consent) | {
        "id": next_id(connection, consents.c.id),
        "subscriber_id": number,
        "act": consent.act.value,
    }
    connection.execute(insert(consents).values(row))


def consents_of(connection: Connection, number: int) -> tuple[Consent, ...]:
    """Return a subscriber's record of consent, eldest line first."""
    columns = [consents.c[name] for name in Consent.__dataclass_fields__]
    rows = connection.execute(
        select(*columns).where(consents.c.subscriber_id == number).order_by(consents.c.id)
    )
    return tuple(Consent(**(row._asdict() | {"act": ConsentAct(row.act)})) for row in rows)


def _reopen(connection: Connection, preferences: Preferences) -> None:
    """Let editions be planned again for a zone and hour: somebody came to it since."""
    own = (plans.c.zone == preferences.zone, plans.c.hour == preferences.hour)
    connection.execute(delete(plans).where(*own))


def _columns(preferences: Preferences) -> dict[str, Any]:
    return asdict(preferences) | {"cadence": preferences.cadence.value}


def _one(connection: Connection, wanted: Any) -> Subscriber | None:
    row = connection.execute(select(subscribers).where(wanted)).one_or_none()
    return None if row is None else _subscriber(row)


def _subscriber(row: Row[Any]) -> Subscriber:
    wants = {name: getattr(row, name) for name in Preferences.__dataclass_fields__}
    return Subscriber(
        id=row.id,
        address=row.address or "",
        state=SubscriberState(row.state),
        preferences=Preferences(**(wants | {"cadence": Cadence(row.cadence)})),
        created_at=row.created_at,
        since=row.since,
        active_since=row.active_since,
    )
