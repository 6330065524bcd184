"""Staying, with real threads, files and processes; every wait has an end."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from watchfiles import Change

from digest.inbox import Inbox
from digest.scheduler import Duties, Pace, Wake, _is_arrival, _Stay, stay
from digest.scheduler.lease import Lease

REPOSITORY = Path(__file__).resolve().parents[1]
BOUND = 20  # seconds until a test gives up; never waited for where all is well
SELDOM = Pace(sweep_seconds=3600, lease_seconds=3600)
OFTEN = Pace(sweep_seconds=0.05, lease_seconds=3600)
SHORT = Pace(sweep_seconds=3600, lease_seconds=0.3)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Operator:
    """Someone who asks for the duties, and hears all that happens."""

    inbox: Path
    pace: Pace = SELDOM
    work: Callable[[str], float | None] = lambda _: None
    lease: Callable[[], bool] = lambda: True
    next_due: Callable[[datetime], datetime | None] = lambda _: None
    clock: Callable[[], datetime] = now
    heard: queue.Queue[str] = field(default_factory=queue.Queue)
    stop: threading.Event = field(default_factory=threading.Event)

    def duties(self) -> Duties:
        return Duties(
            work=self._working,
            lease=self.lease,
            release=lambda: self.heard.put("released"),
            next_due=self.next_due,
            clock=self.clock,
            say=lambda what: self.heard.put(f"said: {what}"),
            report=lambda error: self.heard.put(f"reported: {error}"),
        )

    def _working(self, why: str) -> float | None:
        self.heard.put(why)
        return self.work(why)

    def hears(self, *expected: str) -> None:
        """Wait until it heard each of these, in this order, whatever else comes between."""
        end = time.monotonic() + BOUND
        for each in expected:
            while each not in self.heard.get(timeout=max(0, end - time.monotonic())):
                pass

    def all_heard(self) -> list[str]:
        heard = []
        while not self.heard.empty():
            heard.append(self.heard.get())
        return heard


@contextmanager
def staying(operator: Operator) -> Iterator[threading.Thread]:
    thread = threading.Thread(
        target=stay, args=(operator.inbox, operator.duties(), operator.pace, operator.stop)
    )
    thread.start()
    try:
        yield thread
    finally:
        operator.stop.set()
        thread.join(BOUND)
        assert not thread.is_alive()


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return Operator(folder)


def test_the_work_is_done_at_the_start_and_for_each_file_dropped(operator: Operator) -> None:
    with staying(operator):
        operator.hears(Wake.START, Wake.SWEEP)  # the second: the folder is watched from here on
        (operator.inbox / "a.txt").write_text("A title")
        operator.hears(Wake.DROPPED)
    operator.hears("released")


def test_the_sweep_finds_what_no_event_told_of(operator: Operator) -> None:
    operator.pace = OFTEN
    with staying(operator):
        operator.hears(*[Wake.SWEEP] * 4)


def test_a_file_being_written_is_looked_at_again_until_it_is_whole(operator: Operator) -> None:
    inbox = Inbox(operator.inbox, settle_seconds=0.05)
    found: queue.Queue[tuple[Path, ...]] = queue.Queue()
    looks: queue.Queue[str] = queue.Queue()

    def work(why: str) -> float | None:
        arrivals = inbox.look(now())
        if arrivals.whole:
            found.put(arrivals.whole)
        looks.put(why)
        return 0.05 if arrivals.unfinished else None

    operator.work = work
    path = operator.inbox / "slow.txt"
    with staying(operator):
        with path.open("wb", buffering=0) as file:
            for piece in (b"A ", b"ti", b"tle"):
                file.write(piece)
                while looks.get(timeout=BOUND) != Wake.UNFINISHED:
                    pass
            if sys.platform == "linux":
                assert found.empty()
        assert found.get(timeout=BOUND) == (path,)


def test_an_error_in_the_work_is_reported_and_the_work_goes_on(operator: Operator) -> None:
    def work(why: str) -> None:
        if why == Wake.START:
            raise ValueError("no luck")

    operator.work = work
    with staying(operator):
        operator.hears("reported: no luck", Wake.SWEEP)
        (operator.inbox / "a.txt").touch()
        operator.hears(Wake.DROPPED)


def test_without_the_lease_nothing_is_done_and_that_is_said_once(operator: Operator) -> None:
    asked = threading.Semaphore(0)
    is_free = threading.Event()

    def lease() -> bool:
        asked.release()
        return is_free.is_set()

    operator.pace, operator.lease = SHORT, lease
    with staying(operator):
        for _ in range(5):
            assert asked.acquire(timeout=BOUND)
        (operator.inbox / "a.txt").touch()
        assert operator.all_heard() == [
            "said: Another process does the work. Standing by to take over."
        ]
        is_free.set()
        operator.hears("said: This process does the work now.", Wake.START)
    operator.hears("released")


def test_a_lease_never_held_is_not_given_back(operator: Operator) -> None:
    operator.lease = lambda: False
    with staying(operator):
        operator.hears("said: Another")
    assert operator.all_heard() == []


def test_of_two_that_stay_one_works_and_the_other_takes_over(operator: Operator) -> None:
    holder: list[str] = []
    lock = threading.Lock()

    def lease_of(name: str) -> Callable[[], bool]:
        def lease() -> bool:
            with lock:
                if not holder:
                    holder.append(name)
                return holder == [name]

        return lease

    first = Operator(operator.inbox, SHORT, lease=lease_of("first"))
    second = Operator(operator.inbox, SHORT, lease=lease_of("second"))
    with staying(second), staying(first):
        owner, other = (first, second) if holder == ["first"] else (second, first)
        owner.hears(Wake.START, Wake.SWEEP)
        assert [heard for heard in other.all_heard() if heard in set(Wake)] == []
        owner.stop.set()
        owner.hears("released")
        with lock:
            holder.clear()
        other.hears("said: This process does the work now.", Wake.START)


def test_while_the_database_is_out_of_reach_a_lease_is_ours_until_it_runs_out() -> None:
    answers: list[bool | Exception] = [True, ValueError("away"), ValueError("away"), True, False]
    heard: list[str] = []

    def lease() -> bool:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    duties = Operator(Path("unused"), lease=lease).duties()
    told = Duties(
        **{
            **{name: getattr(duties, name) for name in Duties.__slots__},
            "say": heard.append,
            "report": lambda e: heard.append(f"reported: {e}"),
        }
    )
    held = Lease(told, 3600, threading.Event())
    assert [(held.is_newly_held(), held.is_held()) for _ in range(5)] == [
        *((True, True), (False, True), (False, True), (False, True), (False, False)),
    ]
    assert heard == [
        "reported: away",
        "This process does the work now.",
        "Another process does the work. Standing by to take over.",
    ]


def test_a_lease_that_cannot_be_renewed_runs_out() -> None:
    lease = Lease(Operator(Path("unused")).duties(), 0, threading.Event())
    lease.is_newly_held()
    assert not lease.is_held()


def test_the_work_in_hand_is_finished_before_the_lease_is_given_back(operator: Operator) -> None:
    is_started, may_end = threading.Event(), threading.Event()

    def work(_: str) -> None:
        is_started.set()
        assert may_end.wait(BOUND)
        operator.heard.put("finished")

    operator.work = work
    with staying(operator) as thread:
        assert is_started.wait(BOUND)
        operator.stop.set()
        thread.join(0.3)
        assert thread.is_alive()
        may_end.set()
    assert operator.all_heard() == [Wake.START, "finished", "released"]


def test_the_end_of_each_day_is_told_one_after_the_other(operator: Operator) -> None:
    operator.next_due = lambda after: after + timedelta(seconds=0.05)
    with staying(operator):
        operator.hears(*[Wake.DAY_OVER] * 3)


def test_a_day_that_ended_while_we_were_late_is_not_forgotten(operator: Operator) -> None:
    late = [now() - timedelta(hours=8)]
    planned: queue.Queue[datetime] = queue.Queue()

    def next_due(after: datetime) -> datetime | None:
        planned.put(after)
        return late.pop() if late else None

    operator.next_due = next_due
    with staying(operator):
        for _ in range(2):  # the second when the first was answered
            planned.get(timeout=BOUND)


@pytest.mark.parametrize("hours", [-30, 30])
def test_a_clock_that_is_set_has_everything_planned_anew(operator: Operator, hours: int) -> None:
    ahead = [timedelta()]
    planned: queue.Queue[datetime] = queue.Queue()
    operator.clock = lambda: now() + ahead[0]
    operator.next_due = planned.put
    with staying(operator):
        first = planned.get(timeout=BOUND)
        operator.hears(Wake.START, Wake.SWEEP)
        ahead[0] = timedelta(hours=hours)
        again = planned.get(timeout=BOUND)
        assert abs(again - first - ahead[0]) < timedelta(seconds=BOUND)
        operator.hears(Wake.SWEEP)


def test_an_inbox_that_goes_and_comes_back_is_watched_again(operator: Operator) -> None:
    with staying(operator):
        operator.hears(Wake.SWEEP)
        operator.inbox.rename(operator.inbox.with_name("elsewhere"))
        operator.hears("is gone. Waiting until it is back.")
        operator.inbox.mkdir()
        operator.hears("again.")
        (operator.inbox / "a.txt").touch()
        operator.hears(Wake.DROPPED)


def test_an_inbox_replaced_by_another_is_watched_in_its_place(operator: Operator) -> None:
    other = operator.inbox.with_name("other")
    other.mkdir()
    with staying(operator):
        operator.hears(Wake.SWEEP)
        operator.inbox.rename(operator.inbox.with_name("elsewhere"))
        other.rename(operator.inbox)
        operator.hears(Wake.SWEEP)
        (operator.inbox / "a.txt").touch()
        operator.hears(Wake.DROPPED)


def test_wake_ups_that_come_together_are_one(operator: Operator) -> None:
    waiting = _Stay(operator.inbox, operator.duties(), SELDOM, operator.stop)
    for why in (Wake.DROPPED, Wake.SWEEP, Wake.DROPPED):
        waiting._bell.put(why)
    assert waiting._wait(0) == Wake.DROPPED
    assert waiting._wait(0) == Wake.UNFINISHED


@pytest.mark.parametrize(
    ("change", "name", "expected"),
    [
        (Change.added, "a.txt", True),
        (Change.modified, "a.txt", True),
        (Change.deleted, "a.txt", False),
        (Change.added, "a.txt.part", False),
        (Change.added, ".a.txt", False),
        (Change.modified, "done", False),
        (Change.modified, "rejected", False),
    ],
)
def test_only_what_may_be_a_dump_wakes(change: Change, name: str, expected: bool) -> None:
    assert _is_arrival(change, f"/srv/inbox/{name}") is expected


SCRIPT = """
import resource, sys, threading
from datetime import UTC, datetime
from pathlib import Path
from digest.scheduler import Duties, Pace, stay

def told(word):
    return lambda *said: print(" ".join([word, *map(str, said)]) + "\\n", end="", flush=True)

duties = Duties(
    work=told("work"), lease=lambda: True, release=told("released"), next_due=lambda _: None,
    clock=lambda: datetime.now(UTC), say=told("said"), report=told("reported"),
)
if "no-news" in sys.argv:
    ended = threading.Event()
    ended.set()
    stay(Path(sys.argv[1]), duties, Pace(sweep_seconds=9, lease_seconds=9), ended)  # imports all
    taken = len(list(Path("/proc/self/fd").iterdir())) - 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (taken, taken))
stay(Path(sys.argv[1]), duties, Pace(sweep_seconds=0.2, lease_seconds=30), threading.Event())
print("ended", flush=True)
"""


@contextmanager
def process(inbox: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", SCRIPT, str(inbox), *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=REPOSITORY
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def read_until(running: subprocess.Popen[str], word: str) -> str:
    assert running.stdout
    for line in running.stdout:
        if word in line:
            return line
    pytest.fail(f"ended without {word!r}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(operator: Operator, number: signal.Signals) -> None:
    with process(operator.inbox) as running:
        read_until(running, "work sweep")
        running.send_signal(number)
        output, _ = running.communicate(timeout=BOUND)
    assert output.splitlines()[-2:] == ["released", "ended"]
    assert running.returncode == 0


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors as Linux does")
def test_where_the_system_tells_no_news_the_sweep_goes_on(operator: Operator) -> None:
    with process(operator.inbox, "no-news") as running:
        line = read_until(running, "said")
        assert "is looked through every 0.2 s instead" in line
        for _ in range(4):
            read_until(running, "work sweep")
        running.terminate()
        output, _ = running.communicate(timeout=BOUND)
    assert "said" not in output
    assert output.endswith("released\nended\n")
