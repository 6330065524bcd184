"""HTTP as uvicorn speaks it, with a time within which the head of a request must be there.

uvicorn closes a connection that idles between requests, but waits for ever for one that never sends
its first, or sends a head byte by byte. Bodies are bounded by `guard`. What was asked for is not
logged, whatever handlers there are for it: tokens stand in the addresses.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0


class TimedProtocol(H11Protocol):
    """One connection."""

    head_seconds = HEAD_SECONDS
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self.access_log = False
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came; wait on where it was not yet a whole head."""
        super().data_received(data)
        is_head_due = self.conn.their_state is h11.IDLE
        is_rest_due = self.conn.our_state is h11.DONE  # the rest of a body that nobody wanted
        if is_head_due or is_rest_due:
            self._wait()
        else:
            self._wait_no_more()

    def on_response_complete(self) -> None:
        """Leave it to the time that idle connections are given."""
        super().on_response_complete()
        self._wait_no_more()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._timer is None and not self.transport.is_closing():
            self._timer = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
