"""`digest watch`: the phases, done whenever the scheduler says that there is something to do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from digest.cli.errands import INDEXED, Runner, errands, indexing
from digest.cli.newsletter import Newsletter
from digest.cli.postroom import holder as name_process
from digest.cli.words import dump_in_words
from digest.clock import next_local_midnight
from digest.errors import DigestError
from digest.pipeline.run import Tracks, run
from digest.scheduler import Duties, Pace, stay

T = TypeVar("T")
LEASE = "watch"
LOG = logging.getLogger("digest.watch")


def watch(letter: Newsletter) -> None:
    """Publish each dump as it is dropped, until SIGTERM or Ctrl-C."""
    holder = name_process()
    seconds = letter.settings.watch.lease_seconds
    store, stop = letter.store, threading.Event()
    warm_up(letter)
    wanted = {INDEXED: indexing(letter), **errands(letter)}
    runners = [Runner(name, errand, stop) for name, errand in wanted.items()]
    duties = Duties(
        work=lambda why: _work(letter, stop, why, runners),
        lease=lambda: store.lease(LEASE, holder, seconds, letter.now()),
        release=lambda: store.release(LEASE, holder),
        next_due=lambda now: next_local_midnight(now, letter.rules.zone),
        clock=letter.now,
        say=LOG.info,
        report=_report,
    )
    pace = Pace(sweep_seconds=letter.settings.inbox.sweep_seconds, lease_seconds=seconds)
    LOG.info("watching %s; SIGTERM or Ctrl-C ends it", letter.settings.paths.inbox)
    stay(letter.settings.paths.inbox, duties, pace, stop)
    for runner in runners:
        runner.end()
    LOG.info("ended cleanly")


def warm_up(letter: Newsletter) -> None:
    """Load what the first dump would have to wait for; a broken template is told at once."""
    for name in letter.press.templates.list_templates():
        if name.endswith((".html", ".svg", ".txt", ".md", ".xml")):
            letter.press.templates.get_template(name)


class _StoppedError(Exception):
    """Ends the work in hand between two files; nothing is lost by that."""


def _work(
    letter: Newsletter, stop: threading.Event, why: str, runners: Sequence[Runner]
) -> float | None:
    """Do one run, then let the rest be done; return after how many seconds to look again."""
    track = _until(stop)
    settings = letter.settings.inbox
    arrived = letter.inbox.look(letter.now())
    try:
        report = run(
            letter.room,
            letter.reader(settings.patience_seconds),
            arrived,
            Tracks(files=track, pages=track),
        )
    except _StoppedError:
        return None
    for dump in report.dumps:
        LOG.info("%s", dump_in_words(dump))
    if report.published:
        LOG.info("%d files written (%s)", len(report.published), why)
    for runner in runners:
        runner.ring()
    return settings.settle_seconds if report.waiting else None


def _until(stop: threading.Event) -> Callable[[Iterable[T]], Iterable[T]]:
    """Return a function that passes items on until the watch is to end."""

    def track(items: Iterable[T]) -> Iterator[T]:
        for item in items:
            if stop.is_set():
                raise _StoppedError
            yield item

    return track


def _report(error: Exception) -> None:
    """Tell what went wrong; the trace only where it is our own fault."""
    if isinstance(error, DigestError):
        LOG.error("%s%s", error, f" → {error.hint}" if error.hint else "")
    else:
        LOG.error("unexpected: %s", error, exc_info=error)
