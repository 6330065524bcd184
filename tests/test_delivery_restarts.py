"""PostgreSQL is restarted in the middle of a run: nothing is lost, nothing goes out twice."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import chown, rmtree

import pytest
from sqlalchemy import create_engine, text
from test_sending import TAKEN, Server, address, means
from test_store_outbox import LATER as _LATER
from test_store_outbox import counts, fill, plan

from digest.errors import StoreError
from digest.models import DeliveryState, Outcome
from digest.pipeline.sending import Sender
from digest.store import Store, open_store

READERS = 40
CONNECTIONS = 4
LATER = _LATER + timedelta(minutes=10)  # leases are over by then
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server of PostgreSQL of its own."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://digest@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        self.control("-l", str(self.folder / "log"), "start")

    def control(self, *words: str) -> None:
        told = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        as_nobody("pg_ctl", "-D", self.folder / "data", "-o", told, "-w", *words)


def as_nobody(program: str, *words: object) -> None:
    """Run a program of PostgreSQL, which refuses to be root's."""
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    command = [*before, PROGRAMS[-1] / program, *map(str, words)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if not PROGRAMS:
        pytest.skip("PostgreSQL's own programs are not here (Debian: apt install postgresql)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.geteuid() == 0:
        chown(folder, "postgres")
    made = Cluster(folder, port)
    try:
        as_nobody("initdb", "-D", folder / "data", "-U", "digest", "-A", "trust", "-E", "UTF8")
        made.start()
        yield made
        made.control("-m", "immediate", "stop")
    finally:
        rmtree(folder, ignore_errors=True)


@pytest.fixture
def store(cluster: Cluster) -> Iterator[Store]:
    """An empty store; what it names is its own."""
    engine = create_engine(cluster.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    opened = open_store(cluster.url)
    yield opened
    opened.close()


def test_a_restart_in_mid_run_is_waited_for(cluster: Cluster, store: Store) -> None:
    fill(store, READERS)
    plan(store)
    once = threading.Lock()

    def restart_at_ten(recipient: str) -> Outcome:
        if recipient == address(10) and once.acquire(blocking=False):
            cluster.control("-l", str(cluster.folder / "log"), "-m", "immediate", "restart")
        return TAKEN

    server = Server(restart_at_ten)
    sender = Sender(store, "a", means(server, wait=threading.Event().wait))
    assert sender.send_due() == {DeliveryState.SENT: READERS}
    assert Counter(server.got) == Counter(address(n) for n in range(READERS))
    assert counts(store) == {"sent": READERS}


def test_where_it_stays_away_the_run_ends_and_the_next_completes_it(
    cluster: Cluster, store: Store
) -> None:
    fill(store, READERS)
    plan(store)
    once = threading.Lock()

    def stop_at_ten(recipient: str) -> Outcome:
        if recipient == address(10) and once.acquire(blocking=False):
            cluster.control("-m", "immediate", "stop")
        return TAKEN

    server = Server(stop_at_ten)
    with pytest.raises(StoreError):
        Sender(store, "a", means(server)).send_due()
    first = Counter(server.got)
    cluster.start()
    with store.writing_post() as post:
        resent, held = post.outbox.recover(LATER, resend=True, most_crashes=3)
    assert held == 0
    assert resent <= CONNECTIONS
    Sender(store, "b", means(server, clock=lambda: LATER)).send_due()
    got = Counter(server.got)
    assert set(got) == {address(n) for n in range(READERS)}
    assert sum(got.values()) <= READERS + CONNECTIONS
    assert max(first.values()) == 1
    assert counts(store) == {"sent": READERS}
