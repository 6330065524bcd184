"""The pages of a newsletter on a real server, and a browser's part of it. No tests here."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import flow
import lxml.html
import uvicorn
from smtp_faults import Seen, serving
from starlette.routing import BaseRoute

from digest.cli.mailing import invite_due
from digest.cli.serve import office
from digest.settings import load
from digest.web.app import make_app
from digest.web.office import Office

WEB = "https://lists.example.org"
TOPICS = (
    '[topics.video]\ntitle = "Video"\nwords = ["video"]\n\n[topics.robots]\nwords = ["robots"]\n'
)
CONFIG = f"""[site]
url = "{flow.SITE}"

[web]
url = "{WEB}"
asks_per_hour = 0
asks_per_hour_in_all = 0
forms_per_hour = 0
requests_per_minute = 0

{TOPICS}"""

__all__ = ["FORM", "WEB", "Answer", "Room", "flow", "found", "opened", "page_of", "quote"]

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(slots=True)
class Room:
    """A newsletter with its pages, on a port of this machine, and a mail server beside it."""

    letter: flow.Letter
    office: Office
    port: int
    seen: Seen
    bell: threading.Event = field(default_factory=threading.Event)

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        return self._ask(method, path, None, headers)

    def post(self, path: str, fields: object = (), **headers: str) -> Answer:
        """Send a form as no browser does; `fields` are a mapping or pairs."""
        body = urlencode(fields, doseq=True).encode()  # type: ignore[arg-type]
        return self._ask("POST", path, body, {"Content-Type": FORM, **headers})

    def send(self, path: str, body: bytes, kind: str, **headers: str) -> Answer:
        return self._ask("POST", path, body, {"Content-Type": kind, **headers})

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

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            host = urlsplit(WEB).netloc
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, {"Host": host, **named})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read())
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
    web: str = "",
    more: str = "",
    routes: Sequence[BaseRoute] = (),
) -> Iterator[Room]:
    """Serve the pages of a newsletter made in a folder; `web` and `more` are more settings.

    `routes` are looked at before the newsletter's own.
    """
    with serving(script or {}) as (smtp_port, seen):
        (root / "inbox").mkdir(parents=True, exist_ok=True)
        store = f'[store]\nurl = "{store_url}"\n' if store_url else ""
        smtp = f'[smtp]\nhost = "127.0.0.1"\nport = {smtp_port}\ntls = "none"\n'
        (root / "digest.toml").write_text(f"{_with(web)}\n{store}{smtp}{more}")
        letter = flow.Letter(root, load(root, environ={}))
        letter.at = at
        bell = threading.Event()
        own = office(letter, bell)
        try:
            with _served(own, routes) as port:
                yield Room(letter, own, port, seen, bell)
        finally:
            letter.close()


def _with(web: str) -> str:
    return CONFIG.replace("[web]\n", f"[web]\n{web}\n")


@contextmanager
def _served(own: Office, routes: Sequence[BaseRoute]) -> Iterator[int]:
    app = make_app(own)
    app.router.routes[:0] = routes
    config = uvicorn.Config(app, port=0, log_level="error", lifespan="off", proxy_headers=False)
    server = uvicorn.Server(config)
    with config.bind_socket() as sock:
        sock.listen()  # who asks before the server is up waits
        thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)
