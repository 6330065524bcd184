"""Listening: on a port or a socket in the file system, until SIGTERM or Ctrl-C ends it.

What is asked for when it ends is answered first, for a few seconds; then the process leaves with 0.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from digest.errors import UsageError
from digest.web.headers import MOST_HEAD_BYTES
from digest.web.protocol import TimedProtocol

END_SECONDS = 5
IDLE_SECONDS = 5
BACKLOG = 512
_SOCKET_MODE = 0o660

_HINTS = {
    errno.EADDRINUSE: "another program listens there: end it, or choose another --port",
    errno.EACCES: "choose a port from 1024 on, and let a proxy listen on 80 and 443",
    errno.EADDRNOTAVAIL: "this machine has no such address: try --host 127.0.0.1",
}


class Server(uvicorn.Server):
    """uvicorn's server, for which a signal is the ordinary end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in good order at SIGTERM and SIGINT, and do not raise them again."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        signals = (signal.SIGTERM, signal.SIGINT)
        before = {each: signal.signal(each, self.handle_exit) for each in signals}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def server(app: Starlette, most_connections: int) -> Server:
    """Return what serves the application; give its `run` the sockets to listen on."""
    return Server(
        uvicorn.Config(
            app,
            http=TimedProtocol,
            ws="none",
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
            limit_concurrency=most_connections,
            backlog=BACKLOG,
            h11_max_incomplete_event_size=MOST_HEAD_BYTES,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=END_SECONDS,
        )
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on a port; `UsageError` where that cannot be.

    Answers go out at once: asyncio sees to it only for sockets whose protocol is told, and else the
    body waits, up to 40 ms, until the head was acknowledged.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        own = socket.create_server(address[:2], family=family, backlog=BACKLOG)
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # what it accepts has it too
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, "name an address of this machine by --host")
        where = f"{host}, port {port}"
        raise UsageError(f"cannot listen ({error.strerror})", at=where, hint=hint) from error
    return own


@contextmanager
def listen_at(path: Path) -> Iterator[socket.socket]:
    """Give a socket in the file system, for its owner and group; it is removed afterwards.

    One that a killed process left is replaced; one that somebody listens on, or a file, is not.
    """
    own = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _clear(path)
        own.bind(str(path))
        path.chmod(_SOCKET_MODE)
        own.listen(BACKLOG)
        mark = path.stat().st_ino
    except OSError as error:
        own.close()
        hint = "choose another --socket, in a folder that exists and may be written"
        what = f"cannot listen ({error.strerror or error})"
        raise UsageError(what, at=str(path), hint=hint) from error
    try:
        yield own
    finally:
        own.close()
        with suppress(OSError):
            if path.stat().st_ino == mark:
                path.unlink()


def _clear(path: Path) -> None:
    """Remove a socket on which nobody listens any more."""
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        try:
            caller.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
