"""Connections: a URL becomes an engine whose transactions are what the store promises.

SQLite: WAL, `synchronous=FULL` (with NORMAL a power cut may lose what was committed), foreign
keys, transactions begun by us, for the driver's own lose updates, and `secure_delete`: what is
deleted is overwritten. PostgreSQL: one writer at a time by an advisory lock, readers see one
snapshot. Nothing here knows a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from digest.errors import StoreError
from digest.store.failures import translated

WAIT_SECONDS = 5
_TURN, _PATIENCE = "digest_turn", "digest_patience"
WRITER_LOCK = 0x6469676573740001  # "digest" and 1: the same number in every process
_ALONE = text(
    "SELECT pg_advisory_xact_lock(:n # CAST(hashtext(coalesce(current_schema(), '')) AS bigint))"
)
"""Such locks are a database's; each schema may hold a newsletter, which waits for no other."""

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # what was erased of a reader is in no page of the file
    "cache_size=-16000",  # KiB: what one dump touches in a large store
    "wal_autocheckpoint=4000",  # pages: the file itself is synced once in a dozen dumps
)

_URL_HINT = "Write `sqlite:///digest.db` or `postgresql://user@host/database` in `store.url`"


def parse_url(url: str) -> URL:
    """Read the address of a database; `postgresql://` means psycopg 3."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError("the database's address cannot be read", hint=_URL_HINT) from error
    if parsed.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "sqlite":
        what = f"a database of the kind {parsed.drivername!r} is not supported"
        raise StoreError(what, hint=_URL_HINT)
    if parsed.database in {None, "", ":memory:"} or str(parsed.database).startswith("file:"):
        raise StoreError("the database's address names no file", hint=_URL_HINT)
    return parsed


def sqlite_path(url: URL) -> Path | None:
    """Return the file of a SQLite database, None for a server."""
    return Path(str(url.database)) if url.drivername == "sqlite" else None


def sqlite_url(path: Path) -> URL:
    """Return the address of a SQLite file."""
    return URL.create("sqlite", database=str(path))


@cache
def place_of(url: URL) -> str:
    """Return how an error names the database: the file, or the address without its password."""
    return str(sqlite_path(url) or url.set(drivername="postgresql").render_as_string())


def make_engine(url: URL) -> Engine:
    """Return an engine for `url`; nothing is connected yet."""
    if url.drivername == "sqlite":
        return _sqlite_engine(url)
    try:
        return _postgres_engine(url)
    except ModuleNotFoundError as error:
        what = "PostgreSQL needs the package psycopg"
        raise StoreError(what, hint="`pip install 'digest[postgres]'`") from error


@contextmanager
def writing(engine: Engine, *, is_dry: bool = False) -> Iterator[Connection]:
    """Run one writing transaction, alone among writers: committed at the end, or not at all.

    A dry one is undone at the end.
    """
    options: dict[str, Any] = {"digest_begin": "BEGIN IMMEDIATE"}
    is_server = engine.dialect.name == "postgresql"
    if is_server:
        options["isolation_level"] = "READ COMMITTED"
    with translated(place_of(engine.url)), _turn(engine), _begun(engine, options) as connection:
        if is_server:
            connection.execute(_ALONE, {"n": WRITER_LOCK})
        yield connection
        if is_dry:
            connection.rollback()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Run one reading transaction: a snapshot, whatever others write meanwhile."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with translated(place_of(engine.url)), _begun(engine, options) as connection:
        yield connection


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Let the threads of this process write to a SQLite file in turn.

    SQLite lets those that wait try again at times of its own: under load some never come to it.
    """
    told = engine.get_execution_options()
    turn: Lock = told.get(_TURN) or Lock()  # PostgreSQL sees to it itself
    is_ours = turn.acquire(timeout=told.get(_PATIENCE, WAIT_SECONDS))
    try:
        yield  # whoever's turn did not come is told by SQLite that it is busy
    finally:
        if is_ours:
            turn.release()


@contextmanager
def _begun(engine: Engine, options: dict[str, Any]) -> Iterator[Connection]:
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _sqlite_engine(url: URL) -> Engine:
    """Make an engine whose connections begin transactions as told, not as the driver guesses."""
    patience = float(str(url.query.get("timeout", WAIT_SECONDS)))
    engine = create_engine(url, connect_args={"timeout": patience})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("digest_begin", "BEGIN")
        connection.exec_driver_sql(how)

    return engine.execution_options(**{_TURN: Lock(), _PATIENCE: patience})


def _postgres_engine(url: URL) -> Engine:
    """Make an engine that waits for locks as long as SQLite does, unless the URL says else."""
    given = url.query.get("options", "")
    told = given if isinstance(given, str) else " ".join(given)
    patience: dict[str, Any] = {"options": f"-c lock_timeout={WAIT_SECONDS}s {told}".strip()}
    if "connect_timeout" not in url.query:
        patience["connect_timeout"] = WAIT_SECONDS
    return create_engine(url, connect_args=patience, pool_pre_ping=True)
