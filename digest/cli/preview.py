"""`digest preview`: the site as it would be published now, on this machine, until Ctrl-C."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from digest.cli.context import chosen, newsletter

LOG = logging.getLogger("digest.preview")


def preview(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8000,
    host: Annotated[
        str, typer.Option(help="Where to listen: this machine only, unless told otherwise.")
    ] = "127.0.0.1",
) -> None:
    """Show the site as it would be published now, anew at each change; Ctrl-C ends it."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from digest.preview import stay
    from digest.preview.board import Board
    from digest.preview.building import Builder
    from digest.preview.looking import Looker
    from digest.preview.server import Server
    from digest.theme import load

    settings = newsletter().settings  # what is wrong with them is told before anything is served
    board, stop = Board(), threading.Event()
    with Server(host, port, board, load(None, {})) as server, _ended_by_signals(stop):
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        LOG.info("the site stands at %s/; Ctrl-C ends it", server.address)
        with TemporaryDirectory(prefix="digest-preview-") as folder:
            own = (chosen.root, chosen.config)
            builder = Builder(*own, settings, Path(folder), server.address)
            with closing(builder):
                stay(Looker(*own, builder, LOG.info), builder, board, stop)
        server.shutdown()


@contextmanager
def _ended_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C set `stop`; a second one ends the process at once."""
    signals = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in signals}

    def end(number: int, _: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in signals:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
