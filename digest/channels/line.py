"""A connection that ends at an instant, however slowly the other side talks, and by its size.

A socket's own timeout begins anew with each byte; here every read and write has what is left of the
time for all. It has what `http.client` asks of a socket, and no more.
"""

from __future__ import annotations

import errno
import io
import queue
import socket
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Line:
    """A connected socket with a `deadline` (of the monotonic clock) and `most` bytes to read."""

    def __init__(self, connected: socket.socket, deadline: float, most: int) -> None:
        self._socket = connected
        self._deadline = deadline
        self._most = most

    def sendall(self, content: bytes) -> None:
        """Send all of `content`; `TimeoutError` at the deadline."""
        view = memoryview(content)
        while view:
            self._wait_until()
            view = view[self._socket.send(view) :]

    def receive_into(self, buffer: memoryview) -> int:
        """Read what is there, 0 bytes at the end; `OSError` beyond the most."""
        if self._most <= 0:
            raise OSError(errno.EMSGSIZE, "the answer is too long")
        self._wait_until()
        count = self._socket.recv_into(buffer[: self._most])
        self._most -= count
        return count

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return a file to read from; `mode` is always "rb"."""
        if mode != "rb":
            raise ValueError(mode)
        return io.BufferedReader(_Inflow(self))

    def close(self) -> None:
        """Nothing: whoever opened the socket closes it."""

    def _wait_until(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)


class _Inflow(io.RawIOBase):
    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # always one
        return self._line.receive_into(buffer)


def within(deadline: float, act: Callable[[], T]) -> T:
    """Return what `act` returns, or raises; `TimeoutError` at the deadline, and it goes on alone.

    For looking names up, which no timeout reaches.
    """
    done: queue.SimpleQueue[tuple[T | None, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((act(), None))
        except Exception as error:
            done.put((None, error))

    threading.Thread(target=run, name="lookup", daemon=True).start()
    try:
        result, error = done.get(timeout=max(deadline - time.monotonic(), 0))
    except queue.Empty as late:
        raise TimeoutError from late
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # no error: it is what `act` returned
