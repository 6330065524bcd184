"""Rendering much by two processes, each a share of the parts.

    changes ─┬─▶ here: papers, authors, API …          ─▶ files ─┐
             └─▶ a helper: editions, feeds, topics …   ─▶ files ─┴─▶ as they come

The helper opens the newsletter itself and reads the state of the store that it is told, or none.
What it renders comes through a pipe, a few files at a time, and it waits while nobody takes them:
so little is held. What it does not bring to its end, whatever the reason, is rendered here. It ends
when its pipe does. A few papers are rendered sooner than a helper is there.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from multiprocessing import get_context
from multiprocessing.connection import Connection

from digest.models import Rendered
from digest.pipeline import parts
from digest.pipeline.changes import Changes, Helpers, Room
from digest.pipeline.easel import Easel

_BATCH_BYTES = 1 << 19
_ALLOCATIONS = 20_000
"""After so many more objects Python looks for garbage; by itself after 700."""
_OF_EDITIONS = frozenset(
    f"{parts.__name__}.{name}"
    for name in ("editions", "feeds", "topics", "trends", "calendar", "entrances")
)

Message = list[Rendered] | tuple[str, ...]
"""Some files; or, when all were sent, what is gone."""


class Hands:
    """Renders what can have changed, with a helper where that is much; `gone` is told after."""

    def __init__(self, changes: Changes, helpers: Helpers | None, change: int) -> None:
        self._changes = changes
        self._helpers = helpers
        self._change = change
        self.gone: tuple[str, ...] = ()

    def files(self) -> Iterator[Rendered]:
        """Yield all files, in no order; some of them twice, if the helper fails."""
        ours, theirs = _shares()
        if self._helpers is None or not self._is_much(self._helpers):
            yield from _rendered(self._changes, (*theirs, *ours))
            return
        helper = _Helper(self._helpers.open_room, self._change, self._changes.since)
        try:
            for file in _rendered(self._changes, ours):
                yield file
                yield from helper.sent()
            yield from helper.rest()
        finally:
            helper.end()
        if helper.gone is None:
            yield from _rendered(self._changes, theirs)
        else:
            self.gone = helper.gone

    def _is_much(self, helpers: Helpers) -> bool:
        """Tell whether a helper is worth its start; one core has no use for it."""
        if len(os.sched_getaffinity(0)) < 2:
            return False
        changed = self._changes.tx.pages.papers_changed(self._changes.since)
        return len(changed) >= helpers.fewest_papers


class _Helper:
    """A process that renders its share, seen from here. `gone` is told when it is done."""

    def __init__(self, open_room: Callable[[], Room], change: int, since: int) -> None:
        context = get_context("spawn")
        self.gone: tuple[str, ...] | None = None
        self._pipe, there = context.Pipe(duplex=False)
        told = (open_room, change, since, there)
        self._process = context.Process(target=_help, args=told, daemon=True)
        self._process.start()
        self._is_open = True
        there.close()

    def sent(self) -> Iterator[Rendered]:
        """Yield what it has sent by now."""
        while self._is_open and self._pipe.poll():
            yield from self._take()

    def rest(self) -> Iterator[Rendered]:
        """Yield what it has still to send, waiting for it."""
        while self._is_open:
            yield from self._take()

    def end(self) -> None:
        """Let it end, whatever it is doing."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()

    def _take(self) -> Sequence[Rendered]:
        """Return what it sent next."""
        try:
            message: Message = self._pipe.recv()
        except (EOFError, OSError):
            self._is_open = False
            return ()
        if isinstance(message, list):
            return message
        self._is_open = False
        self.gone = message
        return ()


def _help(open_room: Callable[[], Room], change: int, since: int, pipe: Connection) -> None:
    """Render the helper's share of what changed, in a process of its own, and send it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever interrupts us all, ends the one we help
    with suppress(Exception), pipe:  # what fails here is done, and told, by whom we help
        room = open_room()
        press = room.press
        easel = Easel(press.painter, press.site, press.templates, room.output.held)
        with room.store.reading() as tx, easel:
            changes = Changes(tx, press, since, room.output, easel)
            changes.by_cadence  # noqa: B018  from here on, what is read does not change
            if room.store.change != change:
                return
            _, ours = _shares()
            for batch in _batches(_rendered(changes, ours)):
                pipe.send(batch)
            pipe.send(tuple(easel.outdated(room.output.names)))


def _shares() -> tuple[Sequence[parts.Part], Sequence[parts.Part]]:
    """Part the parts: what is made of papers, and what of editions; each takes about as long."""
    of_editions = [part for part in parts.PAGES if part.__module__ in _OF_EDITIONS]
    return [part for part in parts.PAGES if part not in of_editions], of_editions


def _rendered(changes: Changes, share: Sequence[parts.Part]) -> Iterator[Rendered]:
    with _seldom_collecting():
        yield from chain.from_iterable(part(changes) for part in share)
        yield from changes.easel.painted()


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Look for garbage less often: what is kept of papers is none, and is looked through in vain.

    As Python does it by itself, that takes a twentieth of a build.
    """
    threshold = gc.get_threshold()
    gc.set_threshold(_ALLOCATIONS, *threshold[1:])
    try:
        yield
    finally:
        gc.set_threshold(*threshold)


def _batches(files: Iterator[Rendered]) -> Iterator[list[Rendered]]:
    batch: list[Rendered] = []
    size = 0
    for file in files:
        batch.append(file)
        size += len(file.content)
        if size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
