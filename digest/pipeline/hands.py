"""Rendering all there is by several processes, each a share of the parts: as many hands as cores.

    changes ─┬─▶ helper: papers, authors, API …   ─▶ files ─┐
             └─▶ helper: editions, feeds, topics … ─▶ files ─┴─▶ as they come

A helper opens the newsletter itself and reads the state of the store that it is told, or none. What
it renders comes through a pipe, a few files at a time, and it waits while nobody takes them: so
little is held. What a helper does not bring to its end, whatever the reason, is rendered here. It
ends when its pipe does. A few papers are rendered sooner than a helper is there.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any

from digest.models import Rendered
from digest.pipeline import parts
from digest.pipeline.changes import Changes, Helpers, Room
from digest.pipeline.easel import Easel

_BATCH_BYTES = 1 << 19
_OF_EDITIONS = frozenset(
    f"{parts.__name__}.{name}" for name in ("editions", "feeds", "topics", "trends")
)
_GONE, _FAILED = "gone", "failed"

Message = list[Rendered] | tuple[str, tuple[str, ...]]


class Hands:
    """Renders what can have changed, with helpers where there is much; `gone` is told after."""

    def __init__(self, changes: Changes, helpers: Helpers | None, change: int) -> None:
        self._changes = changes
        self._helpers = helpers
        self._change = change
        self.gone: list[str] = []

    def files(self) -> Iterator[Rendered]:
        """Yield all files, in no order; some of them twice, if a helper fails."""
        helpers, shares = self._helpers, _shares()
        if helpers is None or not self._is_much(helpers):
            yield from _rendered(self._changes, tuple(chain.from_iterable(shares)))
            return
        hired = [_Helper(helpers, share, self._change) for share in range(len(shares))]
        running: dict[Any, _Helper] = {helper.pipe: helper for helper in hired}
        try:
            while running:
                for pipe in wait(list(running)):
                    yield from self._taken(running, running[pipe])
        finally:
            for helper in running.values():
                helper.end()

    def _taken(self, running: dict[Any, _Helper], helper: _Helper) -> Iterator[Rendered]:
        """Yield what a helper has sent; where it broke off, what it was to render."""
        message = helper.take()
        if isinstance(message, list):
            yield from message
            return
        del running[helper.pipe]
        helper.end()
        how, paths = message
        if how == _GONE:
            self.gone += paths
        else:
            yield from _rendered(self._changes, _shares()[helper.share])

    def _is_much(self, helpers: Helpers) -> bool:
        """Tell whether helpers are worth their start; one core has no use for them."""
        if self._changes.since or len(os.sched_getaffinity(0)) < 2:
            return False
        return self._changes.tx.pages.count() >= helpers.fewest_papers


class _Helper:
    """A process that renders a share, seen from here."""

    def __init__(self, helpers: Helpers, share: int, change: int) -> None:
        context = get_context("spawn")
        self.share = share
        self.pipe, there = context.Pipe(duplex=False)
        told = (helpers.open_room, share, change, there)
        self._process = context.Process(target=_help, args=told, daemon=True)
        self._process.start()
        there.close()

    def take(self) -> Message:
        """Return what it sent next."""
        try:
            message: Message = self.pipe.recv()
        except (EOFError, OSError):
            return _FAILED, ()
        return message

    def end(self) -> None:
        """Let it end, whatever it is doing."""
        self.pipe.close()
        self._process.terminate()
        self._process.join()


def _help(open_room: Callable[[], Room], share: int, change: int, pipe: Connection) -> None:
    """Render a share of all, in a process of its own, and send it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever interrupts us all, ends the one we help
    with suppress(Exception), pipe:  # what fails here is done, and told, by whom we help
        room = open_room()
        press = room.press
        easel = Easel(press.painter, press.site, press.templates, room.output.held)
        with room.store.reading() as tx, easel:
            changes = Changes(tx, press, 0, room.output, easel)
            changes.by_cadence  # noqa: B018  from here on, what is read does not change
            if room.store.change != change:
                return
            for batch in _batches(_rendered(changes, _shares()[share])):
                pipe.send(batch)
            pipe.send((_GONE, tuple(easel.outdated(room.output.names))))


def _shares() -> tuple[tuple[parts.Part, ...], tuple[parts.Part, ...]]:
    """Part the parts: what is made of editions, and what of papers; each takes about as long."""
    asked = parts.ROLLUPS + parts.OF_THE_DAY
    of_editions = tuple(part for part in asked if part.__module__ in _OF_EDITIONS)
    return tuple(part for part in asked if part not in of_editions), of_editions


def _rendered(changes: Changes, share: Sequence[parts.Part]) -> Iterator[Rendered]:
    yield from chain.from_iterable(part(changes) for part in share)
    yield from changes.easel.painted()


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
