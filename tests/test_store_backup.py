"""A backup is one file for either database; restoring is all or nothing, and asks first."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from store_values import DAY, NOON, add_dump, known, new, one, record_new, record_seen

from digest.errors import StoreBusy, StoreCorrupt, StoreError, StoreMissing, StoreTooNew
from digest.models import Diff
from digest.store import Store, backup, open_store, restore

NEXT = DAY + timedelta(days=1)


def fill(store: Store) -> None:
    """Record papers, a later row that an earlier one moved to, curation, a seal and a lease."""
    record_new(store, range(1, 51))
    record_seen(store, range(1, 50), NEXT, votes=3)
    with store.writing() as tx:
        seen = (known(one(tx, 2), 2, absorbs=(one(tx, 1),), links=(("pdf", "https://e.org"),)),)
        tx.record(
            add_dump(tx, "merge", NEXT),
            Diff(new=(new(2000, paragraph_starts=(5,)),), seen=seen),
            2,
            NOON,
        )
        tx.curate_pin("2026-03-11", "title:0005", True)
        tx.seal("2026-03-11", '{"sealed": "é"}', NOON)
    store.lease("watch", "me", 60, NOON)


def contents(store: Store) -> object:
    """Return all that can be asked of a store."""
    with store.reading() as tx:
        editions = tx.editions()
        return (
            (store.id, store.change, tx.counts(), tx.dumps(), editions),
            tuple(tx.papers_changed(0)),
            [(tx.frozen(own.name), tx.curation(own.name)) for own in editions],
            [tx.material(own.name, listing_days=9) for own in editions],
        )


@pytest.fixture
def copy(store: Store, store_url: str, tmp_path: Path) -> Path:
    """A backup of a filled store."""
    fill(store)
    path = tmp_path / "copy.db"
    backup(store_url, path)
    return path


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {
        "digest.db",
        "digest.db-wal",
        "digest.db-shm",
    }


def test_a_backup_is_one_whole_sqlite_file_taken_while_the_store_is_open(
    copy: Path, store: Store
) -> None:
    assert names_in(copy.parent) == {"copy.db"}
    opened = open_store(f"sqlite:///{copy}")
    assert contents(opened) == contents(store)
    assert opened.check() == []
    opened.close()


def test_restored_into_sqlite_it_is_the_same(copy: Path, store: Store, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'restored.db'}"
    restore(url, copy, force=False)
    opened = open_store(url, output_store_id=store.id)
    assert contents(opened) == contents(store)
    assert opened.lease("watch", "other", 60, NOON + timedelta(minutes=2))
    opened.close()


@pytest.mark.postgres
def test_restored_into_postgres_it_is_the_same(copy: Path, store: Store, postgres_url: str) -> None:
    restore(postgres_url, copy, force=False)
    opened = open_store(postgres_url, output_store_id=store.id)
    assert contents(opened) == contents(store)
    record_new(opened, [3000], NEXT, "after")
    assert opened.check() == []
    opened.close()


def test_more_rows_than_one_batch_are_copied(store: Store, store_url: str, tmp_path: Path) -> None:
    record_new(store, range(1, 2102))
    backup(store_url, tmp_path / "copy.db")
    restore(store_url.replace("digest.db", "other.db"), tmp_path / "copy.db", force=True)
    opened = open_store(f"sqlite:///{tmp_path / 'copy.db'}")
    with opened.reading() as tx:
        assert tx.counts()["papers"] == 2101
        assert len(tx.known([f"title:{n:04}" for n in range(1, 2102)])) == 2101
    opened.close()
    assert store.check() == []


def test_a_store_that_holds_papers_is_replaced_only_by_force(
    copy: Path, store: Store, store_url: str
) -> None:
    before = contents(store)
    record_new(store, [4000], NEXT, "later")
    later = contents(store)
    store.close()
    with pytest.raises(StoreError, match="holds papers") as refused:
        restore(store_url, copy, force=False)
    assert "--force" in refused.value.hint
    again = open_store(store_url)
    assert contents(again) == later
    again.close()
    restore(store_url, copy, force=True)
    again = open_store(store_url)
    assert contents(again) == before
    again.close()


def test_an_empty_store_is_replaced_without_force(copy: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    open_store(url).close()
    restore(url, copy, force=False)
    (tmp_path / "new.db").write_bytes(b"")
    restore(url, copy, force=False)
    open_store(url).close()


def test_a_damaged_store_is_replaced_only_by_force(copy: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    path.write_bytes(b"SQLite format 3\0" + bytes(9000))
    Path(f"{path}-wal").write_bytes(b"left over")
    with pytest.raises(StoreError) as refused:
        restore(f"sqlite:///{path}", copy, force=False)
    assert "--force" in refused.value.hint
    restore(f"sqlite:///{path}", copy, force=True)
    own = open_store(f"sqlite:///{path}")
    assert own.check() == []
    own.close()


def test_a_store_that_somebody_has_open_is_not_replaced(copy: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'open.db'}?timeout=0.1"
    own = open_store(url)
    with own.reading() as tx:
        assert tx.counts()["papers"] == 0
        with pytest.raises(StoreBusy):
            restore(url, copy, force=True)
    record_new(own, [1])
    own.close()


@pytest.mark.parametrize("spoil", ["cut", "zeroed", "text", "inside", "newer", "empty", "foreign"])
def test_a_backup_that_is_damaged_or_newer_is_refused_even_by_force(
    copy: Path, store: Store, store_url: str, spoil: str
) -> None:
    whole = copy.read_bytes()
    spoilt = {
        "cut": whole[: len(whole) // 2],
        "zeroed": bytes(len(whole)),
        "text": b"no database " * 999,
        "inside": whole[:50000] + bytes(9000) + whole[59000:],
        "empty": b"",
    }
    copy.write_bytes(spoilt.get(spoil, whole))
    statement = {
        "newer": "UPDATE alembic_version SET version_num = 'x'",
        "foreign": "DROP TABLE meta",
    }
    if spoil in statement:
        with closing(sqlite3.connect(copy)) as connection, connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.execute(statement[spoil])
    before = contents(store)
    store.close()
    with pytest.raises((StoreCorrupt, StoreTooNew)) as refused:
        restore(store_url, copy, force=True)
    assert refused.value.hint
    again = open_store(store_url)
    assert contents(again) == before
    again.close()
    assert names_in(copy.parent) == {"copy.db"}


def test_what_is_not_there_cannot_be_copied(tmp_path: Path, store_url: str) -> None:
    with pytest.raises(StoreMissing):
        backup(store_url, tmp_path / "copy.db")
    with pytest.raises(StoreMissing):
        restore(store_url, tmp_path / "none.db", force=True)
    assert names_in(tmp_path) == set()


def test_a_backup_over_the_database_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "digest.db"
    open_store(f"sqlite:///{path}").close()
    for act in (backup, lambda url, file: restore(url, file, force=True)):
        with pytest.raises(StoreError, match="one file"):
            act(f"sqlite:///{path}", path)


def test_an_older_backup_is_replaced_only_by_a_whole_new_one(copy: Path, store: Store) -> None:
    before = copy.read_bytes()
    with pytest.raises(StoreError):
        backup(f"sqlite:///{copy.with_name('missing.db')}", copy)
    assert copy.read_bytes() == before


def test_where_nothing_can_be_written_it_says_so(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreError) as refused:
        backup(store_url, tmp_path / "no folder" / "copy.db")
    assert refused.value.hint


@pytest.mark.parametrize("kib", [0, 8, 64, 96])
def test_a_disk_that_fills_up_meanwhile_changes_nothing(tmp_path: Path, kib: int) -> None:
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    own = open_store(url)
    fill(own)
    own.close()
    script = (
        "import resource, sys; from pathlib import Path; from digest.errors import StoreError\n"
        "from digest.store import backup\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({kib * 1024}, resource.RLIM_INFINITY))\n"
        f"try: backup({url!r}, Path({str(tmp_path / 'copy.db')!r}))\n"
        "except StoreError as error: sys.exit(3)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 3
    assert names_in(tmp_path) == set()


def test_what_holds_addresses_and_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    """The store, its journals, a backup, and what is made of a backup that anybody may read."""
    own, copied, again = (tmp_path / name for name in ("own.db", "copy.db", "again.db"))
    old = os.umask(0o022)
    try:
        with closing(open_store(f"sqlite:///{own}")) as store:
            record_new(store, range(1, 3))
            backup(f"sqlite:///{own}", copied)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
        copied.chmod(0o644)
        restore(f"sqlite:///{again}", copied, force=False)
    finally:
        os.umask(old)
    assert set(modes) == {"own.db", "own.db-wal", "own.db-shm", "copy.db"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(again.stat().st_mode) == 0o600
