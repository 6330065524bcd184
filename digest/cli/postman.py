"""Mail while staying: a thread of its own, so that a long delivery holds up no dump.

Rung after each run and at each sweep, it sends what is due; what fails is told, and tried again at
the next ring.
"""

from __future__ import annotations

import logging
import threading

from digest.cli.newsletter import Newsletter
from digest.errors import DigestError

LOG = logging.getLogger("digest.deliver")
END_SECONDS = 5


class Postman:
    """Sends what is due when rung, until `stop` is set. Without a mail server it does nothing."""

    def __init__(self, letter: Newsletter, stop: threading.Event) -> None:
        self._letter = letter
        self._stop = stop
        self._bell = threading.Event()
        self._told = ""
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        if self._letter.settings.smtp.host:
            self._thread.start()

    def ring(self) -> None:
        """Let it look whether something is due."""
        self._bell.set()

    def end(self) -> None:
        """Wait a moment for the mail in hand; `stop` was set before."""
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join(END_SECONDS)

    def _run(self) -> None:
        while self._bell.wait() and not self._stop.is_set():
            self._bell.clear()
            try:
                self._deliver()
                self._told = ""
            except DigestError as error:
                self._tell_once(f"{error}{f' → {error.hint}' if error.hint else ''}")
            except Exception as error:
                LOG.exception("unexpected: %s", type(error).__name__)

    def _deliver(self) -> None:
        from digest.cli.mailing import deliver_due

        for line in deliver_due(self._letter, self._stop):
            LOG.info("%s", line)

    def _tell_once(self, what: str) -> None:
        if what != self._told:
            LOG.error("%s", what)
        self._told = what
