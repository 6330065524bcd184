"""The database fails while an edition goes out: it crashes, or its answer to a commit is lost.

Nothing is lost, and nothing goes out twice.
"""

from __future__ import annotations

import os
import threading
from datetime import timedelta

import pytest
import test_delivery_restarts as restarts
from mailroom import SEVEN, address, counts, fill, readers_of, run
from postgres import VARIABLE, fresh_schema
from postgres_wire import wire
from smtp_faults import GOOD, serving
from sqlalchemy.engine import make_url
from test_delivery_restarts import Cluster

from digest.errors import StoreError
from digest.store import Store, open_store

cluster, store = restarts.cluster, restarts.store

COMMITS = 12
"""How many a run over four readers makes, its reading transactions among them."""


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("step", ["greeting", "mail", "end"])
def test_a_server_that_crashes_at_a_step_of_a_mail_loses_and_repeats_nothing(
    cluster: Cluster, store: Store, step: str, connections: int
) -> None:
    """From planning on: it is back by the time that the mail server answers."""
    fill(store, 40)
    left = [1 if step == "greeting" else 3]
    gate = threading.Lock()

    def crash(at: str, line: str) -> None:
        del line
        with gate:
            left[0] -= at == step
            if at == step and left[0] == 0:
                cluster.control("-m", "immediate", "stop")
                cluster.start()

    with serving(GOOD, told=crash) as (port, seen):
        run(store, port, connections=connections, wait=threading.Event().wait)
    assert left[0] <= 0
    assert counts(store) == {"sent": 40}
    assert readers_of(seen) == {address(n): 1 for n in range(40)}


@pytest.mark.postgres
@pytest.mark.parametrize("nth", range(1, COMMITS + 1))
def test_a_commit_whose_answer_is_lost_is_neither_lost_nor_made_twice(nth: int) -> None:
    """The transaction stands, and nobody was told: at the n-th of those of a run."""
    if not os.environ.get(VARIABLE):
        pytest.skip(f"{VARIABLE} names no PostgreSQL server")
    with fresh_schema() as url:
        told = make_url(url)
        with wire(told.host or "", told.port or 5432) as (port_between, between):
            told = told.set(host="127.0.0.1", port=port_between)
            opened = open_store(told.render_as_string(hide_password=False))
            fill(opened, 4)
            between.losing = nth
            with serving(GOOD) as (port, seen):
                try:
                    run(opened, port)
                except StoreError:
                    run(opened, port, lambda: SEVEN + timedelta(minutes=10))
            assert between.lost == 1
            assert counts(opened) == {"sent": 4}
            assert readers_of(seen) == {address(n): 1 for n in range(4)}
            opened.close()
