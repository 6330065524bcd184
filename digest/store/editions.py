"""The editions: opened as drafts, touched, and sealed with the text they keep for ever."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, false, func, or_, select, update

from digest.errors import EditionError
from digest.models import Cadence, EditionRecord
from digest.store.changes import stamp_with_rollups
from digest.store.statements import insert_into
from digest.store.tables import approvals, dumps, editions

_COLUMN_OF = {"start": "first_day", "end": "last_day"}
_DECIDED = ("approved_at", "held_at")
_OWN = [
    name for name in EditionRecord.__dataclass_fields__ if _COLUMN_OF.get(name, name) in editions.c
]
_RECORDS: Select[Any] = select(
    *(editions.c[_COLUMN_OF.get(name, name)].label(name) for name in _OWN),
    *(approvals.c[name] for name in _DECIDED),
    func.coalesce(approvals.c.decided_by, "").label("decided_by"),
).outerjoin_from(editions, approvals)


def by_name(connection: Connection, name: str) -> EditionRecord | None:
    """Return the edition of this name."""
    row = connection.execute(_RECORDS.where(editions.c.name == name)).one_or_none()
    return _record(row) if row else None


def last_update(connection: Connection) -> datetime | None:
    """Return when a dump was recorded, or an edition touched or sealed, for the last time."""
    columns = (dumps.c.recorded_at, editions.c.updated_at, editions.c.sealed_at)
    found = (
        connection.execute(select(func.max(column, type_=column.type))).scalar()
        for column in columns
    )
    return max(filter(None, found), default=None)


def draft(connection: Connection, name: str) -> EditionRecord:
    """Return the edition if it may still change, else raise `EditionError`."""
    edition = existing(connection, name)
    if edition.sealed_at is not None:
        hint = "A sealed edition never changes; choose a draft"
        raise EditionError(f"the edition {name} is sealed", at=name, hint=hint)
    return edition


def existing(connection: Connection, name: str) -> EditionRecord:
    """Return the edition, or raise `EditionError`."""
    edition = by_name(connection, name)
    if edition is None:
        hint = "See the editions there are with `digest edition`"
        raise EditionError(f"there is no edition {name}", at=name, hint=hint)
    return edition


def listed(
    connection: Connection,
    cadence: Cadence | None,
    *,
    since_change: int,
    unsealed_only: bool,
    ending_from: date | None,
    approved_from: datetime | None,
) -> tuple[EditionRecord, ...]:
    """Return the editions with a change number after `since_change`, latest first."""
    wanted = _RECORDS.where(editions.c.change > since_change)
    if cadence is not None:
        wanted = wanted.where(editions.c.cadence == cadence.value)
    if unsealed_only:
        wanted = wanted.where(editions.c.sealed_at.is_(None))
    if ending_from is not None:
        is_late = approvals.c.approved_at >= approved_from if approved_from else false()
        wanted = wanted.where(or_(editions.c.last_day >= ending_from, is_late))
    ordered = wanted.order_by(editions.c.first_day.desc(), editions.c.name.desc())
    return tuple(_record(row) for row in connection.execute(ordered))


def frozen(connection: Connection, name: str) -> str | None:
    """Return the text the edition was sealed with."""
    text: str | None = connection.execute(
        select(editions.c.frozen).where(editions.c.name == name)
    ).scalar()
    return text


def open_edition(connection: Connection, change: int, edition: EditionRecord) -> None:
    """Store the edition unless there is one of that name."""
    values = {_COLUMN_OF.get(name, name): getattr(edition, name) for name in _OWN}
    values |= {"cadence": edition.cadence.value, "change": change}
    connection.execute(insert_into(connection, editions).values(values).on_conflict_do_nothing())


def drop(connection: Connection, _change: int, name: str) -> None:
    """Forget a draft in which nothing was ever announced."""
    draft(connection, name)
    connection.execute(delete(approvals).where(approvals.c.edition == name))
    connection.execute(delete(editions).where(editions.c.name == name))


def touch(connection: Connection, change: int, name: str, at: datetime) -> None:
    """Say that the draft's content changed at `at`; the latest such time stays."""
    edition = draft(connection, name)
    own = update(editions).where(editions.c.name == name)
    connection.execute(own.values(updated_at=max(edition.updated_at, at)))
    stamp_with_rollups(connection, change, name)


def seal(connection: Connection, change: int, name: str, frozen: str, at: datetime) -> None:
    """Keep the edition as `frozen`."""
    draft(connection, name)
    own = update(editions).where(editions.c.name == name)
    connection.execute(own.values(frozen=frozen, sealed_at=at, change=change))


def _record(row: Row[Any]) -> EditionRecord:
    """Return the row as a value."""
    values = row._asdict()
    return EditionRecord(**(values | {"cadence": Cadence(values["cadence"])}))
