"""A folder served as docs/hosting.md tells hosts to: types, headers, compression, 404.html.

No tests here.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

from digest.web.published import find, kind_of

POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cache-Control": "public, max-age=300",
}


class Host(ThreadingHTTPServer):
    """Serves `folder`, which may be set once the address is known."""

    daemon_threads = True
    folder: Path

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Host
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path).removeprefix("/")
        found = find(self.server.folder, path)
        status = 200
        if not isinstance(found, Path):
            status, found = 404, self.server.folder / "404.html"
        content, headers = found.read_bytes(), dict(HEADERS)
        kind = kind_of(found.as_posix())
        if kind.startswith("text/") or "json" in kind or "xml" in kind:
            content = _packed(content)
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        self.send_response(status)
        headers |= {"Content-Type": kind, "Content-Length": f"{len(content)}"}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@cache
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, 6)


@contextmanager
def hosting(folder: Path | None = None) -> Iterator[Host]:
    """Serve a folder until the block ends."""
    with Host() as host:
        if folder is not None:
            host.folder = folder
        thread = Thread(target=host.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield host
        finally:
            host.shutdown()
            thread.join()
