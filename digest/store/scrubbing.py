"""Out of SQLite's files, what was erased of a reader.

`secure_delete` overwrites what is deleted, but where SQLite spreads rows anew over pages it leaves
copies of them in the free part of these (seen with 1 of 300 erased rows): so the file is searched,
and written anew only where something is found. The journal is folded in and cut to nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from digest.errors import StoreBusy
from digest.store.engine import place_of, sqlite_path
from digest.store.failures import readable, translated

_PIECE = 1024 * 1024


def scrub(engine: Engine, traces: Collection[str], *, anew: bool = False) -> bool:
    """Leave nothing of `traces` in the files; false where another process is in the way.

    With `anew` the file is written anew whatever is found. On PostgreSQL nothing is done, and the
    answer is true: docs/subscribers.md tells of VACUUM.
    """
    path = sqlite_path(engine.url)
    if path is None:
        return True
    try:
        with readable(str(path)), translated(place_of(engine.url)):
            if not _fold_journal(engine):
                return False
            if not anew and not holds(path, traces):
                return True
            _execute(engine, "VACUUM")
            return _fold_journal(engine)
    except StoreBusy:
        return False


def holds(path: Path, traces: Collection[str]) -> bool:
    """Tell whether one of these texts stands in the file."""
    wanted = [trace.encode() for trace in traces if trace]
    overlap = max(map(len, wanted), default=1) - 1
    before = b""
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            seen = before + piece
            if any(each in seen for each in wanted):
                return True
            before = seen[-overlap:] if overlap else b""
    return False


def _fold_journal(engine: Engine) -> bool:
    """Fold the journal into the file and cut it; false while others read from it."""
    is_busy, *_ = _execute(engine, "PRAGMA wal_checkpoint(TRUNCATE)")
    return not is_busy


def _execute(engine: Engine, statement: str) -> Any:
    """Run what may stand in no transaction; return its first row."""
    connection = engine.raw_connection()
    try:
        return connection.cursor().execute(statement).fetchone()
    finally:
        connection.close()
