"""The subscribers: their rows, looked up by the key that spellings of one address share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from digest.errors import StoreError
from digest.models import (
    Cadence,
    Consent,
    ConsentAct,
    Preferences,
    Subscriber,
    SubscriberState,
)
from digest.store.statements import batches, next_id
from digest.store.tables import consents, plans, subscribers

Newcomer = tuple[Subscriber, str, Consent]
"""Somebody who is not there yet, the key of their address, and how they came."""

Change = tuple[int, SubscriberState, Consent]
"""A subscriber's number, the state they come to, and by whose act."""

_OWN = update(subscribers).where(subscribers.c.id == bindparam("number"))
_CONSENT = [consents.c[name] for name in Consent.__dataclass_fields__]


def by_key(connection: Connection, address_key: str) -> Subscriber | None:
    """Return the subscriber whose address folds to this key."""
    return _one(connection, subscribers.c.address_key == address_key)


def by_id(connection: Connection, number: int) -> Subscriber | None:
    """Return the subscriber of this number, also one that was erased."""
    return _one(connection, subscribers.c.id == number)


def by_keys(connection: Connection, keys: Collection[str]) -> dict[str, Subscriber]:
    """Return the subscribers whose addresses have these keys; keys of nobody are left out."""
    found: dict[str, Subscriber] = {}
    for some in batches(keys):
        rows = connection.execute(select(subscribers).where(subscribers.c.address_key.in_(some)))
        found |= {row.address_key: _subscriber(row) for row in rows}
    return found


def listed(
    connection: Connection,
    *,
    after: int = 0,
    limit: int,
    state: SubscriberState | None = None,
    cadence: Cadence | None = None,
) -> tuple[Subscriber, ...]:
    """Return up to `limit` subscribers of a state and cadence, by their number, from `after` on.

    Those erased are listed only where that state is asked for.
    """
    wanted = select(subscribers).where(subscribers.c.id > after)
    if state is None:
        wanted = wanted.where(subscribers.c.state != SubscriberState.ERASED.value)
    else:
        wanted = wanted.where(subscribers.c.state == state.value)
    if cadence is not None:
        wanted = wanted.where(subscribers.c.cadence == cadence.value)
    rows = connection.execute(wanted.order_by(subscribers.c.id).limit(limit))
    return tuple(_subscriber(row) for row in rows)


def counts(connection: Connection) -> dict[SubscriberState, int]:
    """Count subscribers by state, in the order of the states' own list; none is left out."""
    wanted = select(subscribers.c.state, func.count()).group_by(subscribers.c.state)
    found = {state: int(count) for state, count in connection.execute(wanted)}
    return {state: found.get(state.value, 0) for state in SubscriberState}


def add(connection: Connection, subscriber: Subscriber, address_key: str, consent: Consent) -> int:
    """Store a subscriber who is not there yet, and how they came; return their number."""
    return add_many(connection, [(subscriber, address_key, consent)])


def add_many(connection: Connection, newcomers: Sequence[Newcomer]) -> int:
    """Store subscribers who are not there yet; return the first's number, the others follow."""
    first = next_id(connection, subscribers.c.id)
    line = next_id(connection, consents.c.id)
    rows: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for place, (subscriber, key, consent) in enumerate(newcomers):
        told = {"id": first + place, "address": subscriber.address, "address_key": key}
        rows.append(told | _standing(subscriber) | _columns(subscriber.preferences))
        lines.append(_line(line + place, first + place, consent))
    if rows:
        connection.execute(insert(subscribers), rows)
        connection.execute(insert(consents), lines)
        for zone, hour in {(row["zone"], row["hour"]) for row in rows}:
            _reopen(connection, zone, hour)
    return first


def change_state(
    connection: Connection, number: int, state: SubscriberState, at: datetime, consent: Consent
) -> None:
    """Put a subscriber into another state, and write down by whose act."""
    change_states(connection, [(number, state, consent)], at)


def change_states(connection: Connection, changes: Sequence[Change], at: datetime) -> None:
    """Put subscribers into other states, and write down by whose acts; each of them once."""
    _reopen_of(connection, [number for number, _, _ in changes])
    line = next_id(connection, consents.c.id)
    lines = [_line(line + n, number, told) for n, (number, _, told) in enumerate(changes)]
    by_state: defaultdict[SubscriberState, list[dict[str, int]]] = defaultdict(list)
    for number, state, _ in changes:
        by_state[state].append({"number": number})
    for state, numbers in by_state.items():
        values: dict[str, Any] = {"state": state.value, "since": at}
        if state is SubscriberState.ACTIVE:
            values |= {"active_since": at, "soft_bounces": 0, "soft_bounced_at": None}
        connection.execute(_OWN.values(values), numbers)
    if lines:
        connection.execute(insert(consents), lines)


def prefer(connection: Connection, number: int, preferences: Preferences) -> None:
    """Set what a subscriber wants."""
    prefer_many(connection, [(number, preferences)])


def prefer_many(connection: Connection, wants: Sequence[tuple[int, Preferences]]) -> None:
    """Set what subscribers want."""
    rows = [_columns(preferences) | {"number": number} for number, preferences in wants]
    if rows:
        names: dict[str, Any] = {name: bindparam(name) for name in Preferences.__dataclass_fields__}
        connection.execute(_OWN.values(names), rows)
    for zone, hour in {(row["zone"], row["hour"]) for row in rows}:
        _reopen(connection, zone, hour)


def add_consent(connection: Connection, number: int, consent: Consent) -> None:
    """Add a line to the record of consent."""
    connection.execute(
        insert(consents).values(_line(next_id(connection, consents.c.id), number, consent))
    )


def consents_of(connection: Connection, number: int) -> tuple[Consent, ...]:
    """Return a subscriber's record of consent, eldest line first."""
    return consents_of_many(connection, [number]).get(number, ())


def consents_of_many(
    connection: Connection, numbers: Collection[int]
) -> Mapping[int, tuple[Consent, ...]]:
    """Return the records of consent of these subscribers, eldest line first."""
    found: defaultdict[int, tuple[Consent, ...]] = defaultdict(tuple)
    for some in batches(numbers):
        wanted = select(consents.c.subscriber_id, *_CONSENT).order_by(consents.c.id)
        for row in connection.execute(wanted.where(consents.c.subscriber_id.in_(some))):
            told = row._asdict() | {"act": ConsentAct(row.act)}
            found[told.pop("subscriber_id")] += (Consent(**told),)
    return found


def _standing(subscriber: Subscriber) -> dict[str, Any]:
    return {
        "state": subscriber.state.value,
        "created_at": subscriber.created_at,
        "since": subscriber.since,
        "active_since": subscriber.active_since,
    }


def _line(number: int, subscriber: int, consent: Consent) -> dict[str, Any]:
    told = {column.name: getattr(consent, column.name) for column in _CONSENT}
    return told | {"id": number, "subscriber_id": subscriber, "act": consent.act.value}


def _reopen_of(connection: Connection, numbers: Sequence[int]) -> None:
    """Let editions be planned again for these subscribers; `StoreError` if one is not there."""
    is_there = subscribers.c.state != SubscriberState.ERASED.value
    rhythms: dict[int, tuple[str, int]] = {}
    for some in batches(numbers):
        wanted = select(subscribers.c.id, subscribers.c.zone, subscribers.c.hour)
        rows = connection.execute(wanted.where(subscribers.c.id.in_(some), is_there))
        rhythms |= {row.id: (row.zone, row.hour) for row in rows}
    if rhythms.keys() != set(numbers):
        raise StoreError("there is no such subscriber", hint="See `digest subscribers list`")
    for zone, hour in set(rhythms.values()):
        _reopen(connection, zone, hour)


def _reopen(connection: Connection, zone: str, hour: int) -> None:
    """Let editions be planned again for a zone and hour: somebody came to it since."""
    connection.execute(delete(plans).where(plans.c.zone == zone, plans.c.hour == hour))


def _columns(preferences: Preferences) -> dict[str, Any]:
    wants = {name: getattr(preferences, name) for name in Preferences.__dataclass_fields__}
    return wants | {"cadence": preferences.cadence.value}


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
