"""A full disk, a locked database, a thread that fails, a stop: nothing half done, nothing repeated.

What was in doubt when a run broke off is the one exception: a mail a connection, with its bytes.
"""

from __future__ import annotations

import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mailroom import MINUTE, SEVEN, address, counts, fill, letter, readers_of, run
from smtp_faults import DROP, GOOD, KEEP_AND_DROP, Seen, serving
from sqlalchemy.engine import make_url

from digest.errors import StoreBusy, StoreError
from digest.models import Delivery, Envelope, Outcome, SubscriberState
from digest.pipeline.judging import Judge
from digest.pipeline.sending import Connection, Judged
from digest.smtp.connection import Connection as SmtpConnection
from digest.smtp.server import Server
from digest.store import Store, open_store

READERS = 30
LATER = SEVEN + 10 * MINUTE
"""When leases of a run at SEVEN are over."""


@dataclass(slots=True)
class At:
    """Does something when a step comes for the n-th time."""

    step: str
    nth: int
    act: Callable[[], object]
    gate: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, step: str, line: str) -> None:
        del line
        with self.gate:
            self.nth -= step == self.step
            if step == self.step and self.nth == 0:
                self.act()


@dataclass(slots=True)
class Patience:
    """Waits for nothing; does something at the n-th pause."""

    nth: int
    act: Callable[[], object]

    def __call__(self, seconds: float) -> bool:
        if seconds > 0:
            self.nth -= 1
            if self.nth == 0:
                self.act()
        return False


def all_got_it_once(seen: Seen) -> bool:
    return readers_of(seen) == {address(n): 1 for n in range(READERS)}


def all_got_it(seen: Seen, most_twice: int) -> bool:
    """Tell whether everybody got it, and few twice, the same bytes each time."""
    got = readers_of(seen)
    everybody = set(got) == {address(n) for n in range(READERS)}
    return everybody and len(seen.mails) <= READERS + most_twice and len(set(seen.mails)) == READERS


class Disk:
    """No file of this process grows beyond where the database's journal ends."""

    def __init__(self, path: Path) -> None:
        self._journal = path.with_name(path.name + "-wal")
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        hard = self._before[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._journal.stat().st_size, hard))

    def make_room(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


@contextmanager
def on_disk(path: Path) -> Iterator[tuple[Store, Disk]]:
    store, disk = open_store(f"sqlite:///{path}"), Disk(path)
    fill(store, READERS)
    try:
        yield store, disk
    finally:
        disk.make_room()
        store.close()


@pytest.mark.parametrize("connections", [1, 4])
def test_a_disk_that_is_full_for_a_while_is_waited_for(tmp_path: Path, connections: int) -> None:
    with (
        on_disk(tmp_path / "digest.db") as (store, disk),
        serving(GOOD, told=At("end", 7, disk.fill)) as (port, seen),
    ):
        patience = Patience(3, disk.make_room)
        run(store, port, connections=connections, wait=patience)
        assert patience.nth <= 0
        assert counts(store) == {"sent": READERS}
        assert all_got_it_once(seen)


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("step", ["greeting", "mail", "end"])
def test_a_disk_that_stays_full_ends_the_run_and_the_next_completes_it(
    tmp_path: Path, step: str, connections: int
) -> None:
    with on_disk(tmp_path / "digest.db") as (store, disk):
        at = At(step, 1 if step == "greeting" else 7, disk.fill)
        with serving(GOOD, told=at) as (port, seen):
            with pytest.raises(StoreError, match=r"disk") as told:
                run(store, port, connections=connections)
            assert told.value.hint
            assert len(seen.mails) <= 7 + connections
            assert seen.commands.count("QUIT") == seen.connections  # none is left open
            disk.make_room()
            run(store, port, lambda: LATER)
            assert all_got_it(seen, most_twice=connections)
        assert counts(store) == {"sent": READERS}


@pytest.fixture
def hasty(store_url: str) -> Iterator[Store]:
    """A store that waits for its lock only for a moment, with readers."""
    url = make_url(store_url)
    if url.drivername == "sqlite":
        url = url.update_query_dict({"timeout": "0.02"})
    else:
        told = f"{url.query['options']} -c lock_timeout=200ms"
        url = url.update_query_dict({"options": told})
    store = open_store(url.render_as_string(hide_password=False))
    fill(store, READERS)
    yield store
    store.close()


class Other:
    """Another writer, who holds the database for as long as the test says."""

    def __init__(self, store: Store) -> None:
        self._transaction = store.writing_post()

    def begin(self) -> None:
        self._transaction.__enter__()

    def end(self) -> None:
        self._transaction.__exit__(None, None, None)


@pytest.mark.parametrize("connections", [1, 4])
def test_a_database_that_is_locked_for_a_while_is_waited_for(
    hasty: Store, connections: int
) -> None:
    other = Other(hasty)
    with serving(GOOD, told=At("rcpt", 7, other.begin)) as (port, seen):
        run(hasty, port, connections=connections, wait=Patience(2, other.end))
    assert counts(hasty) == {"sent": READERS}
    assert all_got_it_once(seen)


def test_a_database_that_stays_locked_ends_the_run_and_the_next_completes_it(hasty: Store) -> None:
    other = Other(hasty)
    with serving(GOOD, told=At("rcpt", 7, other.begin)) as (port, seen):
        with pytest.raises(StoreBusy):
            run(hasty, port)
        other.end()
        run(hasty, port, lambda: LATER)
        assert all_got_it(seen, most_twice=1)
    assert counts(hasty) == {"sent": READERS}


class UnheardOfError(Exception):
    """What no line of the program expects."""


class Worst(BaseException):
    """What is no Exception."""


@dataclass(slots=True)
class Nth:
    """Raises at the n-th call, whoever calls."""

    nth: int
    error: type[BaseException]
    gate: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> None:
        with self.gate:
            self.nth -= 1
            if self.nth == 0:
                raise self.error


class Fragile:
    """A connection that raises where it never should."""

    def __init__(self, inner: SmtpConnection, where: str, fault: Nth) -> None:
        self._inner = inner
        self._where = where
        self._fault = fault

    @property
    def is_open(self) -> bool:
        return self._inner.is_open

    def open(self) -> Outcome | None:
        self._at("open")
        return self._inner.open()

    def send(self, envelope: Envelope) -> Outcome:
        self._at("before sending")
        outcome = self._inner.send(envelope)
        self._at("after sending")
        return outcome

    def close(self) -> None:
        self._inner.close()
        self._at("close")

    def _at(self, where: str) -> None:
        if where == self._where:
            self._fault()


@pytest.mark.parametrize("error", [UnheardOfError, Worst, MemoryError])
@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize(
    "where", ["connect", "open", "letter", "before sending", "after sending", "judge", "close"]
)
def test_a_thread_that_fails_ends_the_run_and_the_next_completes_it(
    tmp_path: Path, where: str, connections: int, error: type[BaseException]
) -> None:
    """Threads end, connections too; the others' results stand, and what waits is given back."""
    fault = Nth(1 if where in ("connect", "open", "close") else 9, error)
    store = open_store(f"sqlite:///{tmp_path / 'digest.db'}")
    fill(store, READERS)
    before = set(threading.enumerate())
    with serving(GOOD) as (port, seen):
        own = {"letter": letter}

        def connect() -> Connection:
            if where == "connect":
                fault()
            told = Server(host="127.0.0.1", port=port, tls="none", timeout_seconds=10)
            return Fragile(SmtpConnection(told), where, fault)

        def fragile(delivery: Delivery) -> Envelope:
            fault()
            return letter(delivery)

        if where == "letter":
            own = {"letter": fragile}
        is_spoiled = where == "letter" and issubclass(error, Exception)
        if where == "judge":
            own["judge"] = _failing_judge(fault)
        if is_spoiled:  # a mail that cannot be made is tried again by itself
            run(store, port, connect=connect, connections=connections, **own)
            assert counts(store) == {"sent": READERS - 1, "pending": 1}
        else:
            with pytest.raises(error):
                run(store, port, connect=connect, connections=connections, **own)
            assert counts(store).get("leased", 0) <= 1  # what failed before it was begun
            assert counts(store).get("sending", 0) <= 1
        run(store, port, lambda: LATER)
        most = 1 if where in ("after sending", "judge") else 0
        assert all_got_it(seen, most_twice=most)
        assert counts(store) == {"sent": READERS}
    store.close()
    assert set(threading.enumerate()) <= before


def _failing_judge(fault: Nth) -> Callable[[Delivery, Outcome], Judged]:
    true = Judge(lambda: SEVEN, resends_doubt=True)

    def judge(delivery: Delivery, outcome: Outcome) -> Judged:
        fault()
        return true.judge(delivery, outcome)

    return judge


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("nth", [1, 10])
def test_a_stop_leaves_nothing_in_doubt_and_the_next_goes_on_at_once(
    store: Store, nth: int, connections: int
) -> None:
    fill(store, READERS)
    stop = threading.Event()
    with serving(GOOD, told=At("end", nth, stop.set)) as (port, seen):
        run(store, port, connections=connections, wait=stop.wait)
        assert counts(store).keys() == {"pending", "sent"}
        assert len(seen.mails) <= nth + connections
        run(store, port)
    assert all_got_it_once(seen)
    assert counts(store) == {"sent": READERS}


def run_until_settled(store: Store, port: int) -> list[float]:
    """Run whenever something is due; return when that was, in minutes from SEVEN."""
    times = [0.0]
    run(store, port)
    while True:
        with store.reading_post() as post:
            due = post.outbox.next_due()
        if due is None:
            return times
        assert len(times) < 100
        times.append((due - SEVEN) / MINUTE)
        run(store, port, lambda due=due: due)


def test_a_server_that_keeps_a_mail_and_drops_it_each_time_gets_it_three_times_at_most(
    store: Store,
) -> None:
    """The same bytes each time; then it is held for a decision, as one that senders die in."""
    fill(store, 1)
    with serving(GOOD | {"end": KEEP_AND_DROP}) as (port, seen):
        assert run_until_settled(store, port) == [0, 1, 2]
    assert counts(store) == {"held": 1}
    assert (len(seen.mails), len(set(seen.mails))) == (3, 1)
    with store.writing_post() as post:
        ((edition, number, _),) = post.outbox.held()
        post.outbox.resolve([(edition, number)], SEVEN, resend=True)
    with serving(GOOD) as (port, seen):
        run(store, port)
    assert len(seen.mails) == 1


def test_a_connection_that_breaks_each_time_is_tried_ever_more_seldom_for_five_days(
    store: Store,
) -> None:
    """No mail went out meanwhile; the reader stays one."""
    (number,) = fill(store, 1)
    with serving(GOOD | {"data": DROP}) as (port, seen):
        times = run_until_settled(store, port)
    assert (seen.mails, counts(store)) == ([], {"failed": 1})
    assert times[:3] == [0, 1, 2]
    assert 20 < len(times) < 60
    assert times[-1] >= 5 * 24 * 60
    with store.reading_post() as post:
        reader = post.register.by_id(number)
        assert reader is not None
        assert reader.state is SubscriberState.ACTIVE
