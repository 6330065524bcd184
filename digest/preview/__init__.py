"""Showing the site while it is worked on: made anew at each change, served on this machine.

    templates, settings, store ──look──▶ build ──▶ a folder of its own ──▶ board ──▶ server ──▶ tabs
                                           └─ error ─────────────────────▶

One thread looks and builds (`stay`), others answer (`server`); what both know stands on the
`board`. A build that fails leaves the last good one where it is. Nothing goes into the output
folder, nothing into the store; dumps in the inbox are told of, and left to `digest ingest`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from digest.errors import DigestError
from digest.models import Rendered
from digest.preview.board import Board
from digest.preview.building import Build, Builder
from digest.preview.looking import Look, Looker

__all__ = ["stay"]

LOG = logging.getLogger("digest.preview")
GLANCE_SECONDS = 0.3


class _StaleError(Exception):
    """What is being built is not what it would be now, or nobody waits for it any more."""


def stay(looker: Looker, builder: Builder, board: Board, stop: threading.Event) -> None:
    """Build, and build again whenever something changed, until `stop` is set."""
    while not stop.is_set():
        seen = looker.look()
        try:
            builder.open()
            seen = replace(seen, change=builder.change())
            _build(looker, seen, builder, board, stop)
        except _StaleError:
            continue
        except Exception as error:  # whatever it is, the next change may mend it
            _report(error, board)
        looker.wait(seen, stop)


def _build(
    looker: Looker, seen: Look, builder: Builder, board: Board, stop: threading.Event
) -> None:
    """Build once, unless something changes meanwhile."""
    began = glanced = time.monotonic()

    def show(build: Build) -> None:
        board.show(build)
        LOG.info("%d files in %.1f s%s", build.count, time.monotonic() - began, _drafts(build))

    def track(files: Iterable[Rendered]) -> Iterator[Rendered]:
        nonlocal glanced
        for file in files:
            if time.monotonic() - glanced > GLANCE_SECONDS:
                glanced = time.monotonic()
                if stop.is_set() or looker.look() != seen:
                    raise _StaleError
            yield file

    builder.build(show, track)


def _drafts(build: Build) -> str:
    names = ", ".join(sorted(build.drafts))
    return f"; drafts: {names}" if names else ""


def _report(error: Exception, board: Board) -> None:
    """Tell what went wrong, here and in the browser; the trace only where it is our own fault."""
    if isinstance(error, DigestError):
        LOG.error("%s%s", error, f" → {error.hint}" if error.hint else "")
        board.tell(error)
    else:
        LOG.error("unexpected: %s", error, exc_info=error)
        board.tell(DigestError(f"{error!r}", hint="this is a mistake in the program"))
