"""Opening a store: what is there is checked, brought up to date, or made; else refused.

A database that is missing beside its output, damaged, or not the one that made the output would
announce every paper again, so it is refused with a hint.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine

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
from digest.store.failures import RESTORE_HINT, readable
from digest.store.files import place, temporary
from digest.store.schema import HEAD, migrate, read_meta, revision_of
from digest.store.store import Store

QUICK_CHECK_BYTES = 32 * 1024 * 1024

_MAGIC = b"SQLite format 3\0"
_MISSING_HINT = "`digest restore FILE`, or remove the output folder to start anew"


def open_store(url: str, *, create: bool = True, output_store_id: str | None = None) -> Store:
    """Open the database at `url`, made first where there is none and `create` is true.

    `output_store_id` is the store's id as the existing output names it. Raises `StoreMissing`,
    `StoreCorrupt`, `StoreTooNew`, `StoreBusy`, else `StoreError`.
    """
    parsed = parse_url(url)
    may_create = create and output_store_id is None
    path = sqlite_path(parsed)
    if path is not None:
        _ready_file(path, may_create)
    engine = make_engine(parsed)
    try:
        store = _checked(engine, may_create, output_store_id)
    except BaseException:
        engine.dispose()
        raise
    return store


def create_file(path: Path) -> None:
    """Make a new, empty SQLite store at `path`, which must not exist; a crash leaves none."""
    with temporary(path) as beside:
        engine = make_engine(sqlite_url(beside))
        try:
            with writing(engine) as connection:
                migrate(connection, None)
        finally:
            engine.dispose()
        place(beside, path, over=False)


def check_file(path: Path) -> None:
    """Refuse what cannot be a whole SQLite file, without opening it as one."""
    wal = path.with_name(path.name + "-wal")
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(100)
        has_journal = wal.exists() and wal.stat().st_size > 0
    except OSError as error:
        hint = "Check the file's rights, and that it is a file"
        raise StoreError(f"cannot be read ({error.strerror})", at=str(path), hint=hint) from error
    if size == 0:
        raise StoreCorrupt("the database file is empty", at=str(path), hint=RESTORE_HINT)
    if len(head) < 100 or not head.startswith(_MAGIC):
        raise StoreCorrupt("the file is not a SQLite database", at=str(path), hint=RESTORE_HINT)
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    if size < pages * (65536 if page == 1 else page) and not has_journal:
        raise StoreCorrupt("the end of the file is missing", at=str(path), hint=RESTORE_HINT)


def _ready_file(path: Path, may_create: bool) -> None:
    """See that there is a SQLite file that may be opened."""
    if path.exists():
        check_file(path)
        return
    wal = path.with_name(path.name + "-wal")
    if wal.exists():
        what = f"the database is not there, but its journal {wal.name} is"
        hint = "Put the file back beside it; or remove the journal to start anew"
        raise StoreMissing(what, at=str(path), hint=hint)
    if not may_create:
        raise StoreMissing("there is no database here", at=str(path), hint=_MISSING_HINT)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder cannot be made ({error.strerror})"
        raise StoreError(
            what, at=str(path.parent), hint="Make it, or change `store.url`"
        ) from error
    create_file(path)


def _checked(engine: Engine, may_create: bool, output_store_id: str | None) -> Store:
    """Check what the database holds, migrate it where due, and return the store."""
    at = place_of(engine.url)
    path = sqlite_path(engine.url)
    with readable(at), reading(engine) as connection:
        if path is not None and path.stat().st_size < QUICK_CHECK_BYTES:
            _check_quickly(connection, at)
        revision = _named(connection, at)
    if revision is None and not may_create:
        raise StoreMissing("there are no tables of ours here", at=at, hint=_MISSING_HINT)
    if revision != HEAD:
        with readable(at), writing(engine) as connection:
            migrate(connection, _named(connection, at))
    with readable(at), reading(engine) as connection:
        store_id = read_meta(connection, "store")
    if output_store_id not in {None, store_id}:
        what = "this is not the database that the output was made from"
        raise StoreMissing(what, at=at, hint=_MISSING_HINT)
    return Store(engine, store_id)


def _named(connection: Connection, at: str) -> str | None:
    """Return the revision; an error says which database."""
    try:
        return revision_of(connection)
    except StoreCorrupt as error:
        raise StoreCorrupt(error.what, at=at, hint=error.hint) from error


def _check_quickly(connection: Connection, at: str) -> None:
    """Refuse a small file that SQLite finds damaged; large ones would keep the user waiting."""
    said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if said != "ok":
        raise StoreCorrupt("the database is damaged", at=at, hint=RESTORE_HINT)
