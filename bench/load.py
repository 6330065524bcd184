"""A small load generator: threads that ask for pages over connections that stay open.

Called as a process of its own (`python -m bench.load PORT THREADS SECONDS < paths`), so that it
shares no interpreter with the server. It reads as little of an answer as tells where it ends, and
prints, as JSON, how long each took in milliseconds and how long all lasted in seconds.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def main() -> None:
    """Ask for the paths in turn, each thread from another place, and print what was measured."""
    port, threads, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    paths = sys.stdin.read().split()
    took: list[float] = []
    start = time.perf_counter()
    callers = [
        threading.Thread(target=ask, args=(port, paths[n * 7 % len(paths) :] + paths, end, took))
        for end in (start + seconds,)
        for n in range(threads)
    ]
    for each in callers:
        each.start()
    for each in callers:
        each.join()
    print(json.dumps({"seconds": time.perf_counter() - start, "took": took}))


def ask(port: int, paths: list[str], end: float, took: list[float]) -> None:
    """Ask for one page after the other until it is time to end."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < end:
            for path in paths:
                began = time.perf_counter()
                if began >= end:
                    return
                head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
                connection.sendall(head.encode())
                receive(connection)
                took.append((time.perf_counter() - began) * 1000)


def receive(connection: socket.socket) -> None:
    """Read one answer; one that is not 200 ends the measurement."""
    got = b""
    while (at := got.find(b"\r\n\r\n")) < 0:
        got += more(connection)
    if b" 200 " not in got[:20]:
        raise SystemExit(f"answered {got[:60]!r}")
    length = _LENGTH.search(got[: at + 2])
    if length is None:
        raise SystemExit("an answer without a length")
    left = at + 4 + int(length[1]) - len(got)
    while left > 0:
        left -= len(more(connection))


def more(connection: socket.socket) -> bytes:
    if not (got := connection.recv(262_144)):
        raise SystemExit("the server closed the connection")
    return got


if __name__ == "__main__":
    main()
