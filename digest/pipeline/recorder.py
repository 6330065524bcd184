"""Writes down what becomes of deliveries: one transaction for whatever all connections bring.

A connection tells the result of its last mail and asks leave for the next, in one `exchange`; it
goes on when both stand in the database, durably. So a crash leaves at most one mail a connection in
doubt, and the cost of a durable commit is shared (group commit): while one thread commits, what the
others bring gathers for the next, whoever of them is first. A database that refuses is asked again:
a result that is lost would be a mail sent twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.errors import StoreError
from digest.models import Consent, Result, SubscriberState
from digest.store import Post, Store

Key = tuple[str, int]
Clock = Callable[[], datetime]
Pause = Callable[[float], object]
_PAUSES = (0.1, 0.5, 2.0, 5.0, 15.0)
"""Seconds, until a database that refuses is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A subscriber who can be reached no more: the state to put them in, and why."""

    subscriber_id: int
    state: SubscriberState
    consent: Consent


@dataclass(slots=True, kw_only=True)
class _Entry:
    """What one thread brings, and what it is told."""

    results: Sequence[Result]
    departures: Sequence[Departure]
    key: Key | None
    may_start: bool = False
    error: BaseException | None = None
    is_done: threading.Event = field(default_factory=threading.Event)


class Recorder:
    """What several threads tell the store through; each call returns when it stands there."""

    def __init__(
        self, store: Store, holder: str, clock: Clock, pause: Pause, patience: timedelta
    ) -> None:
        self._store = store
        self._holder = holder
        self._clock = clock
        self._pause = pause
        self._patience = patience
        self._gathered: list[_Entry] = []
        self._gate = threading.Lock()  # guards the list
        self._turn = threading.Lock()  # held by the thread that commits
        self.commits = 0

    def exchange(
        self,
        results: Sequence[Result],
        key: Key | None = None,
        departures: Sequence[Departure] = (),
    ) -> bool:
        """Write results down and begin `key`; tell whether it may be sent."""
        if not results and key is None:
            return False
        entry = _Entry(results=results, departures=departures, key=key)
        with self._gate:
            self._gathered.append(entry)
        with self._turn:
            if not entry.is_done.is_set():
                self._commit()
        if entry.error is not None:
            raise entry.error
        return entry.may_start

    def _commit(self) -> None:
        with self._gate:
            entries, self._gathered = self._gathered, []
        try:
            started = self._patiently(entries)
            for entry in entries:
                entry.may_start = entry.key in started
        except BaseException as error:
            for entry in entries:
                entry.error = error
        finally:
            for entry in entries:
                entry.is_done.set()

    def _patiently(self, entries: Sequence[_Entry]) -> frozenset[Key]:
        for seconds in (*_PAUSES, None):
            try:
                with self._store.writing_post() as post:
                    started = self._write(post, entries)
            except StoreError:
                if seconds is None:
                    raise
                self._pause(seconds)
            else:
                self.commits += 1
                break
        return started

    def _write(self, post: Post, entries: Sequence[_Entry]) -> frozenset[Key]:
        now = self._clock()
        results = [result for entry in entries for result in entry.results]
        post.outbox.record(self._holder, results, now)
        for entry in entries:
            for gone in entry.departures:
                known = post.register.by_id(gone.subscriber_id)
                if known is not None and known.state is SubscriberState.ACTIVE:
                    post.register.change_state(known.id, gone.state, now, gone.consent)
        keys = [entry.key for entry in entries if entry.key is not None]
        return post.outbox.start(self._holder, keys, now + self._patience)
