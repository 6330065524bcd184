"""Fixtures for tests of the store: each runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import KeptSchema, fresh_schema

from digest.store import Store, open_store


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
