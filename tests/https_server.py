"""A real HTTPS server on this machine, as scripted, with a certificate made for the test."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from digest.channels import Poster

HOST = "hooks.example.org"
PUBLIC = "93.184.216.34"
"""What `HOST` leads to, as the tests' resolver says; the tests' dialer then goes to the server."""

Act = Callable[[socket.socket], None]


@dataclass
class Server:
    """What was asked of it, and where it was dialled to."""

    port: int
    authority: Path
    requests: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.dialled.append((address, port))
        return socket.create_connection(("127.0.0.1", self.port), seconds)

    def poster(self, seconds: float = 10.0, **changes: object) -> Poster:
        own = {
            "resolve": lambda host, port: [PUBLIC],
            "dial": self.dial,
            "context": ssl.create_default_context(cafile=str(self.authority)),
        }
        return Poster(seconds=seconds, **(own | changes))  # type: ignore[arg-type]


def certificate(folder: Path, host: str = HOST) -> tuple[Path, Path]:
    """Make a certificate for a name that is its own authority, and its key."""
    cert, key = folder / f"{host}.pem", folder / f"{host}.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", f"/CN={host}"),
            *("-addext", f"subjectAltName=DNS:{host}", "-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    return cert, key


def says(answer: bytes) -> Act:
    """Answer with these bytes, and close."""
    return lambda line: line.sendall(answer)


def status(code: int, body: bytes = b"", *headers: str) -> Act:
    head = [f"HTTP/1.1 {code} Said", f"Content-Length: {len(body)}", *headers]
    return says("\r\n".join([*head, "", ""]).encode() + body)


@contextmanager
def serving(pair: tuple[Path, Path], *acts: Act) -> Iterator[Server]:
    """Serve one request a connection with each act in turn, the last one for ever."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(port=listener.getsockname()[1], authority=pair[0])
    context.sni_callback = lambda _, name, __: server.names.append(name)
    left = list(acts)

    def run() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            act = left.pop(0) if len(left) > 1 else left[0]
            with suppress(OSError), plain:
                plain.settimeout(10)
                with context.wrap_socket(plain, server_side=True) as line:
                    server.requests.append(_request(line))
                    act(line)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.is_over.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def _request(line: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        got += line.recv(65536) or b"\r\n\r\n"
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [h for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length and (more := line.recv(65536)):
        body += more
    return head + b"\r\n\r\n" + body
