"""The connection with Postfix's own smtp-sink: what it takes, refuses, and how it hangs up."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import pytest
from test_smtp import DOUBT, LATER, MAIL, NEVER, STEPS, TAKEN, UNTAKEN, server_at

from digest.models import Verdict
from digest.smtp.connection import Connection

SINK = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = [
    pytest.mark.smtp_sink,
    pytest.mark.skipif(SINK is None, reason="no smtp-sink: apt-get install postfix"),
]
COMMANDS = {"mail": "mail", "rcpt": "rcpt", "data": "data", "end": "."}
NO_PIPELINING, NO_ESMTP = "-p", "-e"


@contextmanager
def sink(*options: str) -> Iterator[int]:
    """Run it with these options; give its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [str(SINK), *user, *options, f"127.0.0.1:{port}", "100"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        try:
            until = monotonic() + 10
            while not answers(port):
                assert running.poll() is None
                assert monotonic() < until
            yield port
        finally:
            running.terminate()


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@pytest.mark.parametrize("offers", [(), (NO_PIPELINING,), (NO_ESMTP,)])
def test_mails_over_one_connection(offers: tuple[str, ...]) -> None:
    """Each is taken as it was sent; what stands before it in the file is the sink's."""
    mails = [replace(MAIL, content=MAIL.content + f".mail {n}\r\n".encode() * n) for n in range(20)]
    with TemporaryDirectory() as folder, sink(*offers, "-d", f"{folder}/mail.") as port:
        Path(folder).chmod(0o777)  # the sink runs as nobody
        connection = Connection(server_at(port))
        assert connection.open() is None
        assert [connection.send(mail).verdict for mail in mails] == [TAKEN] * 20
        connection.close()
        kept = [file.read_bytes() for file in Path(folder).glob("mail.*")]
    assert len(kept) == 20
    for mail in mails:
        content = mail.content.replace(b"\r\n", b"\n")
        assert sum(told.rstrip(b"\n").endswith(content.rstrip(b"\n")) for told in kept) == 1


@pytest.mark.parametrize("offers", [(), (NO_PIPELINING,)])
@pytest.mark.parametrize(("option", "verdict"), [("-r", LATER), ("-f", NEVER), ("-q", UNTAKEN)])
@pytest.mark.parametrize("step", list(COMMANDS))
def test_refused_and_dropped_at_each_step(
    step: str, option: str, verdict: Verdict, offers: tuple[str, ...]
) -> None:
    if verdict is UNTAKEN and step == "end":
        verdict = DOUBT
    with sink(*offers, option, COMMANDS[step]) as port:
        connection = Connection(server_at(port))
        assert connection.open() is None
        for _ in range(2):  # where it is refused, the connection serves the next as well
            outcome = connection.send(MAIL)
            assert (outcome.verdict, outcome.phase) == (verdict, STEPS[step])
            assert connection.is_open == (option != "-q")
            if option == "-q":
                assert connection.open() is None
        connection.close()
