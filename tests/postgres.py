"""Schemas on the PostgreSQL server that DIGEST_TEST_POSTGRES names: fresh ones, or one kept.

To make a store's tables and to drop them costs many times what it costs to empty them, so tests
that take a store that is there use one schema, one after another.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, create_engine, insert, select, text
from sqlalchemy.engine import make_url

from digest.store import open_store
from digest.store.engine import parse_url
from digest.store.tables import meta, metadata

VARIABLE = "DIGEST_TEST_POSTGRES"

# What a test may have changed besides rows, and whether there were so many that pages are left.
SHAPE = text("""
SELECT md5(concat(
  (SELECT string_agg(
     concat_ws(' ', relname, relkind, attnum, attname, atttypid, attnotnull, atthasdef), ','
     ORDER BY relname, attnum
   ) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid WHERE relnamespace = here),
  (SELECT string_agg(conname, ',' ORDER BY conname) FROM pg_constraint WHERE connamespace = here),
  (SELECT count(*) FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid
   WHERE relnamespace = here),
  (SELECT sum(pg_relation_size(oid)) > 1048576 FROM pg_class WHERE relnamespace = here)))
FROM (SELECT current_schema()::regnamespace AS here) AS named
""")


@contextmanager
def fresh_schema() -> Iterator[str]:
    """Give the URL of a schema of its own, dropped afterwards; skip where there is no server."""
    server = os.environ.get(VARIABLE)
    if not server:
        pytest.skip(f"{VARIABLE} names no PostgreSQL server")
    name = f"test_{secrets.token_hex(6)}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        own = url.update_query_dict({"options": f"-csearch_path={name}"})
        yield own.set(drivername="postgresql").render_as_string(hide_password=False)
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    finally:
        engine.dispose()


class KeptSchema:
    """One schema for the stores of many tests; another, where a test changed more than rows."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._made: Made | None = None

    def emptied(self) -> str:
        """Return the address of a store with nothing in it; skip where there is no server."""
        if self._made is None or not self._made.is_emptied():
            self.close()
            self._made = made(self._stack)
        return self._made.url

    def close(self) -> None:
        self._stack.close()


@dataclass(frozen=True, slots=True)
class Made:
    """A schema with tables, and what they were at first."""

    url: str
    engine: Engine
    shape: str
    meta: list[dict[str, str]]

    def is_emptied(self) -> bool:
        """Empty its tables; false where they are not what they were."""
        with self.engine.begin() as connection:
            if connection.execute(SHAPE).scalar_one() != self.shape:
                return False
            tables = [table.name for table in reversed(metadata.sorted_tables)]
            connection.exec_driver_sql("; ".join(f"DELETE FROM {name}" for name in tables))
            connection.execute(insert(meta), self.meta)
        return True


def made(stack: ExitStack) -> Made:
    url = stack.enter_context(fresh_schema())
    open_store(url).close()
    engine = create_engine(parse_url(url), pool_pre_ping=True)
    stack.callback(engine.dispose)
    with engine.connect() as connection:
        rows = [dict(row._mapping) for row in connection.execute(select(meta))]
        return Made(url, engine, connection.execute(SHAPE).scalar_one(), rows)
