"""Stay: have the work done whenever a dump is dropped, a sweep is due, or a day is over.

    a file dropped  (watchfiles) ──┐
    the sweep       (APScheduler) ─┼──▶ bell ──▶ one worker ──▶ work(why), while we hold the lease
    the day's end   (APScheduler) ─┘

A wake-up may be lost or come twice: the sweep is the truth, and the work is safe to repeat. Of
several processes that stay, the one that holds the lease works. What the work is, and where the
lease is kept, is not known here.
"""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from enum import StrEnum
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from watchfiles import Change, watch

from digest.inbox import is_ignored
from digest.scheduler.duties import Duties, Pace
from digest.scheduler.lease import Lease

__all__ = ["Duties", "Pace", "Wake", "stay"]

CLOCK_JUMP_SECONDS = 5
END_SECONDS = 7


class Wake(StrEnum):
    """Why the work is done now."""

    START = "start"
    DROPPED = "dropped"
    UNFINISHED = "unfinished"
    SWEEP = "sweep"
    DAY_OVER = "day over"
    STOP = "stop"


def stay(inbox: Path, duties: Duties, pace: Pace, stop: threading.Event) -> None:
    """Have the work done until `stop` is set, or SIGTERM or SIGINT comes to the main thread.

    Then the work in hand is waited for (`END_SECONDS` at most; it should look at `stop` between
    dumps) and the lease is given back.
    """
    with _ended_by_signals(stop):
        _Stay(inbox, duties, pace, stop).run()


@contextmanager
def _ended_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let signals set `stop`. The main thread must not wait on it meanwhile: that could lock up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, lambda *_: stop.set())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Stay:
    """One stay, from start to end: its threads, and what they share."""

    def __init__(self, inbox: Path, duties: Duties, pace: Pace, stop: threading.Event) -> None:
        self._inbox = inbox
        self._duties = duties
        self._pace = pace
        self._stop = stop
        self._bell: queue.SimpleQueue[Wake] = queue.SimpleQueue()
        self._lease = Lease(duties, pace.lease_seconds, stop)
        self._told = ""
        self._offset = self._clock_offset()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def run(self) -> None:
        """Start everything, watch the folder, and end everything in order."""
        worker = threading.Thread(target=self._work_until_stopped, name="worker", daemon=True)
        self._renew()
        self._arm()
        self._scheduler.start()
        worker.start()
        try:
            self._watch_until_stopped()
        finally:
            self._stop.set()
            self._scheduler.shutdown(wait=False)
            self._bell.put(Wake.STOP)
            worker.join(END_SECONDS)
            if worker.is_alive():
                self._duties.say("Left in the middle of the work; nothing is lost by that.")
            else:
                self._lease.give_back()

    def _work_until_stopped(self) -> None:
        again: float | None = None
        while True:
            why = self._wait(again)
            if self._stop.is_set():
                return
            again = self._worked(why) if self._lease.is_held() else None

    def _wait(self, seconds: float | None) -> Wake:
        """Return why to work now. All who ring while the worker is busy are answered at once."""
        try:
            why = self._bell.get(timeout=seconds)
        except queue.Empty:
            return Wake.UNFINISHED
        while not self._bell.empty():
            self._bell.get()
        return why

    def _worked(self, why: Wake) -> float | None:
        try:
            return self._duties.work(why)
        except Exception as e:  # whatever it is, the next wake-up may go well
            self._duties.report(e)
            return None

    def _arm(self) -> None:
        """Set the scheduler's jobs anew from the time it is now."""
        sweep = IntervalTrigger(seconds=self._pace.sweep_seconds, timezone=UTC)
        renewal = IntervalTrigger(seconds=self._pace.lease_seconds / 3, timezone=UTC)
        ring = self._bell.put
        self._scheduler.add_job(ring, sweep, [Wake.SWEEP], id="sweep", replace_existing=True)
        self._scheduler.add_job(self._renew, renewal, id="lease", replace_existing=True)
        self._arm_day()

    def _arm_day(self) -> None:
        due = self._duties.next_due(self._duties.clock())
        if due:
            trigger = DateTrigger(due, timezone=UTC)
            self._scheduler.add_job(self._end_day, trigger, id="day", replace_existing=True)

    def _end_day(self) -> None:
        self._scheduler.get_job("day")  # waits until this one, which runs once, is taken away
        self._bell.put(Wake.DAY_OVER)
        self._arm_day()

    def _renew(self) -> None:
        if self._lease.is_newly_held():
            self._bell.put(Wake.START)

    def _watch_until_stopped(self) -> None:
        """Ring for each file dropped; where the folder or the system's news fail, wait for them."""
        while not self._stop.is_set():
            try:
                self._watch_folder()
            except FileNotFoundError:
                self._tell_once(f"The inbox {self._inbox} is gone. Waiting until it is back.")
                self._pause(0.25)
            except (OSError, RuntimeError) as e:  # watchfiles' own error is a RuntimeError
                self._tell_once(
                    f"The system tells no news of {self._inbox} ({e}). It is looked through every "
                    f"{self._pace.sweep_seconds:g} s instead; where inotify's limits are reached, "
                    "raise fs.inotify.max_user_instances and max_user_watches."
                )
                self._pause(self._pace.sweep_seconds)

    def _watch_folder(self) -> None:
        """Ring for each file dropped, until the folder is no longer the one that it was."""
        folder = _identity(self._inbox)
        is_first = True
        for changes in watch(
            self._inbox,
            watch_filter=_is_arrival,
            debounce=50,
            step=10,
            stop_event=self._stop,
            rust_timeout=250,
            yield_on_timeout=True,
            recursive=False,
        ):
            if changes or is_first:  # what came before the watch began, no event told of
                self._bell.put(Wake.DROPPED if changes else Wake.SWEEP)
            is_first = False
            if self._told:
                self._tell_once(f"Watching {self._inbox} again.")
            self._told = ""
            self._mind_clock()
            if _identity(self._inbox) != folder:
                return

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._stop.is_set():
            time.sleep(0.05)
            self._mind_clock()

    def _mind_clock(self) -> None:
        """Set the jobs anew when somebody has set the clock: theirs are times of the old one."""
        offset = self._clock_offset()
        if abs(offset - self._offset) > CLOCK_JUMP_SECONDS:
            self._arm()
            self._bell.put(Wake.SWEEP)
        self._offset = offset

    def _clock_offset(self) -> float:
        return self._duties.clock().timestamp() - time.monotonic()

    def _tell_once(self, what: str) -> None:
        if what != self._told:
            self._duties.say(what)
        self._told = what


def _is_arrival(change: Change, path: str) -> bool:
    return change is not Change.deleted and not is_ignored(Path(path).name)


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino
