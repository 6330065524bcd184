"""Posting over https: to a checked address only, for the name asked, within a time, to no other."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from https_server import HOST, PUBLIC, Server, certificate, says, serving, status

from digest.channels import Poster
from digest.channels.addresses import is_allowed
from digest.models import Notice

SECRET = "T0P-SECRET"
NOTICE = Notice(
    url=f"https://{HOST}/services/{SECRET}?key={SECRET}", body=b'{"text": "caf\xc3\xa9"}'
)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


def test_a_post_arrives_whole_for_its_name_at_the_checked_address(pair: tuple[Path, Path]) -> None:
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return [PUBLIC]

    with serving(pair, status(200, b"ok")) as server:
        answer = server.poster(resolve=resolve).post(NOTICE)
    assert (answer.code, answer.failure) == (200, "")
    assert asked == [(HOST, 443)]
    assert server.dialled == [(PUBLIC, 443)]
    assert server.names == [HOST]
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == f"POST /services/{SECRET}?key={SECRET} HTTP/1.1"
    assert f"Host: {HOST}" in lines
    assert "Content-Type: application/json; charset=utf-8" in lines
    assert body == NOTICE.body


def test_a_port_and_headers_are_those_of_the_notice(pair: tuple[Path, Path]) -> None:
    notice = Notice(url=f"https://{HOST}:8443", body=b"{}", headers=(("webhook-id", "x"),))
    with serving(pair, status(204)) as server:
        assert server.poster().post(notice).code == 204
    assert server.dialled == [(PUBLIC, 8443)]
    head = server.requests[0].decode()
    assert head.startswith("POST / HTTP/1.1\r\n")
    assert f"\r\nHost: {HOST}:8443\r\n" in head
    assert "\r\nwebhook-id: x\r\n" in head


def test_an_ipv6_address_is_named_in_brackets(pair: tuple[Path, Path]) -> None:
    address = "2606:4700::1111"
    with serving(pair, status(204)) as server:
        context = ssl.create_default_context(cafile=str(server.authority))
        context.check_hostname = False
        poster = server.poster(resolve=lambda host, port: [host], context=context)
        assert poster.post(Notice(url=f"https://[{address}]/", body=b"{}")).code == 204
    assert server.dialled == [(address, 443)]
    assert f"\r\nHost: [{address}]\r\n" in server.requests[0].decode()


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (status(404, b"no_service"), 404),
        (status(301, b"", "Location: https://elsewhere.example.org/"), 301),
        (status(307, b"", "Location: http://127.0.0.1/"), 307),
        (says(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), 200),
        (says(b"HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n4\r\noops\r\n"), 500),
    ],
)
def test_the_status_is_told_and_no_redirect_followed(pair, act, code) -> None:  # type: ignore[no-untyped-def]
    with serving(pair, act) as server:
        assert server.poster().post(NOTICE).code == code
    assert len(server.requests) == 1


def test_what_a_refusal_says_is_read(pair: tuple[Path, Path]) -> None:
    with serving(pair, status(429, b'{"retry_after": 3}', "Retry-After: 3")) as server:
        answer = server.poster().post(NOTICE)
    assert (answer.body, answer.retry_after) == (b'{"retry_after": 3}', "3")


def endless(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 503 Busy\r\n\r\n")
    while True:
        line.sendall(b"x" * 65536)


def endless_head(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    while True:
        line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def test_no_more_than_64_kib_of_an_answer_are_read(pair: tuple[Path, Path]) -> None:
    with serving(pair, endless, endless_head) as server:
        first, second = (server.poster().post(NOTICE) for _ in range(2))
    assert first.code == 503
    assert 60_000 < len(first.body) <= 65_536
    assert second.code is None
    assert second.failure == "the connection failed: the answer is too long"


def drip(server_line: socket.socket) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000:
        server_line.sendall(bytes([byte]))
        threading.Event().wait(0.02)


def silent(line: socket.socket) -> None:
    line.recv(1)  # until the other side closes


@pytest.mark.parametrize("act", [drip, silent])
def test_a_slow_server_is_left_in_time(pair, act) -> None:  # type: ignore[no-untyped-def]
    with serving(pair, act) as server:
        start = time.monotonic()
        answer = server.poster(seconds=0.4).post(NOTICE)
    assert answer.failure == "there was no answer within 0.4 seconds"
    assert time.monotonic() - start < 2


def test_a_slow_drip_of_a_refusal_still_tells_the_status(pair: tuple[Path, Path]) -> None:
    def slow(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 400 No\r\n\r\n")
        drip(line)

    with serving(pair, slow) as server:
        start = time.monotonic()
        assert server.poster(seconds=0.5).post(NOTICE).code == 400
    assert time.monotonic() - start < 2


def test_a_lookup_that_hangs_is_left_in_time() -> None:
    hold = threading.Event()
    poster = Poster(seconds=0.2, resolve=lambda host, port: [str(hold.wait(20))])
    assert poster.post(NOTICE).failure == "there was no answer within 0.2 seconds"
    hold.set()


def test_a_server_that_never_shakes_hands_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(port=listener.getsockname()[1], authority=Path())
        poster = Poster(seconds=0.3, resolve=lambda host, port: [PUBLIC], dial=server.dial)
        assert poster.post(NOTICE).failure == "there was no answer within 0.3 seconds"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"", "the connection was closed without an answer"),
        (b"SSH-2.0-Other\r\n", "what answers does not speak HTTP (BadStatusLine)"),
        (b"HTTP/1.1 " + b"9" * 70_000, "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200 + b"\r\n", "does not speak HTTP"),
    ],
)
def test_what_is_no_answer_is_told(pair, answer: bytes, expected: str) -> None:  # type: ignore[no-untyped-def]
    with serving(pair, says(answer)) as server:
        told = server.poster().post(NOTICE)
    assert told.code is None
    assert expected in told.failure or "too long" in told.failure


def test_a_certificate_of_another_name_or_authority_is_refused(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    other = certificate(tmp_path, "other.example.org")
    with serving(other, status(200)) as server:
        wrong_name = server.poster().post(NOTICE)
        unknown = Poster(resolve=lambda host, port: [PUBLIC], dial=server.dial).post(NOTICE)
    assert wrong_name.failure == "its certificate is not trusted: Hostname mismatch"
    assert unknown.failure.startswith("its certificate is not trusted: self")
    assert not server.requests


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%lo"], ["0.0.0.0"]],
)
def test_nothing_is_dialled_where_one_address_is_not_public(addresses: list[str]) -> None:
    server = Server(port=1, authority=Path())
    poster = Poster(resolve=lambda host, port: addresses, dial=server.dial)
    assert "private or of special use" in poster.post(NOTICE).failure
    assert server.dialled == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433", "0"])
def test_this_machine_is_refused_however_written(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        answer = Poster().post(
            Notice(url=f"https://{host}:{port}/", body=b"{}", may_be_private=True)
        )
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert answer.code is None
    assert "private or of special use" in answer.failure or "looked up" in answer.failure


def test_a_name_that_changes_is_asked_once(pair: tuple[Path, Path]) -> None:
    answers: Iterator[list[str]] = iter([[PUBLIC], ["127.0.0.1"]])
    with serving(pair, status(200)) as server:
        assert server.poster(resolve=lambda host, port: next(answers)).post(NOTICE).code == 200
    assert server.dialled == [(PUBLIC, 443)]
    assert next(answers) == ["127.0.0.1"]


def test_the_next_address_is_tried_where_one_does_not_answer(pair: tuple[Path, Path]) -> None:
    with serving(pair, status(200)) as server:

        def dial(address: str, port: int, seconds: float) -> socket.socket:
            if ":" in address:
                raise OSError(101, "Network is unreachable")
            return server.dial(address, port, seconds)

        two = ["2606:2800:220:1::1", PUBLIC]
        answer = server.poster(resolve=lambda host, port: two, dial=dial).post(NOTICE)
    assert answer.code == 200


def test_no_proxy_of_the_environment_is_asked(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    with serving(pair, status(200)) as server:
        assert server.poster().post(NOTICE).code == 200


@pytest.mark.parametrize(
    "url",
    ["http://x.org/", "ftp://x.org", "https://", "https://" + "x" * 300 + ".org/", "https://a..b/"],
)
def test_what_is_no_https_address_is_no_crash(url: str) -> None:
    assert Poster().post(Notice(url=url, body=b"")).failure


def test_no_failure_tells_the_address(pair: tuple[Path, Path]) -> None:
    def fail(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    posters = [Poster(resolve=fail), Poster(resolve=lambda host, port: ["10.0.0.1"])]
    with serving(pair, says(b"nonsense")) as server:
        told = [poster.post(NOTICE) for poster in (*posters, server.poster())]
    assert all(answer.failure and answer.code is None for answer in told)
    assert not any(secret in repr(told) + repr(NOTICE) for secret in (SECRET, HOST))


ALLOWED = [
    "93.184.216.34",
    "8.8.8.8",
    "1.1.1.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]
PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "fc00::1",
    "fd12::1",
    "::ffff:10.1.2.3",
    "64:ff9b::a00:1",
]
NEVER = [
    *[
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "169.254.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "192.88.99.1",
        "168.63.129.16",
        "100.100.100.200",
    ],
    *[
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:0:127.0.0.1",
        "::ffff:169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1111%eth0",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::",
        "3fff::1",
        "5f00::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "64:ff9b:1::808:808",
        "fd00:ec2::254",
        "4000::1",
    ],
    *("localhost", "", "127.1", "0x7f000001", "2130706433", "8.8.8.8/32", "[::1]"),
]


def test_only_public_addresses_are_allowed_and_where_asked_private_ones() -> None:
    assert [a for a in ALLOWED if not is_allowed(a, may_be_private=False)] == []
    assert [a for a in PRIVATE if is_allowed(a, may_be_private=False)] == []
    assert [a for a in PRIVATE if not is_allowed(a, may_be_private=True)] == []
    assert [a for a in NEVER if is_allowed(a, may_be_private=True)] == []
