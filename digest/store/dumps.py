"""The dumps that came: what each was, what became of it, and how many there are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from digest.errors import StoreError
from digest.models import DumpRecord, DumpStatus
from digest.store.statements import next_id
from digest.store.tables import dumps, editions, papers, sightings

_FIELDS = tuple(DumpRecord.__dataclass_fields__)
COLUMNS = [dumps.c[name] for name in _FIELDS]


def by_digest(connection: Connection, digest: str) -> DumpRecord | None:
    """Return the dump with these bytes."""
    row = connection.execute(select(*COLUMNS).where(dumps.c.digest == digest)).one_or_none()
    return record_of(row) if row else None


def latest(
    connection: Connection, limit: int | None, status: DumpStatus | None, offset: int = 0
) -> tuple[DumpRecord, ...]:
    """Return the last dumps, newest first, without the first `offset` of them."""
    newest = (dumps.c.arrived_at.desc(), dumps.c.id.desc())
    wanted = select(*COLUMNS).order_by(*newest).limit(limit).offset(offset)
    if status is not None:
        wanted = wanted.where(dumps.c.status == status.value)
    return tuple(record_of(row) for row in connection.execute(wanted))


def counts(connection: Connection) -> dict[str, int]:
    """Count papers that did not move, sightings, editions, and dumps by what became of them."""
    found = {
        "papers": select(func.count()).select_from(papers).where(papers.c.moved_to.is_(None)),
        "sightings": select(func.count()).select_from(sightings),
        "editions": select(func.count()).select_from(editions),
    }
    numbers = {name: int(connection.execute(many).scalar_one()) for name, many in found.items()}
    by_status = select(dumps.c.status, func.count()).group_by(dumps.c.status)
    of_status = {str(status): int(count) for status, count in connection.execute(by_status)}
    return numbers | {f"dumps_{status}": of_status.get(status, 0) for status in DumpStatus}


def add(connection: Connection, _change: int, dump: DumpRecord) -> int:
    """Store the dump, in place of the same bytes if they could not be read before."""
    values = {name: getattr(dump, name) for name in _FIELDS if name != "id"}
    values["status"] = dump.status.value
    before = by_digest(connection, dump.digest)
    if before is None:
        dump_id = next_id(connection, dumps.c.id)
        connection.execute(insert(dumps).values(id=dump_id, **values))
        return dump_id
    if before.status is DumpStatus.READ:
        raise StoreError("this dump was recorded before", at=dump.name, hint="Leave it out")
    connection.execute(update(dumps).where(dumps.c.id == before.id).values(**values))
    return before.id


def finish(connection: Connection, _change: int, /, dump_id: int, **found: int) -> None:
    """Store how many papers the dump lists, and how many of each kind.

    A dump recorded in parts knows only now how long it is, and so do its sightings.
    """
    connection.execute(update(dumps).where(dumps.c.id == dump_id).values(**found))
    partial = (sightings.c.dump_id == dump_id) & (sightings.c.listed != found["listed"])
    connection.execute(update(sightings).where(partial).values(listed=found["listed"]))


def record_of(row: Row[Any]) -> DumpRecord:
    """Return the row as a value."""
    values = row._asdict()
    return DumpRecord(**(values | {"status": DumpStatus(values["status"])}))
