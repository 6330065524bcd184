"""A newsletter's pages as `digest serve` serves them, with settings of a test's. No tests here."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

import flow
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from digest.cli.serve import office
from digest.settings.web import WebSettings
from digest.store import Store
from digest.web.app import make_app
from digest.web.office import Office
from digest.web.serving import Server, listen, server

HOST = "lists.example.org"
ORIGIN = f"https://{HOST}"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Pages:
    """Pages that are served on a port of this machine."""

    letter: flow.Letter
    office: Office
    app: Starlette
    server: Server
    port: int

    def ask(
        self, path: str = "/", method: str = "GET", body: object = None, **headers: str
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            whole = {"Host": HOST, **named}
            connection.request(method, path, body, whole)  # type: ignore[arg-type]
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read())
        finally:
            connection.close()

    def post(self, path: str, fields: object = (), **headers: str) -> Answer:
        body = urlencode(fields, doseq=True)  # type: ignore[arg-type]
        return self.ask(path, "POST", body, **{"Content-Type": FORM, **headers})

    def raw(self, sent: bytes) -> bytes:
        """Send bytes; return all that comes until the other side closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as caller:
            caller.sendall(sent)
            return b"".join(iter(lambda: caller.recv(65536), b""))


@contextmanager
def opened(
    root: Path, *routes: BaseRoute, store: Store | None = None, url: str = ORIGIN, **web: object
) -> Iterator[Pages]:
    """Serve the pages of a newsletter, and other routes before them."""
    letter = flow.make(root)
    own = office(letter, threading.Event())
    told = WebSettings.model_validate({"url": url, **web})
    store = store or own.store
    registry = replace(own.registry, store=store)
    site = replace(own.site, web_url=url)
    own = replace(own, web=told, site=site, store=store, registry=registry)
    with serving(own, letter, routes) as pages:
        yield pages
    letter.close()


@contextmanager
def serving(
    own: Office, letter: flow.Letter, routes: tuple[BaseRoute, ...] = ()
) -> Iterator[Pages]:
    """Serve the pages of an office."""
    app = make_app(own)
    app.router.routes[:0] = routes
    runner = server(app, own.web.connections)
    with listen("127.0.0.1", 0) as place:
        thread = threading.Thread(target=runner.run, args=([place],), daemon=True)
        thread.start()
        try:
            yield Pages(letter, own, app, runner, place.getsockname()[1])
        finally:
            runner.should_exit = True
            thread.join(10)
            assert not thread.is_alive()
