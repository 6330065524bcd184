"""Run and watch send out what is due: mail to a catcher, posts to channels, each on its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import flow
import pytest
import warm
from test_smtp_catch import Catcher, command

from digest.models import Consent, ConsentAct, Preferences, Subscriber, SubscriberState
from digest.settings import load

ADDRESS = "reader@example.org"
NOW = datetime.now(UTC)
YESTERDAY = (NOW - timedelta(days=1)).date()
SETTINGS = """
[mail]
from = "letters@example.org"
postal_address = "Example Street 1"

[smtp]
host = "localhost"
port = {port}
tls = "none"
timeout_seconds = 5

[channels.team]
kind = "slack"
url = "https://127.0.0.1/services/HUSHHUSH"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A newsletter with a reader, whose mail of yesterday is due by now, and a dump of that day."""
    root = tmp_path / "letter"
    root.mkdir()
    with closing(flow.make(root)) as letter:
        reader = Subscriber(
            address=ADDRESS,
            state=SubscriberState.ACTIVE,
            preferences=Preferences(hour=0, zone="UTC"),
            created_at=NOW,
            since=NOW - timedelta(days=9),
            active_since=NOW - timedelta(days=9),
        )
        consent = Consent(act=ConsentAct.CONFIRMED, at=reader.since)
        with letter.store.writing_post() as post:
            post.register.add(reader, ADDRESS, consent)
        letter.drop(f"{YESTERDAY}.txt", flow.page(YESTERDAY, (1, 2)))
    return root


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    with command("--port", "0", "--json", cwd=tmp_path) as process:
        yield Catcher(process)


def configure(root: Path, port: int) -> None:
    config = root / "digest.toml"
    config.write_text(config.read_text() + SETTINGS.format(port=port))
    load(root, environ={})


def process(root: Path, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "digest", "-C", str(root), *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "NO_COLOR": "1"},
    )


def run(root: Path, *args: str) -> tuple[int, dict[str, Any], str]:
    words = ["-C", root, "run", "--json", *args]
    done = warm.run(*words, env={**os.environ, "NO_COLOR": "1"})
    told, said = done.stdout, done.stderr
    assert ADDRESS not in said
    assert "HUSHHUSH" not in told + said
    return done.returncode, json.loads(told), said


def test_a_run_mails_and_posts_what_is_due_once(root: Path, catcher: Catcher) -> None:
    configure(root, catcher.port)
    code, told, _ = run(root)
    assert code == 0
    assert told["mailed"]["planned"] == {str(YESTERDAY): 1}
    assert told["mailed"]["counts"] == {"sent": 1}
    [post] = told["posted"]["posts"]
    assert (post["edition"], post["channel"], post["state"]) == (str(YESTERDAY), "team", "pending")
    assert "127.0.0.1" not in post["said"]
    assert catcher.told()["to"] == [ADDRESS]
    code, told, _ = run(root)
    assert code == 3
    assert (told["mailed"]["planned"], told["mailed"]["counts"]) == ({}, {})
    assert told["posted"]["posts"] == []


def test_a_dry_run_sends_nothing(root: Path, catcher: Catcher) -> None:
    configure(root, catcher.port)
    code, told, _ = run(root, "--dry-run")
    assert code == 0
    assert "mailed" not in told
    assert "posted" not in told
    with closing(flow.make(root)) as letter, letter.store.reading_post() as post:
        assert post.outbox.counts() == {}


def test_posts_do_not_wait_for_a_mail_server_that_is_gone(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    configure(root, port)
    code, told, said = run(root)
    assert code == 75
    assert "connect" in said
    assert told["dumps"][0]["status"] == "read"
    assert len(told["posted"]["posts"]) == 1


def test_while_watching_both_go_out(root: Path, catcher: Catcher) -> None:
    configure(root, catcher.port)
    watch = process(root, "watch")
    try:
        assert catcher.told()["to"] == [ADDRESS]
        assert watch.stderr is not None
        wanted = {"1 sent", f"team: {YESTERDAY} to be tried again"}
        lines = []
        while wanted:
            lines.append(line := watch.stderr.readline())
            assert line, "".join(lines)
            wanted = {each for each in wanted if each not in line}
        watch.send_signal(signal.SIGTERM)
        _, rest = watch.communicate(timeout=30)
    finally:
        watch.kill()
        watch.wait()
    assert watch.returncode == 0
    assert "ended cleanly" in rest
    assert ADDRESS not in "".join(lines) + rest
