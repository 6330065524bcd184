"""Many processes mail one newsletter, and one of them is killed: each reader gets each edition.

Real processes, databases and connections; nothing waits but for what another does.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import flow
import pytest
from mailroom import address, reader
from postgres import fresh_schema
from smtp_faults import GOOD, Seen, serving

from digest.models import Consent, ConsentAct
from digest.store import Store, open_store

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime.now(UTC)
EDITION = str((NOW - timedelta(days=1)).date())
BOUND = 60  # seconds until a test gives up; never waited for where all is well
SETTINGS = """
[mail]
from = "letters@example.org"

[store]
url = "{url}"

[watch]
lease_seconds = 3

[inbox]
sweep_seconds = 3600

[smtp]
host = "127.0.0.1"
port = {port}
tls = "none"
connections = {connections}
timeout_seconds = 30

[deliver]
on_doubt = "{on_doubt}"
"""


@dataclass(slots=True)
class Office:
    """A newsletter's folder, the server it mails to, and the clock of its processes."""

    root: Path
    url: str
    seen: Seen
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, command: str = "deliver") -> subprocess.Popen[str]:
        clock = self.root / "clock"
        args = [sys.executable, "-m", "tests.clocked", str(self.root), str(clock), command]
        log = (self.root / f"log{len(self.processes)}").open("w")
        with log:
            process = subprocess.Popen(args, stdout=log, stderr=log, cwd=ROOT, env=_environ())
        self.processes.append(process)
        return process

    def set_clock(self, seconds: float) -> None:
        """Let the clocks of all processes be ahead."""
        new = self.root / "clock.new"
        new.write_text(str(seconds))
        new.replace(self.root / "clock")

    def log_of(self, place: int) -> str:
        return (self.root / f"log{place}").read_text()

    def readers(self) -> Counter[str]:
        return Counter(_header(mail, "To").strip("<>") for mail in self.seen.mails)

    def repeated(self) -> dict[str, set[bytes]]:
        """Return the mails that came more than once, by Message-ID, as they were each time."""
        found: dict[str, list[bytes]] = {}
        for mail in self.seen.mails:
            found.setdefault(_header(mail, "Message-ID"), []).append(mail)
        return {name: set(mails) for name, mails in found.items() if len(mails) > 1}

    def counts(self) -> dict[str, int]:
        with closing(open_store(self.url, create=False)) as store, store.reading_post() as post:
            return post.outbox.counts(EDITION).get(EDITION, {})


def _environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


def _header(mail: bytes, name: str) -> str:
    found = message_from_bytes(mail)[name]
    assert isinstance(found, str)
    return found


@dataclass(slots=True)
class Gate:
    """Holds each connection's greeting until so many are there; kills at a mail of the first.

    `told` runs in the server's threads, one a connection.
    """

    parties: int
    kill_at_mail: int = 0
    office: Office | None = None
    first: int | None = None
    mails_of_first: int = 0
    began: threading.Event = field(default_factory=threading.Event)
    killed: threading.Event = field(default_factory=threading.Event)
    taken_leave: threading.Event = field(default_factory=threading.Event)
    meeting: threading.Barrier = field(init=False)
    waiting: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.meeting = threading.Barrier(self.parties)

    def __call__(self, step: str, line: str) -> None:
        del line
        me = threading.get_ident()
        if step == "greeting":
            self._greet(me)
        elif step == "quit":
            self.taken_leave.set()
        elif step == "end" and me == self.first and not self.killed.is_set():
            self.mails_of_first += 1
            if self.mails_of_first == self.kill_at_mail:
                self._kill()

    def _greet(self, me: int) -> None:
        with self.lock:
            if self.first is None:
                self.first = me
            self.waiting += 1
            is_awaited = self.waiting <= self.parties
        self.began.set()
        if is_awaited:
            self.meeting.wait(BOUND)

    def _kill(self) -> None:
        assert self.office is not None
        victim = self.office.processes[0]
        victim.send_signal(signal.SIGKILL)
        victim.wait(BOUND)
        self.killed.set()


@contextmanager
def office(
    root: Path,
    url: str,
    gate: Gate,
    *,
    readers: int,
    connections: int = 1,
    on_doubt: str = "resend",
) -> Iterator[Office]:
    """Make a newsletter whose edition of yesterday is due to its readers, and a server for it."""
    with ExitStack() as stack:
        port, seen = stack.enter_context(serving(GOOD, told=gate))
        root.mkdir()
        with closing(flow.make(root)):
            config = (root / "digest.toml").read_text()
        told = SETTINGS.format(url=url, port=port, connections=connections, on_doubt=on_doubt)
        (root / "digest.toml").write_text(config + told)
        with closing(flow.make(root, NOW)) as letter:
            letter.drop(f"{EDITION}.txt", flow.page((NOW - timedelta(days=1)).date(), (1, 2)))
            letter.run()
            _fill(letter.store, readers)
        made = Office(root, url, seen)
        gate.office = made
        made.set_clock(0)
        yield made
        for process in made.processes:
            process.kill()
            process.wait()


def _fill(store: Store, count: int) -> None:
    since = NOW - timedelta(days=9)
    consent = Consent(act=ConsentAct.CONFIRMED, at=since)
    with store.writing_post() as post:
        post.register.add_many(
            [(reader(n, since, hour=0), address(n), consent) for n in range(count)]
        )


def ended(processes: Sequence[subprocess.Popen[str]]) -> list[int]:
    return [process.wait(BOUND) for process in processes]


def everybody(count: int) -> set[str]:
    return {address(n) for n in range(count)}


@pytest.mark.parametrize(
    ("database", "on_doubt", "many"),
    [
        ("sqlite", "resend", 8),
        pytest.param("postgres", "resend", 8, marks=pytest.mark.postgres),
        ("sqlite", "hold", 2),
    ],
)
def test_of_many_at_once_the_first_is_killed_and_one_mail_at_most_is_in_doubt(
    tmp_path: Path, database: str, on_doubt: str, many: int
) -> None:
    """Each holds leases before any mails; a server takes a mail whose sender never hears of it.

    The others mail each reader once, and wait for nothing; what the first held, the next sends.
    """
    count, gate = many * 50, Gate(many, kill_at_mail=7)
    url, root = f"sqlite:///{tmp_path / 'digest.db'}", tmp_path / "letter"
    with ExitStack() as stack:
        if database == "postgres":
            url = stack.enter_context(fresh_schema())
        own = stack.enter_context(office(root, url, gate, readers=count, on_doubt=on_doubt))
        own.start()
        assert gate.began.wait(BOUND)
        for _ in range(many - 1):
            own.start()
        assert ended(own.processes) == [-signal.SIGKILL] + [0] * (many - 1)
        assert own.counts() == {"sent": count - 44, "leased": 43, "sending": 1}  # of 50, after 6
        assert set(own.readers().values()) == {1}
        own.set_clock(600)
        assert ended([own.start()]) == [0]
        assert set(own.readers()) == everybody(count)
        repeated = own.repeated()
        if on_doubt == "hold":
            assert (repeated, own.counts()) == ({}, {"sent": count - 1, "held": 1})
            return
        assert own.counts() == {"sent": count}
        assert [len(as_they_were) for as_they_were in repeated.values()] == [1]
        assert len(own.seen.mails) == count + 1
        assert ended([own.start()]) == [3]  # nothing is due any more


def test_a_process_with_four_connections_leaves_four_mails_in_doubt_at_most(
    tmp_path: Path,
) -> None:
    gate = Gate(4, kill_at_mail=5)
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    with office(tmp_path / "letter", url, gate, readers=100, connections=4) as own:
        own.start()
        assert ended(own.processes) == [-signal.SIGKILL]
        assert 1 <= own.counts()["sending"] <= 4
        own.set_clock(600)
        assert ended([own.start()]) == [0]
        assert own.counts() == {"sent": 100}
        assert set(own.readers()) == everybody(100)
        repeated = own.repeated()
        assert len(repeated) <= 4
        assert all(len(as_they_were) == 1 for as_they_were in repeated.values())
        assert len(own.seen.mails) == 100 + len(repeated)


def test_where_the_leader_of_two_that_watch_is_killed_the_other_goes_on(tmp_path: Path) -> None:
    gate = Gate(1, kill_at_mail=5)
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    with office(tmp_path / "letter", url, gate, readers=30) as own:
        own.start("watch")
        assert gate.began.wait(BOUND)
        own.start("watch")
        assert gate.killed.wait(BOUND)
        own.set_clock(600)
        assert gate.taken_leave.wait(BOUND), own.log_of(1)
        assert own.counts() == {"sent": 30}
        own.processes[1].send_signal(signal.SIGTERM)
        assert own.processes[1].wait(BOUND) == 0
        assert set(own.readers()) == everybody(30)
        assert [len(as_they_were) for as_they_were in own.repeated().values()] == [1]
        assert "@example.org" not in own.log_of(0) + own.log_of(1)
