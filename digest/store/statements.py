"""Statements that SQLAlchemy words the same for both databases but keeps in two places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Column, Connection, Table, func, select

if TYPE_CHECKING:
    from sqlalchemy.dialects.sqlite import Insert

T = TypeVar("T")

BATCH = 1000
"""Values in one `IN (…)`."""


def insert_into(connection: Connection, table: Table) -> Insert:
    """Return an INSERT that knows `on_conflict_…`, in the words of the connection's database."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return insert(table)


def next_id(connection: Connection, column: Column[int]) -> int:
    """Return the row number after the last; right for the one writer that there is."""
    last = connection.execute(select(func.max(column))).scalar()
    return int(last or 0) + 1


def batches(values: Iterable[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Cut the values into lists of at most `size`."""
    left = iter(values)
    while batch := list(islice(left, size)):
        yield batch
