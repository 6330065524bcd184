"""`digest dev-smtp`, run for real: what it says, what it keeps, how it ends."""

from __future__ import annotations

import json
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from digest.models import Envelope, Verdict
from digest.smtp.connection import Connection, Server

PLAIN = (
    b"Subject: =?utf-8?q?Ei?=\r\n =?utf-8?q?ne_Reise?=\r\n"
    b"List-Unsubscribe: <https://digest.example/u/x>\r\n\r\nWords.\r\n.A dot.\r\n"
)


class Catcher:
    """A catcher in a process of its own; `opening` is the first thing it told."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.opening = self.told()
        self.port = int(self.opening["port"])

    def told(self) -> dict[str, Any]:
        """Read the next line of JSON."""
        assert self.process.stdout is not None
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told

    def send(self, mail: bytes, to: str = "reader@example.org") -> Verdict:
        connection = Connection(Server(host="localhost", port=self.port, tls="none"))
        assert connection.open() is None
        outcome = connection.send(Envelope(sender="l@example.org", recipient=to, content=mail))
        connection.close()
        return outcome.verdict

    def end(self, how: signal.Signals) -> tuple[int, str]:
        """Signal it; return its exit code, and what it said on stderr."""
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=10)
        return self.process.returncode, said


@contextmanager
def command(*words: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "digest", "dev-smtp", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=cwd,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    with command("--port", "0", "--json", cwd=tmp_path) as process:
        yield Catcher(process)


def test_a_mail_is_told_and_kept_byte_for_byte(tmp_path: Path, catcher: Catcher) -> None:
    assert catcher.opening == {
        "host": "localhost",
        "port": catcher.port,
        "tls": "none",
        "folder": "caught",
    }
    assert catcher.send(PLAIN, "lesér@bücher.example") is Verdict.TAKEN
    assert catcher.told() == {
        "to": ["lesér@xn--bcher-kva.example"],
        "subject": "Eine Reise",
        "size_bytes": len(PLAIN),
        "list_unsubscribe": True,
        "file": "caught/000001.eml",
    }
    assert (tmp_path / "caught" / "000001.eml").read_bytes() == PLAIN


@pytest.mark.parametrize(
    ("mail", "subject"),
    [
        (b"Subject: bell\a and \x1b[31mred\r\n\r\nx\r\n", "bell and [31mred"),
        (b"Subject: =?utf-8?b?A?=\r\n\r\nx\r\n", "=?utf-8?b?A?="),
        (b"Subject: =?nope?q?x?=\r\n\r\nx\r\n", "=?nope?q?x?="),
        (b"no head at all\r\n", ""),
        (b"\r\nSubject: of the body\r\n", ""),
        (b"Subject: " + b"x" * 5000 + b"\r\n\r\nx\r\n", None),
        (b"Subject: nul\0\xff\r\n\r\n\0\xff\r\n", None),
        (b"Subject: deep\r\n" + b"X: boundary=a\r\n" * 90 + b"\r\nx\r\n", None),
        (b"", ""),
    ],
)
def test_whatever_comes_is_taken(catcher: Catcher, mail: bytes, subject: str | None) -> None:
    assert catcher.send(mail) is Verdict.TAKEN
    told = catcher.told()
    assert subject in (None, told["subject"])
    assert told["list_unsubscribe"] is False


def test_mails_are_numbered_on_from_those_that_are_there(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "000041.eml").write_bytes(b"earlier")
    (folder / "notes.eml").write_bytes(b"no number")
    with command("--port", "0", "--json", "--folder", str(folder), cwd=tmp_path) as process:
        catcher = Catcher(process)
        (folder / "000042.eml").write_bytes(b"another catcher's")
        catcher.send(PLAIN)
        assert catcher.told()["file"] == str(folder / "000043.eml")
    assert (folder / "000041.eml").read_bytes() == b"earlier"
    assert (folder / "000042.eml").read_bytes() == b"another catcher's"


def test_where_a_mail_cannot_be_kept_it_is_refused_for_now(
    tmp_path: Path, catcher: Catcher
) -> None:
    (tmp_path / "caught").rmdir()
    assert catcher.send(PLAIN) is Verdict.LATER
    (tmp_path / "caught").mkdir()
    assert catcher.send(PLAIN) is Verdict.TAKEN
    code, said = catcher.end(signal.SIGTERM)
    assert code == 0
    assert "could not be kept" in said
    assert "example.org" not in said


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_though_a_client_is_still_there(
    catcher: Catcher, how: signal.Signals
) -> None:
    with smtplib.SMTP("localhost", catcher.port) as client:
        client.ehlo()
        assert catcher.end(how) == (0, "")
        client.close()


def test_without_json_it_says_what_to_set_and_what_came(tmp_path: Path) -> None:
    with command("--port", "0", cwd=tmp_path) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(7)]
        assert said[2:4] == ["[smtp]\n", 'host = "localhost"\n']
        assert said[5] == 'tls = "none"\n'
        port = int(said[4].removeprefix("port = "))
        with smtplib.SMTP("localhost", port) as client:
            client.sendmail("l@example.org", ["a@example.org", "b@example.org"], PLAIN)
        line = process.stdout.readline()
        assert line == (
            f"a@example.org, b@example.org: Eine Reise ({len(PLAIN)} bytes, List-Unsubscribe)"
            " → caught/000001.eml\n"
        )
        process.send_signal(signal.SIGINT)
        rest, said_on_stderr = process.communicate(timeout=10)
        assert (rest, said_on_stderr, process.returncode) == ("ended cleanly\n", "", 0)


def test_a_port_that_is_taken_and_a_folder_that_cannot_be_are_told(
    tmp_path: Path, catcher: Catcher
) -> None:
    with command("--port", str(catcher.port), cwd=tmp_path) as second:
        said = second.communicate(timeout=10)[1]
        assert second.returncode == 2
        assert "--port" in said
    (tmp_path / "file").write_text("in the way")
    with command("--folder", "file", cwd=tmp_path) as second:
        said = second.communicate(timeout=10)[1]
        assert second.returncode == 1
        assert "--folder" in said
