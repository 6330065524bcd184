"""The lease that tells, of several processes, the one that works.

Where it is kept is not known here: `Duties.lease` takes or renews it.
"""

from __future__ import annotations

import threading
import time

from digest.scheduler.duties import Duties

RELEASE_SECONDS = 2


class Lease:
    """The right to work, as far as we know: ours until it would run out had we died."""

    def __init__(self, duties: Duties, seconds: float, stop: threading.Event) -> None:
        self._duties = duties
        self._seconds = seconds
        self._stop = stop
        self._lock = threading.Lock()
        self._held_until = 0.0
        self._told: str | None = None

    def is_held(self) -> bool:
        """Tell whether nobody else can hold it now."""
        return time.monotonic() < self._held_until

    def is_newly_held(self) -> bool:
        """Take or renew it; tell whether it became ours by this. A failure is told once."""
        with self._lock:
            if self._stop.is_set():
                return False
            was_held = self.is_held()
            asked = time.monotonic()
            try:
                is_ours = self._duties.lease()
            except Exception as e:  # the database is out of reach: what we hold, we hold on to
                self._tell_once(str(e), e)
                return False
            self._held_until = asked + self._seconds if is_ours else 0.0
            if is_ours:
                self._tell_once("")
            else:
                self._tell_once("Another process does the work. Standing by to take over.")
            return is_ours and not was_held

    def give_back(self) -> None:
        """Let another have it at once, instead of when it runs out."""
        if not self._lock.acquire(timeout=RELEASE_SECONDS):
            return  # a renewal hangs; the lease runs out by itself
        try:
            if self.is_held():
                self._duties.release()
        except Exception as e:  # it runs out by itself
            self._duties.report(e)
        finally:
            self._held_until = 0.0
            self._lock.release()

    def _tell_once(self, what: str, error: Exception | None = None) -> None:
        if what != self._told and error:
            self._duties.report(error)
        elif what != self._told and what:
            self._duties.say(what)
        elif what != self._told and self._told:
            self._duties.say("This process does the work now.")
        self._told = what
