"""Fixtures for tests of the store, which run on SQLite and on PostgreSQL, and of the output."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from postgres import KeptSchema, fresh_schema

from digest.store import Store, open_store


def pytest_collection_finish() -> None:
    """Let the collector pass over all that was imported: it stays, and was looked at each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def kept_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new, empty SQLite store, to be copied."""
    path = tmp_path_factory.mktemp("kept") / "digest.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def kept_schema() -> Iterator[KeptSchema]:
    """The schema of those tests that take a store."""
    kept = KeptSchema()
    yield kept
    kept.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(
    request: pytest.FixtureRequest, tmp_path: Path, kept_file: Path, kept_schema: KeptSchema
) -> Iterator[str]:
    """The address of a database that is not there yet; it is there for a test with a `store`."""
    is_there = "store" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "digest.db"
        if is_there:
            shutil.copyfile(kept_file, path)
        yield f"sqlite:///{path}"
    elif is_there:
        yield kept_schema.emptied()
    else:
        with fresh_schema() as url:
            yield url


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The address of an empty PostgreSQL schema."""
    with fresh_schema() as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A new, empty store."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """A folder for hundreds of publishes: in memory where that is, as no flush takes time there."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=shared) as folder:
        yield Path(folder)
