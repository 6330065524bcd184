"""What is done once all is published: mail, posts to channels, pings to hubs. None waits long.

While staying, each has a thread of its own, so that a long delivery holds up no dump. Rung after
each run and at each sweep, it does what is due; what fails is told, and tried again at the next.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from digest.cli.findings import Told
from digest.cli.newsletter import Newsletter
from digest.errors import DigestError

LOG = logging.getLogger("digest.errands")
END_SECONDS = 5
INDEXED = "indexed"
INVITED = "invited"
"""The errand that mails who is to confirm."""

Errand = Callable[[threading.Event], Told]
"""Does what is due, or ends early once the event is set."""


def errands(letter: Newsletter) -> Mapping[str, Errand]:
    """Return those that the settings ask for, each by its key in the JSON of `digest run`."""
    wanted: dict[str, Errand] = {}
    if letter.settings.smtp.host:
        if letter.settings.web.url:
            wanted[INVITED] = lambda stop: _invite(letter, stop)
        wanted["mailed"] = lambda stop: _mail(letter, stop)
    if letter.settings.channels:
        wanted["posted"] = lambda stop: _post(letter, stop)
    if letter.settings.feeds.hub and letter.settings.feeds.ping:
        from digest.cli.hubs import Pinger

        wanted["pinged"] = Pinger(letter)
    return wanted


def indexing(letter: Newsletter) -> Errand:
    """Return the errand that lets papers be found which came since: of whoever stays, its first."""

    def index(stop: threading.Event) -> Told:
        letter.index(lambda: not stop.is_set())
        return Told(lines=())

    return index


def run_once(letter: Newsletter) -> tuple[dict[str, Told], list[DigestError]]:
    """Do all of them, one after the other, whatever becomes of the others."""
    told: dict[str, Told] = {}
    failed: list[DigestError] = []
    for key, errand in errands(letter).items():
        try:
            told[key] = errand(threading.Event())
        except DigestError as error:
            failed.append(error)
    return told, failed


class Runner:
    """Does one errand whenever it is rung, on a thread of its own, until `stop` is set."""

    def __init__(self, name: str, errand: Errand, stop: threading.Event) -> None:
        self._errand = errand
        self._stop = stop
        self._bell = threading.Event()
        self._told = ""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def ring(self) -> None:
        """Let it look whether something is due."""
        self._bell.set()

    def end(self) -> None:
        """Wait a moment for what is in hand; `stop` was set before."""
        self._bell.set()
        self._thread.join(END_SECONDS)

    def _run(self) -> None:
        while self._bell.wait() and not self._stop.is_set():
            self._bell.clear()
            try:
                for line in self._errand(self._stop).lines:
                    LOG.info("%s", line)
                self._told = ""
            except DigestError as error:
                self._tell_once(f"{error}{f' → {error.hint}' if error.hint else ''}")
            except Exception as error:
                LOG.exception("unexpected: %s", type(error).__name__)

    def _tell_once(self, what: str) -> None:
        if what != self._told:
            LOG.error("%s", what)
        self._told = what


def _mail(letter: Newsletter, stop: threading.Event) -> Told:
    from digest.cli.mailing import deliver_due

    return deliver_due(letter, stop)


def _invite(letter: Newsletter, stop: threading.Event) -> Told:
    from digest.cli.mailing import invite_due

    return invite_due(letter, stop)


def _post(letter: Newsletter, stop: threading.Event) -> Told:
    from digest.cli.noticeboard import post_due

    return post_due(letter, stop)
