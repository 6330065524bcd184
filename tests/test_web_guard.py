"""What stands before all pages: hosts, sizes, times, methods, headers; errors tell nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import webroom
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from webroom import HOST, Room

from digest.errors import StoreBusy
from digest.web import guard
from digest.web.headers import Hosts, Origins, origin_of
from digest.web.protocol import TimedProtocol

SECRET = "hushhush"


def boom(request: Request) -> Response:
    raise ValueError(f"reader@example.org {request.path_params['token']}")


def busy(_: Request) -> Response:
    raise StoreBusy("another process holds it")


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


def own_policy(_: Request) -> Response:
    return PlainTextResponse("x", headers={"Content-Security-Policy": "sandbox"})


ROUTES = (
    Route("/boom/{token}", boom, methods=["GET", "POST"]),
    Route("/busy", busy),
    Route("/echo", echo, methods=["POST"]),
    Route("/own", own_policy),
)
ALWAYS = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Room]:
    with webroom.opened(tmp_path, routes=ROUTES, max_body_kib=4, requests_per_minute=0) as found:
        yield found


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (HOST, True),
        (HOST.upper(), True),
        (f"{HOST}:8443", True),
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("[::1]:80", True),
        ("other.example:81", True),
        ("other.example", False),
        ("other.example:82", False),
        ("more.example:1", True),
        (f"{HOST}.evil.example", False),
        (f"evil.{HOST}", False),
        ("evil.example", False),
        (f"{HOST}:", False),
        (f"{HOST}:x", False),
        (f"user@{HOST}", False),
        (f"{HOST}@evil.example", False),
        (f"{HOST}/", False),
        (f"{HOST}, evil.example", False),
        ("169.254.169.254", False),
        ("[::1", False),
        ("", False),
    ],
)
def test_a_host_is_one_of_ours_or_refused(host: str, expected: bool) -> None:
    hosts = Hosts((f"https://{HOST}/letters", ""), ("other.example:81", "more.example"))
    assert hosts.has(host) is expected


def test_under_another_name_there_is_nothing_but_health(pages: Room) -> None:
    assert pages.ask("/", Host="evil.example").status == 421
    assert pages.post("/echo", Host="evil.example").status == 421
    assert pages.ask("/healthz", Host="10.1.2.3").status == 200
    assert pages.ask("/").status == 200


@pytest.mark.parametrize(
    ("path", "method", "host", "status"),
    [
        ("/", "GET", HOST, 200),
        ("/nothing", "GET", HOST, 404),
        ("/echo", "GET", HOST, 404),
        ("/echo", "PUT", HOST, 405),
        ("/", "TRACE", HOST, 405),
        ("/", "GET", "evil.example", 421),
        ("/boom/x", "GET", HOST, 500),
        ("/busy", "GET", HOST, 503),
        ("/healthz", "GET", HOST, 200),
        ("/assets/style.css", "GET", HOST, 200),
    ],
)
def test_every_answer_says_what_it_may_do(
    pages: Room, path: str, method: str, host: str, status: int
) -> None:
    answer = pages.ask(path, method, Host=host)
    assert answer.status == status
    assert answer.headers.items() >= ALWAYS.items()
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert ("script-src 'self'" in policy) is (path == "/" and status == 200)
    assert policy.count("script-src") <= 1
    assert not {"server", "set-cookie", "strict-transport-security"} & answer.headers.keys()


def test_a_page_may_have_a_policy_of_its_own(pages: Room) -> None:
    assert pages.ask("/own").headers["content-security-policy"] == "sandbox"


def test_no_page_has_inline_script_or_style(pages: Room) -> None:
    for path in ("/", "/nothing", "/boom/x", "/check"):
        body = pages.ask(path).body.decode()
        assert body.count("<script") == body.count('<script src="/assets/zone.js" defer></script>')
        assert "<style" not in body
        assert " style=" not in body


def test_https_is_remembered_where_a_trusted_proxy_says_so(tmp_path: Path) -> None:
    told = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "https"}
    with webroom.opened(tmp_path, trusted_proxies=["127.0.0.1"]) as pages:
        assert "strict-transport-security" in pages.ask("/", **told).headers
        told["X_Forwarded_Host"] = "evil.example"
        assert pages.ask("/", **told).status == 421


def test_what_an_unknown_proxy_says_is_told_once(
    pages: Room, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        answer = pages.ask("/", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="https")
        assert "strict-transport-security" not in answer.headers
    warnings = [each for each in caplog.records if "trusted_proxies" in each.getMessage()]
    assert len(warnings) == 1
    assert "203.0" not in caplog.text


@pytest.mark.parametrize("path", ["/", "/nothing", "/assets/style.css", "/boom/x", "/healthz"])
def test_head_is_get_without_the_body(pages: Room, path: str) -> None:
    get, head = pages.ask(path), pages.ask(path, "HEAD")
    assert head.body == b""
    assert head.status == get.status
    differs = {"date"}
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}, differs


def test_options_tells_what_can_be_asked(pages: Room) -> None:
    for path, allowed in (("/echo", "OPTIONS, POST"), ("/healthz", "GET, HEAD, OPTIONS")):
        answer = pages.ask(path, "OPTIONS")
        assert (answer.status, answer.body) == (204, b"")
        assert answer.headers["allow"] == allowed
    assert pages.ask("/boom/x", "OPTIONS").status == 204


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "GETT"])
def test_other_methods_are_refused(pages: Room, method: str) -> None:
    answer = pages.ask("/healthz", method)
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]


def test_a_body_is_bounded_told_or_not(pages: Room) -> None:
    assert pages.ask("/echo", "POST", b"x" * 4096).body == b"4096"
    assert pages.ask("/echo", "POST", b"x" * 4097).status == 413
    chunked = iter([b"x" * 4000, b"x" * 4000])
    assert pages.ask("/echo", "POST", chunked).status == 413
    assert pages.ask("/subscribe", "POST", b"x" * 9000, Content_Type=webroom.FORM).status == 413


def test_a_body_that_does_not_come_is_not_waited_for(
    pages: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.1)
    head = f"POST /echo HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 9\r\n\r\nx"
    assert pages.raw(head.encode()).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_does_not_come_is_not_waited_for(
    pages: Room, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TimedProtocol, "head_seconds", 0.1)
    with suppress(ConnectionResetError):
        assert pages.raw(sent) == b""


def test_a_head_is_bounded(pages: Room) -> None:
    head = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Long: {'x' * 70_000}\r\n\r\n".encode()
    with suppress(ConnectionError):  # refused before all of it was sent
        assert pages.raw(head)[9:12] in {b"400", b"431"}
    assert pages.ask(f"/?{'x' * 20_000}").status in {400, 431}


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: lists.example.org\r\nX: a\rb\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: lists.example.org\r\nContent-Length: 1\r\n"
        b"Content-Length: 2\r\n\r\nxx",
        b"POST /echo HTTP/1.1\r\nHost: lists.example.org\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused(pages: Room, head: bytes) -> None:
    assert pages.raw(head).startswith(b"HTTP/1.1 400 ")
    assert pages.ask("/healthz").status == 200


def test_an_error_is_told_by_its_type_and_place_only(
    pages: Room, caplog: pytest.LogCaptureFixture
) -> None:
    body = f"address=reader%40example.org&token={SECRET}"
    answer = pages.ask(f"/boom/{SECRET}?q={SECRET}", "POST", body, Content_Type=webroom.FORM)
    assert answer.status == 500
    assert b"Nothing was changed" in answer.body
    told = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert [each.getMessage()[:10] for each in told] == ["ValueError"]
    for where in (caplog.text, answer.body.decode(), str(answer.headers)):
        assert SECRET not in where
        assert "reader@example.org" not in where


def test_a_busy_database_is_no_fault_of_ours(pages: Room) -> None:
    answer = pages.ask("/busy")
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")


def test_below_a_path_both_kinds_of_proxy_work(tmp_path: Path) -> None:
    with webroom.opened(tmp_path, url=f"https://{HOST}/letters") as pages:
        for path in ("/letters/", "/"):
            body = pages.ask(path).body.decode()
            assert 'href="/letters/assets/style.css"' in body
        assert pages.ask("/letters/assets/style.css").status == 200
        assert pages.ask("/assets/style.css").status == 200
        assert pages.ask("/letters/healthz", Host="x").status == 200
        assert pages.ask("/lettersx").status == 404


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "null"}, False),
        ({"sec-fetch-site": "same-site", "origin": "https://evil.example.org"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "https://blog.example"}, True),
        ({"origin": "https://blog.example"}, True),
        ({"origin": "https://blog.example.evil.example"}, False),
        ({"origin": "http://blog.example"}, False),
        ({"origin": "HTTPS://LISTS.example.org"}, True),
        ({"origin": "null"}, None),
        ({}, True),
        ({"sec-fetch-site": "cross-site"}, False),
    ],
)
def test_forms_come_from_our_own_pages(headers: dict[str, str], expected: bool | None) -> None:
    origins = Origins(("https://blog.example:443/x", ""))
    assert origins.judge(headers, "https://lists.example.org") is expected


def test_an_origin_is_written_as_browsers_write_it() -> None:
    assert origin_of("https://a.example:443/x") == "https://a.example"
    assert origin_of("http://[::1]:8000/") == "http://[::1]:8000"
