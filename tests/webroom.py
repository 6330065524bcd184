"""The pages of a newsletter on a real server, and a browser's part of it. No tests here."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlencode

import flow
import lxml.html
from smtp_faults import Seen, serving
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from digest.cli.mailing import invite_due
from digest.cli.serve import office
from digest.settings import load
from digest.store import open_store
from digest.web.app import make_app
from digest.web.office import Office
from digest.web.serving import Server, listen, server

HOST = "lists.example.org"
WEB = f"https://{HOST}"
FORM = "application/x-www-form-urlencoded"
TOPICS = (
    '[topics.video]\ntitle = "Video"\nwords = ["video"]\n\n[topics.robots]\nwords = ["robots"]\n'
)
Body = bytes | str | Iterable[bytes] | None
UNLIMITED = {
    "asks_per_hour": 0,
    "asks_per_hour_in_all": 0,
    "forms_per_hour": 0,
    "requests_per_minute": 0,
}

__all__ = ["FORM", "HOST", "WEB", "Answer", "Room", "flow", "found", "opened", "page_of", "quote"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True, slots=True)
class Line:
    """A connection."""

    connection: http.client.HTTPConnection

    def ask(
        self, path: str = "/", method: str = "GET", body: Body = None, **headers: str
    ) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, body, {"Host": HOST, **named})
        answer = self.connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, told, answer.read())

    def post(self, path: str, fields: object = (), **headers: str) -> Answer:
        body = urlencode(fields, doseq=True).encode()  # type: ignore[arg-type]
        return self.ask(path, "POST", body, **{"Content-Type": FORM, **headers})


@dataclass(slots=True)
class Room:
    """A newsletter with its pages, on a port of this machine, and a mail server beside it."""

    letter: flow.Letter
    office: Office
    app: Starlette
    server: Server
    port: int
    seen: Seen
    bell: threading.Event = field(default_factory=threading.Event)

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        return self.ask(path, method, **headers)

    def post(self, path: str, fields: object = (), **headers: str) -> Answer:
        """Send a form as no browser does; `fields` are a mapping or pairs."""
        with self.line() as line:
            return line.post(path, fields, **headers)

    def raw(self, sent: bytes) -> bytes:
        """Send bytes; return all that comes until the other side closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as caller:
            caller.sendall(sent)
            return b"".join(iter(lambda: caller.recv(65536), b""))

    def send(
        self, path: str, body: bytes, kind: str, method: str = "POST", **headers: str
    ) -> Answer:
        return self.ask(path, method, body, **{"Content-Type": kind, **headers})

    def mails(self) -> list[bytes]:
        """Send what is due to be confirmed; return all mails that came so far."""
        invite_due(self.letter, threading.Event())
        return self.seen.mails

    def path_in(self, mail: bytes, page: str) -> str:
        """Return the path of a link to a page in the text of a mail."""
        whole = mail.replace(b"=\r\n", b"").decode()
        found = re.search(rf"{re.escape(WEB)}(/{page}/[a-z2-7]+)", whole)
        assert found, whole
        return found[1]

    def token(self, page: str, number: int, rest: str = "") -> str:
        return f"/{page}/{self.office.signer.token(page, f'{number}{rest}')}"

    def ask(
        self, path: str = "/", method: str = "GET", body: Body = None, **headers: str
    ) -> Answer:
        with self.line() as line:
            return line.ask(path, method, body, **headers)

    @contextmanager
    def line(self) -> Iterator[Line]:
        """Give a connection that is kept from one request to the next."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            yield Line(connection)
        finally:
            connection.close()


def page_of(answer: Answer) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(answer.text)


def found(page: lxml.html.HtmlElement, path: str) -> list[lxml.html.HtmlElement]:
    """Return what an XPath finds; `#id` and `.class` stand for elements that have them."""
    if path.startswith("#"):
        path = f"//*[@id='{path[1:]}']"
    elif path.startswith("."):
        path = f"//*[contains(concat(' ', @class, ' '), ' {path[1:]} ')]"
    return list(page.xpath(path))


@contextmanager
def opened(
    root: Path,
    store_url: str = "",
    at: datetime = flow.AT,
    script: Mapping[str, str] | None = None,
    *,
    routes: Sequence[BaseRoute] = (),
    url: str = WEB,
    more: str = "",
    smtp: Mapping[str, object] | None = None,
    site: Mapping[str, object] | None = None,
    **web: object,
) -> Iterator[Room]:
    """Serve the pages of a newsletter made in a folder, and other routes before them.

    `more` are more settings, `web` those of that section; where none is given, nothing is limited.
    """
    with serving(script or {}) as (smtp_port, seen):
        (root / "inbox").mkdir(parents=True, exist_ok=True)
        sections = {
            "site": {"url": flow.SITE} | dict(site or {}),
            "web": {"url": url, **(web or UNLIMITED)},
            "store": {"url": store_url} if store_url else {},
            "smtp": {"host": "127.0.0.1", "port": smtp_port, "tls": "none"} | dict(smtp or {}),
        }
        (root / "digest.toml").write_text(f"{_toml(sections)}\n{TOPICS}{more}")
        letter = flow.Letter(root, load(root, environ={}))
        letter.at = at
        _be_empty(letter)
        bell = threading.Event()
        own = office(letter, bell)
        app = make_app(own)
        app.router.routes[:0] = routes
        try:
            with _served(app, own.web.connections) as (runner, port):
                yield Room(letter, own, app, runner, port, seen, bell)
        finally:
            letter.close()


def _be_empty(letter: flow.Letter) -> None:
    """Put the store of a new newsletter there, as making one takes most of the time that it opens.

    One with an output, or with a database elsewhere, finds or makes its own.
    """
    path = letter.root / "digest.db"
    is_new = not letter.folder.exists() and not any(letter.root.glob(f"{path.name}*"))
    if is_new and letter.settings.store.url == f"sqlite:///{path}":
        path.touch(mode=0o600)
        path.write_bytes(_empty_store())


@cache
def _empty_store() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "digest.db"
        open_store(f"sqlite:///{path}").close()
        assert [each.name for each in path.parent.iterdir()] == [path.name]
        return path.read_bytes()


def _toml(sections: Mapping[str, Mapping[str, object]]) -> str:
    return "".join(
        f"[{section}]\n" + "".join(f"{name} = {json.dumps(v)}\n" for name, v in told.items())
        for section, told in sections.items()
        if told
    )


@contextmanager
def _served(app: Starlette, connections: int) -> Iterator[tuple[Server, int]]:
    runner = server(app, connections)
    with listen("127.0.0.1", 0) as place:
        thread = threading.Thread(target=runner.run, args=([place],), daemon=True)
        thread.start()
        try:
            yield runner, place.getsockname()[1]
        finally:
            runner.should_exit = True
            thread.join(10)
            assert not thread.is_alive()
