"""A wire between a client and PostgreSQL that loses an answer to COMMIT. No tests here."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Wire:
    """What stands between a client and the server: it loses answers to COMMIT, once told to."""

    host: str
    port: int
    losing: int = 0
    lost: int = 0
    gate: threading.Lock = field(default_factory=threading.Lock)

    def is_lost(self, answer: bytes) -> bool:
        if b"COMMIT\0" not in answer:
            return False
        with self.gate:
            self.losing -= 1
            is_it = self.losing == 0
            self.lost += is_it
            return is_it


@contextmanager
def wire(host: str, port: int) -> Iterator[tuple[int, Wire]]:
    """Pass on what is said to the server and back; tell the port where to connect."""
    own = Wire(host, port)

    class Passer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((own.host, own.port)) as server:
                there = threading.Thread(target=_pass, args=(self.request, server), daemon=True)
                there.start()
                with suppress(OSError):
                    while (answer := server.recv(65536)) and not own.is_lost(answer):
                        self.request.sendall(answer)
                with suppress(OSError):
                    self.request.shutdown(socket.SHUT_RDWR)
                with suppress(OSError):
                    server.shutdown(socket.SHUT_RDWR)
                there.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Passer) as between:
        between.daemon_threads = True
        thread = threading.Thread(target=between.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield between.server_address[1], own
        finally:
            between.shutdown()
            thread.join()


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while said := source.recv(65536):
            target.sendall(said)
        target.shutdown(socket.SHUT_WR)
