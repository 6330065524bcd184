"""The curator's desk on a real server, behind a proxy that speaks https. No tests here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import webroom
from starlette.routing import BaseRoute
from webroom import Answer, Room

from digest.passwords import hashed

PASSWORD = "correct horse battery staple"
HASH = hashed(PASSWORD, b"salt of 16 bytes")
KEY = "key-of-scripts"
WEB = 'trusted_proxies = ["127.0.0.1"]'
ADMIN = f"""
[admin]
password_hash = "{HASH}"
key_hash = "{sha256(KEY.encode()).hexdigest()}"
tries_per_hour = 0
tries_per_hour_in_all = 0
"""
HTTPS = {"X-Forwarded-Proto": "https"}


@dataclass(slots=True)
class Desk:
    """The desk, with a browser's part of it: the session's cookie and stamp."""

    room: Room
    cookie: str = ""

    def get(self, path: str, **headers: str) -> Answer:
        return self.room.get(path, **self._headers(), **headers)

    def post(self, path: str, fields: dict[str, object] | None = None, **headers: str) -> Answer:
        """Send a form as a page of the session would: with its stamp."""
        sent = {"stamp": self.stamp(), **(fields or {})}
        return self.bare(path, sent, **headers)

    def bare(self, path: str, fields: object = (), **headers: str) -> Answer:
        """Send a form without a stamp, unless the fields have one."""
        return self.room.post(path, fields, **self._headers(), **headers)

    def stamp(self) -> str:
        """Return what forms of the session carry: any page of the desk has it, to sign out."""
        return stamp_in(self.bare("/admin/sign-out"))

    def sign_in(self, password: str = PASSWORD) -> Answer:
        """Type a password; keep the cookie that comes back."""
        page = self.get("/admin/sign-in")
        sent = {"password": password, "stamp": stamp_in(page)}
        answer = self.bare("/admin/sign-in", sent)
        self.cookie = answer.headers.get("set-cookie", "").partition(";")[0] or self.cookie
        return answer

    def script(self, path: str, sent: bytes | None = None, key: str = KEY) -> Answer:
        """Ask as a script does: JSON by POST, GET where nothing is sent."""
        told = HTTPS | {"Authorization": f"Bearer {key}"}
        if sent is None:
            return self.room.get(path, **told)
        return self.room.send(path, sent, "application/json", **told)

    def _headers(self) -> dict[str, str]:
        return HTTPS | ({"Cookie": self.cookie} if self.cookie else {})


def stamp_in(answer: Answer) -> str:
    """Return the stamp that a page's first form has."""
    found = webroom.page_of(answer).xpath("string(//input[@name='stamp']/@value)")
    return str(found)


@contextmanager
def opened(
    root: Path,
    store_url: str = "",
    admin: str = ADMIN,
    web: str = WEB,
    routes: Sequence[BaseRoute] = (),
) -> Iterator[Desk]:
    """Serve a newsletter with its desk; nobody is signed in."""
    with webroom.opened(root, store_url, web=web, more=admin, routes=routes) as room:
        yield Desk(room)


@contextmanager
def signed_in(root: Path, store_url: str = "") -> Iterator[Desk]:
    """Serve a newsletter with its desk, and sign in."""
    with opened(root, store_url) as desk:
        assert desk.sign_in().status == 303
        yield desk
