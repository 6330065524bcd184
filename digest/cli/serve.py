"""`digest serve`: the pages that subscribe, on a port of this machine, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.context import newsletter

if TYPE_CHECKING:
    from digest.cli.newsletter import Newsletter
    from digest.web.office import Office

LOG = logging.getLogger("digest.serve")
SWEEP_SECONDS = 60


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8000,
    host: Annotated[
        str, typer.Option(help="Where to listen: this machine only, unless told otherwise.")
    ] = "127.0.0.1",
    socket: Annotated[
        Path | None,
        typer.Option(help="Listen on a socket in the file system instead, for a proxy."),
    ] = None,
    mail: Annotated[
        bool,
        typer.Option(
            "--mail", help="Also mail editions that are due: where `digest watch` is not run."
        ),
    ] = False,
) -> None:
    """Serve the pages where readers join, choose and leave; Ctrl-C ends it (docs/serving.md)."""
    from digest.cli.stay import warm_up
    from digest.errors import ConfigError

    try:
        from digest.web import serving
        from digest.web.app import make_app
    except ModuleNotFoundError as error:
        hint = "pip install 'digest[web]'"
        raise ConfigError(f"the pages need the package {error.name}", hint=hint) from error
    letter, bell = newsletter(), threading.Event()
    warm_up(letter)
    server = serving.server(make_app(office(letter, bell)), letter.settings.web.connections)
    with mailing(letter, bell, is_wanted=mail):
        if socket is not None:
            with serving.listen_at(socket) as place:
                LOG.info("serving on %s; SIGTERM or Ctrl-C ends it", socket)
                server.run([place])
        else:
            with serving.listen(host, port) as place:
                name = f"[{host}]" if ":" in host else host
                number = place.getsockname()[1]
                LOG.info("serving on http://%s:%d; SIGTERM or Ctrl-C ends it", name, number)
                server.run([place])
    letter.store.close()
    LOG.info("ended cleanly")


@contextmanager
def mailing(letter: Newsletter, bell: threading.Event, *, is_wanted: bool) -> Iterator[None]:
    """Send what is due whenever the bell is rung, and each minute; what is in hand is finished.

    Mails that ask to confirm go out in any case, for whoever asked waits; others where wanted. So
    papers are indexed that nobody came to: no request does it.
    """
    from digest.cli.errands import INDEXED, INVITED, Runner, errands, indexing

    stop = threading.Event()
    wanted = {INDEXED: indexing(letter), **errands(letter)}
    runners = [
        Runner(name, errand, stop)
        for name, errand in wanted.items()
        if is_wanted or name in {INDEXED, INVITED}
    ]

    def ring() -> None:
        while not stop.is_set():
            for runner in runners:
                runner.ring()
            bell.wait(SWEEP_SECONDS)
            bell.clear()

    ringer = threading.Thread(target=ring, name="ringer", daemon=True)
    ringer.start()
    try:
        yield
    finally:
        stop.set()
        bell.set()
        ringer.join()
        for runner in runners:
            runner.end()


def office(letter: Newsletter, bell: threading.Event) -> Office:
    """Return what the pages need of this newsletter; `bell` is set when there is mail to send."""
    from digest.cli.mailing import proofs
    from digest.cli.people import registry
    from digest.cli.postroom import letters, timetable
    from digest.web.office import Office

    own = registry(letter)
    return Office(
        store=letter.store,
        registry=own,
        signer=own.signer,
        rules=letter.rules,
        site=letter.site,
        topics=letter.topics,
        templates=letter.press.templates,
        output=letter.settings.paths.output,
        letter=letters(letter, letter.store, own.signer).letter,
        clock=letter.now,
        knock=bell.set,
        timetable=timetable(letter),
        feeds=letter.settings.feeds,
        web=letter.settings.web,
        admin=letter.settings.admin,
        proofs=proofs(letter),
    )
