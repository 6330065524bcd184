"""What a database says when it fails, as an error of ours with a hint.

Only here are SQLite's result codes and PostgreSQL's SQLSTATEs read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from digest.errors import StoreBusy, StoreCorrupt, StoreError

RESTORE_HINT = "Restore a backup (`digest restore FILE --force`) or put an undamaged copy in place"
BUSY_HINT = "Wait until the other `digest` is done, or stop it, then try again"
DISK_HINT = "Make room on the disk, then run it again: what was recorded before is whole"

Kind = tuple[type[StoreError], str, str]

_SQLITE: Final[dict[int, Kind]] = {
    sqlite3.SQLITE_BUSY: (StoreBusy, "the database is in use by another process", BUSY_HINT),
    sqlite3.SQLITE_LOCKED: (StoreBusy, "the database is in use by another process", BUSY_HINT),
    sqlite3.SQLITE_CORRUPT: (StoreCorrupt, "the database is damaged", RESTORE_HINT),
    sqlite3.SQLITE_NOTADB: (StoreCorrupt, "the file is not a SQLite database", RESTORE_HINT),
    sqlite3.SQLITE_FULL: (StoreError, "the disk is full", DISK_HINT),
    sqlite3.SQLITE_IOERR: (
        StoreError,
        "the disk failed while the database was read or written",
        "Check the disk, its free space and its quota, then run it again",
    ),
    sqlite3.SQLITE_READONLY: (
        StoreError,
        "the database is read-only",
        "Give the user who runs `digest` the right to write the file and its folder",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StoreError,
        "the database cannot be opened",
        "Check that the folder exists and may be written",
    ),
    sqlite3.SQLITE_PERM: (
        StoreError,
        "the database may not be opened",
        "Give the user who runs `digest` the right to read and write it",
    ),
}

_SERVER_HINT = "Check that the server runs, and the address, name and password in `store.url`"

# By SQLSTATE, or its class (the first two characters).
_POSTGRES: Final[dict[str, Kind]] = {
    "55P03": (StoreBusy, "another process is writing", BUSY_HINT),
    "40": (StoreBusy, "another process wrote at the same moment", BUSY_HINT),
    "53": (StoreError, "the database server is out of space or memory", DISK_HINT),
    "25006": (StoreError, "the database is read-only", "Use the address of the primary server"),
    "28": (StoreError, "the database server refuses the name or password", _SERVER_HINT),
    "3D": (StoreError, "the server has no such database", "Make it: `createdb NAME`"),
    "42501": (StoreError, "the database user may not do this", "Make it the database's owner"),
    "08": (StoreError, "the connection to the database server broke", _SERVER_HINT),
    "57P": (StoreError, "the database server is stopping", _SERVER_HINT),
    "58": (StoreError, "the database server's disk failed", "See the server's log"),
    "XX001": (StoreCorrupt, "the database is damaged", RESTORE_HINT),
    "XX002": (StoreCorrupt, "the database is damaged", RESTORE_HINT),
}


@contextmanager
def translated(at: str) -> Iterator[None]:
    """Raise what the database raises as a `StoreError` that tells what to do; `at` says where."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        kind, what, hint = _kind(error)
        raise kind(what, at=at, hint=hint) from error


@contextmanager
def readable(at: str) -> Iterator[None]:
    """Like `translated`, and for values that a database cannot hold or that came back as none."""
    try:
        with translated(at):
            yield
    except (ValueError, OverflowError) as error:
        raise StoreError(
            f"a value cannot be stored or read back ({error})",
            at=at,
            hint="See what `digest doctor` says of the database; else report it as a bug",
        ) from error


def _kind(error: Exception) -> Kind:
    """Choose the error of ours for one of theirs."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(error, IntegrityError):
        return StoreError, f"a rule of the database would break ({cause})", "Report it as a bug"
    code = getattr(cause, "sqlite_errorcode", None)
    if isinstance(code, int) and code & 0xFF in _SQLITE:
        return _SQLITE[code & 0xFF]
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        found = [_POSTGRES[state[:n]] for n in (5, 3, 2) if state[:n] in _POSTGRES]
        if found:
            return found[0]
    elif _is_connection_lost(cause):
        return StoreError, "the database server cannot be reached", _SERVER_HINT
    if "decode to UTF-8" in str(cause):
        return StoreCorrupt, "the database is damaged", RESTORE_HINT
    return StoreError, f"the database failed ({_first_line(cause)})", "See `digest doctor`"


def _is_connection_lost(cause: BaseException) -> bool:
    """Tell whether psycopg never got an answer: an OperationalError without a SQLSTATE."""
    return type(cause).__module__.startswith("psycopg") and "Operational" in type(cause).__name__


def _first_line(cause: BaseException) -> str:
    return (str(cause).splitlines() or [type(cause).__name__])[0]
