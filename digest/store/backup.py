"""One file that holds a whole store, and the way back.

A backup is always a SQLite file, of a PostgreSQL database too, so either can be restored from
either. Both ways are atomic: the target is as it was, or whole.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from digest.errors import StoreCorrupt, StoreError, StoreMissing
from digest.store.engine import (
    make_engine,
    parse_url,
    place_of,
    reading,
    sqlite_path,
    sqlite_url,
    writing,
)
from digest.store.failures import RESTORE_HINT, readable, translated
from digest.store.files import journals, place, temporary
from digest.store.opening import check_file, open_store
from digest.store.schema import HEAD, migrate, revision_of
from digest.store.statements import batches
from digest.store.tables import dumps, editions, leases, metadata, papers

_TABLES = [table for table in metadata.sorted_tables if table is not leases]
_FORCE_HINT = "Add --force to replace it; `digest backup FILE` keeps what is there first"


def backup(url: str, target: Path) -> None:
    """Write the store to the file `target`, which is replaced if it exists."""
    parsed = parse_url(url)
    path = sqlite_path(parsed)
    if path is not None:
        _refuse_same(path, target)
        _require(path)
    with temporary(target) as beside:
        if path is not None:
            _copy_file(path, beside)
        else:
            _copy_to_file(url, beside)
        _finish(beside)
        place(beside, target, over=True)


def restore(url: str, source: Path, force: bool) -> None:
    """Make the store what the backup `source` holds.

    A store that holds anything is replaced only with `force`; a backup that is damaged, or was
    made by a later version, never.
    """
    parsed = parse_url(url)
    path = sqlite_path(parsed)
    _require(source)
    if path is None:
        with _readied(source, source) as beside:
            _copy_to_server(url, beside, force)
        return
    _refuse_same(source, path)
    with _readied(source, path) as beside:
        _vacate(path, force)
        place(beside, path, over=True)


def _refuse_same(one: Path, other: Path) -> None:
    """Refuse to write a file over itself."""
    if one.exists() and other.exists() and one.samefile(other):
        what = "the backup and the database are one file"
        raise StoreError(what, at=str(other), hint="Name another file")


def _require(path: Path) -> None:
    """Refuse a file that is not there, or cannot be a database."""
    if not path.exists():
        raise StoreMissing("there is no such file", at=str(path), hint="Check its name")
    check_file(path)


def _copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite file, journal and all, while others may be writing to it."""
    address = f"{source.resolve().as_uri()}?mode=rw"  # rw, for a journal may have to be read in
    with (
        translated(str(source)),
        closing(sqlite3.connect(address, uri=True)) as one,
        closing(sqlite3.connect(target)) as other,
    ):
        one.backup(other)


def _finish(path: Path) -> None:
    """Make it one file without a journal, and look through the whole of it."""
    with translated(str(path)), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").close()
        if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise StoreCorrupt("the database is damaged", at=str(path), hint=RESTORE_HINT)


@contextmanager
def _readied(source: Path, target: Path) -> Iterator[Path]:
    """Give a checked copy of the backup beside `target`, brought up to date."""
    with temporary(target) as beside:
        _copy_file(source, beside)
        _finish(beside)
        engine = make_engine(sqlite_url(beside))
        try:
            with readable(str(source)), writing(engine) as connection:
                revision = revision_of(connection)
                if revision is None:
                    what = "the file holds no tables"
                    raise StoreCorrupt(what, at=str(source), hint="Choose another backup")
                migrate(connection, revision)
        finally:
            engine.dispose()
        yield beside


def _vacate(path: Path, force: bool) -> None:
    """See that the database may be replaced, and that nobody has it open."""
    if path.exists() and path.stat().st_size:
        if not force and not _is_empty_file(path):
            raise StoreError("the database holds papers", at=str(path), hint=_FORCE_HINT)
        _fold_journal(path)
    for journal in journals(path):
        journal.unlink(missing_ok=True)


def _is_empty_file(path: Path) -> bool:
    """Tell whether the file is a store that nothing was recorded in."""
    try:
        check_file(path)
        engine = make_engine(sqlite_url(path))
        try:
            with readable(str(path)), reading(engine) as connection:
                return revision_of(connection) == HEAD and _is_empty(connection)
        finally:
            engine.dispose()
    except StoreCorrupt as error:
        what = "the database is damaged, and may still hold something"
        raise StoreCorrupt(what, at=str(path), hint=_FORCE_HINT) from error


def _fold_journal(path: Path) -> None:
    """Fold the journal into the file; that works only while nobody else has it open."""
    try:
        with translated(str(path)), closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").close()
    except StoreCorrupt:
        return  # it is to be replaced for just that


def _is_empty(connection: Connection) -> bool:
    """Tell whether nothing was recorded."""
    tables = (papers, dumps, editions)
    return not any(connection.execute(select(table).limit(1)).first() for table in tables)


def _copy_to_file(url: str, target: Path) -> None:
    """Write every row of a server's database to a new SQLite file."""
    open_store(url, create=False).close()  # checks it, and brings it up to date
    server, file = make_engine(parse_url(url)), make_engine(sqlite_url(target))
    try:
        with (
            readable(place_of(server.url)),
            reading(server) as one,
            writing(file) as other,
        ):
            migrate(other, None)  # the file is there, and empty
            _copy_rows(one, other)
    finally:
        server.dispose()
        file.dispose()


def _copy_to_server(url: str, source: Path, force: bool) -> None:
    """Put every row of a SQLite file into a server's database, in one transaction."""
    server, file = make_engine(parse_url(url)), make_engine(sqlite_url(source))
    at = place_of(server.url)
    try:
        with readable(at), reading(file) as one, writing(server) as other:
            migrate(other, revision_of(other))
            if not force and not _is_empty(other):
                raise StoreError("the database holds papers", at=at, hint=_FORCE_HINT)
            _copy_rows(one, other)
    finally:
        server.dispose()
        file.dispose()


def _copy_rows(one: Connection, other: Connection) -> None:
    """Put all rows of one database in place of another's; leases are nobody's to keep."""
    for table in reversed(metadata.sorted_tables):
        other.execute(delete(table))
    for table in _TABLES:
        rows = one.execution_options(yield_per=1000).execute(select(table))
        for batch in batches(rows.mappings()):
            other.execute(insert(table), [dict(row) for row in batch])
