"""`digest serve` as a process: it listens, ends in good order, and says plainly what is wrong."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import flow
import pytest

from digest.web.serving import listen

COMMAND = [sys.executable, "-m", "digest"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    flow.make(tmp_path / "letter").close()
    return tmp_path / "letter"


@contextmanager
def served(root: Path, *args: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start it; give the process and where it says that it listens."""
    command = [*COMMAND, "-C", str(root), "serve", *args]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            for line in process.stderr:
                if found := re.search(r"serving on (\S+);", line):
                    yield process, found[1]
                    break
            else:
                pytest.fail("it did not start")
        finally:
            process.kill()


def port_of(where: str) -> int:
    return int(where.rpartition(":")[2])


def ended(process: subprocess.Popen[str], *numbers: int) -> str:
    """Send signals; return what was told after them, once it ended well."""
    for number in numbers:
        process.send_signal(number)
    assert process.stderr
    told = process.stderr.read()
    assert process.wait(20) == 0, told
    return told


def get(port: int, path: str) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_end(root: Path, number: int) -> None:
    with served(root, "--port", "0") as (process, where):
        port = port_of(where)
        assert (get(port, "/healthz"), get(port, "/readyz"), get(port, "/")) == (200, 200, 200)
        told = ended(process, number)
    assert "ended cleanly" in told
    assert "Traceback" not in told
    with pytest.raises(ConnectionRefusedError):
        get(port, "/healthz")


def test_who_only_holds_a_connection_does_not_keep_it(root: Path) -> None:
    with served(root, "--port", "0") as (process, where):
        holders = [socket.create_connection(("127.0.0.1", port_of(where))) for _ in range(3)]
        holders[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert holders[0].recv(12) == b"HTTP/1.1 200"
        holders[1].sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx")
        assert "ended cleanly" in ended(process, signal.SIGTERM)
        for holder in holders:
            holder.close()


def test_with_mail_it_ends_as_well(root: Path) -> None:
    config = root / "digest.toml"
    config.write_text(config.read_text() + '[smtp]\nhost = "127.0.0.1"\nport = 9\ntls = "none"\n')
    with served(root, "--port", "0", "--mail") as (process, where):
        assert get(port_of(where), "/healthz") == 200
        assert "ended cleanly" in ended(process, signal.SIGTERM)


def run(root: Path, *args: str) -> tuple[int, str]:
    command = [*COMMAND, "-C", str(root), "serve", *args]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_a_port_in_use_is_told_plainly(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        code, told = run(root, "--port", str(other.getsockname()[1]))
    assert code == 2
    assert "in use" in told
    assert "--port" in told


def test_what_cannot_be_listened_on_is_told(root: Path) -> None:
    code, told = run(root, "--host", "198.51.100.1", "--port", "0")
    assert (code, "--host" in told) == (2, True)
    code, told = run(root, "--host", "nowhere.invalid", "--port", "0")
    assert (code, "--host" in told) == (2, True)
    code, told = run(root, "--socket", str(root / "gone" / "x.sock"))
    assert (code, "--socket" in told) == (2, True)


def ask_unix(path: Path) -> bytes:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(20)
        caller.connect(str(path))
        caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return b"".join(iter(lambda: caller.recv(4096), b""))


def test_a_socket_in_the_file_system_is_for_owner_and_group_and_goes(root: Path) -> None:
    path = root / "web.sock"
    with served(root, "--socket", str(path)) as (process, where):
        assert where == str(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert ask_unix(path).startswith(b"HTTP/1.1 200")
        code, told = run(root, "--socket", str(path))
        assert (code, "in use" in told) == (2, True)
        assert ask_unix(path).startswith(b"HTTP/1.1 200")
        ended(process, signal.SIGTERM)
    assert not path.exists()


def test_a_socket_that_a_killed_process_left_is_replaced_and_a_file_is_not(root: Path) -> None:
    path = root / "web.sock"
    with served(root, "--socket", str(path)) as (process, _):
        os.kill(process.pid, signal.SIGKILL)
        process.wait(20)
    assert path.exists()
    with served(root, "--socket", str(path)) as (process, _):
        assert ask_unix(path).startswith(b"HTTP/1.1 200")
        ended(process, signal.SIGTERM)
    path.write_text("mine")
    code, told = run(root, "--socket", str(path))
    assert (code, path.read_text()) == (2, "mine")
    assert "exists" in told


def test_metrics_are_for_those_of_the_settings(root: Path) -> None:
    with served(root, "--port", "0") as (_, where):
        assert get(port_of(where), "/metrics") == 404
    config = root / "digest.toml"
    config.write_text(config.read_text() + '[web]\nmetrics_for = ["127.0.0.1"]\n')
    with served(root, "--port", "0") as (_, where):
        assert get(port_of(where), "/") == 200
        with closing(http.client.HTTPConnection("127.0.0.1", port_of(where))) as connection:
            connection.request("GET", "/metrics")
            told = connection.getresponse().read().decode()
    assert 'digest_requests_total{method="GET",route="/",status="200"} 1.0' in told
    assert 'digest_subscribers{state="active"} 0.0' in told
    assert "digest_store_up 1.0" in told


def test_an_answer_does_not_wait_for_its_head_to_be_acknowledged() -> None:
    with (
        listen("127.0.0.1", 0) as place,
        socket.create_connection(place.getsockname()),
        place.accept()[0] as taken,
    ):
        assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
