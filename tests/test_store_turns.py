"""Who writes at a time: one to a newsletter, whatever another one in the same database does."""

from __future__ import annotations

import pytest
from postgres import fresh_schema

from digest.errors import StoreBusy
from digest.store import Store, open_store


def hasty(url: str) -> str:
    """Return an address whose writers wait for a moment only."""
    return f"{url}%20-c%20lock_timeout%3D50ms" if "options" in url else f"{url}?timeout=0.05"


def test_one_writes_at_a_time(store: Store, store_url: str) -> None:
    other = open_store(hasty(store_url))
    with store.writing(), pytest.raises(StoreBusy), other.writing():
        pass
    with other.writing():
        pass
    other.close()


def test_threads_of_one_process_are_told_likewise(store_url: str) -> None:
    store = open_store(hasty(store_url))
    with store.writing(), pytest.raises(StoreBusy), store.writing():
        pass
    with store.writing():
        pass
    store.close()


@pytest.mark.postgres
def test_newsletters_in_schemas_of_one_database_do_not_wait_for_each_other() -> None:
    with fresh_schema() as one, fresh_schema() as two:
        first, second = open_store(one), open_store(hasty(two))
        with first.writing(), second.writing():
            pass
        first.close()
        second.close()
