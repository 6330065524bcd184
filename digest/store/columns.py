"""Column types: how our values stand in either database, and come back as they were.

Nothing here knows a table.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_write_json = json.JSONEncoder(separators=(",", ":")).encode

RowId = BigInteger().with_variant(Integer(), "sqlite")
"""A row number; SQLite makes only INTEGER the rowid itself."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC. SQLite keeps it without its zone; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn the instant to UTC, for SQLite without saying so."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the instant its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SafeText(TypeDecorator[str]):
    """Text that both databases take: NULs and lone surrogates become U+FFFD.

    The readers of dumps clean papers before; names of files come as they are.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Replace what PostgreSQL or UTF-8 cannot hold."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        whole = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return whole.replace("\0", "\ufffd")


class JsonTuple(TypeDecorator[tuple[Any, ...]]):
    """A tuple of strings or numbers, or of tuples of strings, as JSON text."""

    impl = SafeText
    cache_ok = True

    def process_bind_param(self, value: tuple[Any, ...] | None, _dialect: Dialect) -> str | None:
        """Write JSON; `json` escapes every surrogate and control character."""
        if not value:
            return None if value is None else "[]"
        return _write_json(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[Any, ...] | None:
        """Read lists back as the tuples they were."""
        return None if value is None else _tuples(json.loads(value))


def _tuples(value: list[Any]) -> tuple[Any, ...]:
    """Turn a list, and the lists in it, into tuples."""
    return tuple(_tuples(item) if isinstance(item, list) else item for item in value)
