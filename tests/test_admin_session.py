"""Signing in at the desk: by password, by a proxy's word, by key; and all that is refused."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import deskroom
import pytest
import webroom
from deskroom import ADMIN, HASH, KEY, PASSWORD, Desk
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest.errors import ConfigError
from digest.passwords import hashed, is_right
from digest.settings import load
from digest.subscribing.forms import Fields, first
from digest.web.admin import shell
from digest.web.documents import told_alone

HOUR = timedelta(hours=1)


def shown(_request: Request) -> Response:
    return PlainTextResponse("shown")


def changed(_request: Request, sent: Fields) -> Response:
    return PlainTextResponse(f"changed {first(sent, 'to')}")


def told(request: Request, sent: Mapping[str, Any]) -> Response:
    return told_alone(request, dict(sent))


PAGES = (
    Route("/admin/try", shell.viewing(shown), methods=["GET"]),
    Route("/admin/try", shell.curating(changed), methods=["POST"]),
    Route("/api/admin/try", shell.for_scripts(told)),
    Route(
        "/api/admin/try",
        shell.for_scripts(told),
        methods=["POST"],
    ),
)


def opened(root: Path, **told: Any) -> AbstractContextManager[Desk]:
    return deskroom.opened(root, routes=PAGES, **told)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path) as found:
        yield found


def test_a_password_is_told_from_others() -> None:
    kept = hashed("páss word", b"x" * 16)
    assert kept.startswith("scrypt:15:8:3:")
    assert is_right("pa\N{COMBINING ACUTE ACCENT}ss word", kept)  # typed on another keyboard
    assert not is_right("pass word", kept)
    assert not is_right("", kept)
    assert hashed("páss word", b"y" * 16) != kept


def test_without_settings_there_is_no_desk(tmp_path: Path) -> None:
    with opened(tmp_path, admin="") as desk:
        for path in ("/admin", "/admin/try", "/admin/sign-in", "/api/admin/try"):
            assert desk.get(path).status in {308, 404}, path
        for path in ("/admin/try", "/admin/sign-in", "/admin/sign-out"):
            assert desk.bare(path, {"password": PASSWORD}).status == 404, path
        assert desk.script("/api/admin/try").status == 404


def test_who_gives_the_password_is_signed_in(desk: Desk) -> None:
    before = desk.get("/admin/try")
    assert (before.status, before.headers["location"]) == (303, "/admin/sign-in")
    answer = desk.sign_in()
    assert (answer.status, answer.headers["location"]) == (303, "/admin/")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-desk=")
    for part in ("; httponly", "; secure", "; samesite=strict", "; path=/", "; max-age=43200"):
        assert part in cookie
    assert "domain" not in cookie
    assert desk.get("/admin/try").text == "shown"
    assert desk.get("/admin/sign-in").status == 303


@pytest.mark.parametrize("typed", ["", "x", PASSWORD + " ", PASSWORD.upper(), HASH, "é" * 3000])
def test_another_password_is_refused(desk: Desk, typed: str) -> None:
    answer = desk.sign_in(typed)
    assert answer.status == 403
    assert "set-cookie" not in answer.headers
    assert webroom.found(webroom.page_of(answer), "#password-error")
    assert desk.get("/admin/try").status == 303


def test_who_signs_out_is_out(desk: Desk) -> None:
    desk.sign_in()
    assert desk.bare("/admin/sign-out").status == 403
    answer = desk.post("/admin/sign-out")
    assert (answer.status, answer.headers["location"]) == (303, "/admin/sign-in")
    assert "max-age=0" in answer.headers["set-cookie"].lower()


def test_a_session_ends_when_its_hours_are_over(desk: Desk) -> None:
    desk.sign_in()
    desk.room.letter.at += 12 * HOUR - timedelta(seconds=1)
    assert desk.get("/admin/try").status == 200
    desk.room.letter.at += timedelta(seconds=1)
    assert desk.get("/admin/try").status == 303
    desk.room.letter.at -= 20 * HOUR
    assert desk.get("/admin/try").status == 303  # none lasts so long: the clock was set back


def test_another_password_hash_ends_all_sessions(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        desk.sign_in()
        cookie = desk.cookie
    with opened(tmp_path) as desk:
        desk.cookie = cookie
        assert desk.get("/admin/try").status == 200
    other = ADMIN.replace(HASH, hashed(PASSWORD, b"other salt of 16"))
    with opened(tmp_path, admin=other) as desk:
        desk.cookie = cookie
        assert desk.get("/admin/try").status == 303
        assert desk.sign_in().status == 303


def test_no_bit_of_the_cookie_may_differ(desk: Desk) -> None:
    desk.sign_in()
    good = desk.cookie
    name, _, value = good.partition("=")
    for at in range(len(value)):
        for bit in range(7):
            other = chr(ord(value[at]) ^ 1 << bit)
            if other.lower() == value[at] or not other.isprintable() or other in '";,\\ ':
                continue  # the same letter, or no cookie any more
            desk.cookie = f"{name}={value[:at]}{other}{value[at + 1 :]}"
            assert desk.get("/admin/try").status == 303, (at, bit)
    for told in ("", value[:-1], value[1:], value + "a", "a" * 200, "=" * 9):
        desk.cookie = f"{name}={told}"
        assert desk.get("/admin/try").status == 303, told
    desk.cookie = good.replace("__Host-", "")
    assert desk.get("/admin/try").status == 303
    desk.cookie = good
    assert desk.get("/admin/try").status == 200


def test_tokens_for_other_purposes_open_nothing(desk: Desk) -> None:
    signer = desk.room.office.signer
    ends = int(desk.room.letter.at.timestamp()) + 60
    for purpose in ("desk", "desk ", "form", "preferences", f"desk{HASH}"):
        desk.cookie = f"__Host-desk={signer.token(purpose, f'{ends} abc')}"
        assert desk.get("/admin/try").status == 303, purpose


def test_a_form_counts_only_with_its_sessions_stamp(desk: Desk, tmp_path: Path) -> None:
    public = deskroom.stamp_in(desk.get("/admin/sign-in"))
    desk.sign_in()
    first_stamp = desk.stamp()
    assert desk.post("/admin/try", {"to": "1"}).text == "changed 1"
    for told in ("", public, first_stamp[:-1], first_stamp + "a"):
        assert desk.bare("/admin/try", {"stamp": told, "to": "1"}).status == 403, told
    assert desk.get("/admin/try?to=1&stamp=" + first_stamp).text == "shown"
    other = Desk(desk.room)
    other.sign_in()
    assert other.bare("/admin/try", {"stamp": first_stamp}).status == 403
    assert other.stamp() != first_stamp
    desk.cookie = ""
    assert desk.bare("/admin/try", {"stamp": first_stamp}).status == 403


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({}, True),
        ({"Origin": webroom.WEB, "Sec_Fetch_Site": "same-origin"}, True),
        ({"Origin": webroom.WEB}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "null", "Sec_Fetch_Site": "same-origin"}, True),
        ({"Origin": "null", "Sec_Fetch_Site": "cross-site"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"}, False),
        ({"Origin": webroom.flow.SITE, "Sec_Fetch_Site": "same-site"}, False),
    ],
)
def test_a_form_of_another_site_is_refused(
    desk: Desk, headers: dict[str, str], is_taken: bool
) -> None:
    desk.sign_in()
    answer = desk.post("/admin/try", {"to": "1"}, **headers)
    assert answer.status == (200 if is_taken else 403)


def test_the_desk_cannot_be_framed_and_runs_no_script(desk: Desk) -> None:
    desk.sign_in()
    for answer in (
        desk.get("/admin/try"),
        desk.bare("/admin/sign-out"),
        Desk(desk.room).sign_in(""),
    ):
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers


def test_a_password_is_not_taken_over_plain_http(desk: Desk) -> None:
    bare = desk.room.post("/admin/sign-in", {"password": PASSWORD})
    assert "set-cookie" not in bare.headers
    assert not webroom.found(webroom.page_of(bare), "#password")
    here = desk.room.post("/admin/sign-in", {"password": PASSWORD}, Host="localhost:8000")
    assert here.status == 303
    assert here.headers["set-cookie"].startswith("desk=")


LIMITED = ADMIN.replace("hour = 0", "hour = 3").replace("all = 0", "all = 5")


def test_tries_are_limited_over_restarts(tmp_path: Path) -> None:
    def ask(desk: Desk, client: str, password: str = "x") -> int:
        sent = {"password": password}
        return desk.bare("/admin/sign-in", sent, X_Forwarded_For=client).status

    with opened(tmp_path, admin=LIMITED) as desk:
        assert [ask(desk, "203.0.113.1") for _ in range(4)] == [403, 403, 403, 429]
    with opened(tmp_path, admin=LIMITED) as desk:
        assert ask(desk, "203.0.113.9", PASSWORD) == 429  # the right one too: same network
        assert ask(desk, "198.51.100.1") == 403
        assert ask(desk, "198.51.100.1", PASSWORD) == 303
        assert ask(desk, "192.0.2.1") == 429  # all together
        desk.room.letter.at += HOUR
        assert ask(desk, "203.0.113.1", PASSWORD) == 303


PROXIED = '\n[admin]\nproxy_header = "Remote-User"\n'


def test_a_trusted_proxy_tells_who_is_signed_in(tmp_path: Path) -> None:
    with opened(tmp_path, admin=PROXIED) as desk:
        assert desk.get("/admin/try", Remote_User="ada").text == "shown"
        assert desk.get("/admin/try").status == 303
        for told in ("", " ", "a" * 201):
            assert desk.get("/admin/try", Remote_User=told).status == 303
        page = desk.bare("/admin/try", Remote_User="<b>ada</b>")
        assert page.status == 403
        assert "<b>" not in page.text
        stamp = deskroom.stamp_in(desk.bare("/admin/try", Remote_User="ada"))
        assert stamp == ""  # there is no form: the proxy signs out
        asking = desk.get("/admin/sign-in")
        assert not webroom.found(webroom.page_of(asking), "#password")
        assert desk.bare("/admin/sign-in", {"password": PASSWORD}).status == 200


def test_a_name_that_stands_there_twice_is_nobodys(tmp_path: Path) -> None:
    with opened(tmp_path, admin=PROXIED) as desk:
        for names in (["ada"], ["ada", "eve"]):
            connection = HTTPConnection("127.0.0.1", desk.room.port, timeout=20)
            connection.putrequest("GET", "/admin/try", skip_host=True)
            connection.putheader("Host", urlsplit(webroom.WEB).netloc)
            for name in names:
                connection.putheader("Remote-User", name)
            connection.endheaders()
            assert connection.getresponse().status == (200 if len(names) == 1 else 303)
            connection.close()


def test_who_is_no_trusted_proxy_names_nobody(tmp_path: Path) -> None:
    for proxies in ((), ("10.0.0.0/8",)):
        with opened(tmp_path, admin=PROXIED, proxies=proxies) as desk:
            forwarded = {"X_Forwarded_For": "10.0.0.1"}
            assert desk.get("/admin/try", Remote_User="ada", **forwarded).status == 303
            assert desk.bare("/admin/try", Remote_User="ada").status == 403


def test_scripts_have_a_key(desk: Desk) -> None:
    assert desk.script("/api/admin/try").text == "{}"
    assert desk.script("/api/admin/try", b'{"a": [1]}').text == '{"a": [1]}'
    desk.sign_in()
    for answer in (
        desk.script("/api/admin/try", key=""),
        desk.script("/api/admin/try", key=KEY + "x"),
        desk.get("/api/admin/try"),  # a session is no key
        desk.get("/api/admin/try", Authorization=f"Basic {KEY}"),
    ):
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"[]", 422), (b"", 400), (b"{", 400), (b"\xff", 400), (b"[" * 30_000, 400), (b"1", 422)],
)
def test_a_script_sends_a_json_object(desk: Desk, sent: bytes, status: int) -> None:
    assert desk.script("/api/admin/try", sent).status == status


def test_a_script_sends_nothing_else_and_is_no_other_sites_page(desk: Desk) -> None:
    told = {"Authorization": f"Bearer {KEY}", **deskroom.HTTPS}
    assert desk.room.post("/api/admin/try", {"a": "1"}, **told).status == 415
    evil = {**told, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert desk.room.get("/api/admin/try", **evil).status == 403


def test_neither_logs_nor_the_database_tell_a_password(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.sign_in("a wrong one")
    desk.sign_in()
    desk.bare("/admin/sign-in", {"password": "not stamped"}, Origin="https://evil.example")
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "a wrong password was given at the desk" in said
    assert "somebody signed in at the desk" in said
    for secret in (PASSWORD, "a wrong one", "not stamped", HASH, desk.cookie, "127.0.0.1"):
        assert secret not in said
    with sqlite3.connect(tmp_path / "digest.db") as database:
        dumped = "\n".join(database.iterdump())
    assert PASSWORD not in dumped
    assert HASH not in dumped


def run(*arguments: str, typed: str, code: int = 0) -> str:
    done = subprocess.run(
        [Path(sys.executable).parent / "digest", "admin", *arguments],
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout


def test_the_command_prints_what_the_settings_keep(tmp_path: Path) -> None:
    printed = run("password", typed=f"{PASSWORD}\r\n")
    assert PASSWORD not in printed
    with opened(tmp_path, admin="\n" + printed) as desk:
        assert desk.sign_in().status == 303
    printed = run("key", typed="")
    own = printed.splitlines()[0].rpartition(" ")[2]
    with opened(tmp_path, admin="\n" + printed) as desk:
        assert desk.script("/api/admin/try", key=own).status == 200
        assert desk.script("/api/admin/try").status == 401
    assert printed != run("key", typed="")


@pytest.mark.parametrize("typed", ["", "\n", "short\n", "x" * 2000, "with\tcontrol characters\n"])
def test_a_weak_password_is_refused(typed: str) -> None:
    assert run("password", typed=typed, code=2) == ""


@pytest.mark.parametrize(
    "told",
    [
        f'password_hash = "{PASSWORD}"',
        'password_hash = "scrypt:40:8:1:c2FsdA:aGFzaA"',
        f'key_hash = "{KEY}"',
        'proxy_header = "Remote User"',
        'proxy_header = "X\\nY"',
        "session_hours = 0",
    ],
)
def test_a_setting_that_is_no_hash_is_refused_and_not_shown(tmp_path: Path, told: str) -> None:
    (tmp_path / "digest.toml").write_text(f"[admin]\n{told}\n")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, environ={})
    assert PASSWORD not in str(caught.value)
    assert KEY not in str(caught.value)
    shown = load(make(tmp_path), environ={}).shown()["admin"]
    assert (shown["password_hash"], shown["key_hash"]) == ("***", "***")


def make(root: Path) -> Path:
    (root / "digest.toml").write_text(ADMIN)
    return root
