"""The preview's server: the last good build, as a host would serve it, and news of the next one.

The standard library's server, so that the plain install is enough; each tab has a thread. What the
preview itself needs lies under `/.preview/`, where no published file can be.
"""

from __future__ import annotations

import errno
import json
import socket
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import jinja2

from digest.errors import DigestError, UsageError
from digest.preview import pages
from digest.preview.board import Board, Shown
from digest.web.published import find, kind_of

OWN = "/.preview/"
HEARTBEAT_SECONDS = 15.0
LOCAL = ("localhost", "127.0.0.1", "::1")
_ASSETS = ("live.js", "preview.css")
_MISSING = "404.html"
_HINTS = {
    errno.EADDRINUSE: "another program listens there: end it, or choose another --port",
    errno.EACCES: "choose a port from 1024 on",
    errno.EADDRNOTAVAIL: "this machine has no such address: leave --host out",
}


class Server(ThreadingHTTPServer):
    """Serves what is on the board. `shutdown` does not wait for tabs that stay open."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, port: int, board: Board, templates: jinja2.Environment) -> None:
        self.host = host
        self.board = board
        self.templates = templates
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            self.address_family = found[0]
            super().__init__((host, port), _Handler)
        except OSError as error:
            hint = _HINTS.get(error.errno or 0, "name an address of this machine by --host")
            what = f"cannot listen ({error.strerror})"
            raise UsageError(what, at=f"{host}, port {port}", hint=hint) from error

    @property
    def address(self) -> str:
        """Where the site is shown, without a slash at its end."""
        host = self.host if self.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.server_port}"

    def server_bind(self) -> None:
        """Bind, without asking the network what this machine is called."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.host, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let tabs go that were closed while they were answered."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "digest-preview"
    sys_version = ""
    wbufsize = -1
    timeout = 60

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if not self._is_meant():
            self._send(
                HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"not a name of this preview\n"
            )
        elif path.startswith(OWN):
            self._own(path.removeprefix(OWN))
        else:
            self._published(unquote(path).removeprefix("/"), self.server.board.shown)

    do_HEAD = do_GET  # noqa: N815

    def _is_meant(self) -> bool:
        """Whether we are asked by a name of ours: other sites must not read drafts by theirs."""
        asked = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        return self.server.host not in LOCAL or asked in LOCAL

    def _own(self, name: str) -> None:
        if name == "events":
            self._tell_events()
        elif name in _ASSETS and self.server.templates.loader:
            loader, template = self.server.templates.loader, f"preview/{name}"
            source, _, _ = loader.get_source(self.server.templates, template)
            self._send(HTTPStatus.OK, kind_of(name), source.encode())
        else:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"there is nothing here\n")

    def _published(self, path: str, shown: Shown) -> None:
        if shown.build is None:
            self._broken(shown)
            return
        found = find(shown.build.folder, path)
        if found is True:
            self._redirect(f"/{quote(path)}/")
        elif found:
            self._file(HTTPStatus.OK, found, shown, shown.build.folder)
        else:
            missing = shown.build.folder / _MISSING
            self._file(HTTPStatus.NOT_FOUND, missing, shown, shown.build.folder)

    def _file(self, status: HTTPStatus, file: Path, shown: Shown, folder: Path) -> None:
        try:
            content = file.read_bytes()
        except OSError:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"there is nothing here\n")
            return
        kind, headers = kind_of(file.as_posix()), {}
        if kind.startswith("text/html"):
            headers = {"Content-Security-Policy": pages.policy(content)}
            path = file.relative_to(folder.resolve()).as_posix()
            content = pages.dressed(content, path, shown, self.server.templates)
        self._send(status, kind, content, {name: told for name, told in headers.items() if told})

    def _broken(self, shown: Shown) -> None:
        """Show what is wrong, where there is no good build yet; or that the first is being made."""
        template = self.server.templates.get_template("preview/broken.html")
        content = template.render(error=shown.error).encode()
        headers = {"Content-Security-Policy": pages.policy(content)}
        content = pages.dressed(content, "", shown, self.server.templates)
        self._send(HTTPStatus.SERVICE_UNAVAILABLE, kind_of("a.html"), content, headers)

    def _redirect(self, to: str) -> None:
        self._send(HTTPStatus.FOUND, "text/plain", b"", {"Location": to})

    def _send(
        self, status: HTTPStatus, kind: str, content: bytes, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        told = {"Content-Type": kind, "Content-Length": f"{len(content)}"}
        told |= {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        for name, value in {**told, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _tell_events(self) -> None:
        """Tell what is shown, and again whenever that changes, until the tab is gone."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        turn = -1
        with suppress(OSError):
            while self.command != "HEAD":
                shown = self.server.board.wait(turn, HEARTBEAT_SECONDS)
                line = f"data: {json.dumps(_told(shown))}" if shown.turn > turn else ":"
                self.wfile.write(f"{line}\n\n".encode())
                self.wfile.flush()
                turn = shown.turn

    def log_message(self, *_: object) -> None:
        """Say nothing: what matters is said by whoever builds."""


def _told(shown: Shown) -> dict[str, object]:
    return {"mark": shown.mark, "error": _error(shown.error) if shown.build else None}


def _error(error: DigestError | None) -> dict[str, str] | None:
    return {"what": error.what, "at": error.at, "hint": error.hint} if error else None
