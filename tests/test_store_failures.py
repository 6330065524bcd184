"""Killed at any statement, or the disk failing at any write: the store is as before, or whole."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from store_values import DAY, record_new

from digest.errors import StoreBusy, StoreCorrupt, StoreError
from digest.store import Store, open_store
from digest.store.engine import parse_url
from digest.store.failures import readable, translated

TESTS = Path(__file__).parent

RECORD_AND_DIE = """
    import os, signal, sys
    sys.path.insert(0, sys.argv[1])
    from datetime import timedelta
    from sqlalchemy import Engine, event
    from store_values import DAY, record_new
    from digest.store import open_store

    left = int(sys.argv[3])

    def count(*_):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if sys.argv[4] == "record":
        store = open_store(sys.argv[2])
    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    if sys.argv[4] == "open":
        store = open_store(sys.argv[2])
    else:
        record_new(store, range(100, 200), DAY + timedelta(days=1))
"""

FILL_THE_DISK = """
    import resource, sys
    sys.path.insert(0, sys.argv[1])
    from datetime import timedelta
    from store_values import DAY, record_new
    from digest.errors import StoreError
    from digest.store import open_store

    own = open_store(sys.argv[2])
    record_new(own, range(1, 20))
    failed = 0
    for n in range(60):
        resource.setrlimit(resource.RLIMIT_FSIZE, (n * 4096, resource.RLIM_INFINITY))
        try:
            record_new(own, range(100, 200), DAY + timedelta(days=1))
        except StoreError as error:
            assert error.hint and error.at == sys.argv[2].removeprefix("sqlite:///"), error
            failed += 1
        else:
            break
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        assert own.check() == [] and own.change == 1
    record_new(own, range(300, 400), DAY + timedelta(days=2))
    assert own.check() == [] and own.change == 3, own.change
    with own.reading() as tx:
        assert tx.counts()["papers"] == 219
    print(failed)
"""


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", dedent(script), str(TESTS), *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("statements", [0, 1, 4, 9, 12, 15, 17])
def test_killed_while_recording_the_store_is_as_before(
    store: Store, store_url: str, statements: int
) -> None:
    record_new(store, range(1, 20))
    with store.reading() as tx:
        before = tx.counts()
    done = run(RECORD_AND_DIE, store_url, statements, "record")
    assert done.returncode == -signal.SIGKILL, done.stderr
    with store.reading() as tx:
        assert tx.counts() == before
    assert store.check() == []
    assert store.change == 1
    record_new(store, range(100, 200), DAY + timedelta(days=1))


def test_recording_ends_after_the_last_kill_above(store: Store, store_url: str) -> None:
    done = run(RECORD_AND_DIE, store_url, 60, "record")
    assert (done.returncode, done.stderr) == (0, "")
    assert store.change == 1


@pytest.mark.parametrize("statements", [0, 3, 10, 25, 35, 40])
def test_killed_while_made_there_is_no_database_or_a_whole_one(
    store_url: str, statements: int
) -> None:
    run(RECORD_AND_DIE, store_url, statements, "open")
    own = open_store(store_url)
    assert own.check() == []
    record_new(own, [1])
    own.close()


def test_when_the_nth_write_fails_nothing_is_lost_and_the_next_try_works(tmp_path: Path) -> None:
    done = run(FILL_THE_DISK, f"sqlite:///{tmp_path / 'digest.db'}")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 10


def test_a_read_only_database_is_told_apart(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "any.db")) as connection:
        connection.execute("PRAGMA query_only=ON")
        with pytest.raises(StoreError, match="read-only") as refused, translated("here"):
            connection.execute("CREATE TABLE any (number)")
    assert "right to write" in refused.value.hint


class Spoken(Exception):
    """An error with the code that psycopg's carry."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("said\nmore")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "kind", "word"),
    [
        ("55P03", StoreBusy, "writing"),
        ("40001", StoreBusy, "same moment"),
        ("53100", StoreError, "space"),
        ("25006", StoreError, "read-only"),
        ("28P01", StoreError, "password"),
        ("3D000", StoreError, "no such database"),
        ("57P01", StoreError, "stopping"),
        ("XX001", StoreCorrupt, "damaged"),
        ("42601", StoreError, r"\(said\)"),
    ],
)
def test_what_a_server_says_becomes_an_error_with_a_hint(
    state: str, kind: type[StoreError], word: str
) -> None:
    with pytest.raises(kind, match=word) as refused, translated("here"):
        raise DBAPIError("SELECT", {}, Spoken(state))
    assert refused.value.at == "here"
    assert refused.value.hint


def test_values_that_cannot_be_read_back_are_told(store: Store, store_url: str) -> None:
    record_new(store, [1], DAY)
    engine = create_engine(parse_url(store_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE papers SET authors = '[\"cut'"))
    engine.dispose()
    with pytest.raises(StoreError, match="read back"), store.reading() as tx:
        tx.paper_by_key("title:0001")


def test_other_errors_pass() -> None:
    with pytest.raises(KeyError), readable("here"):
        raise KeyError
