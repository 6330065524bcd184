"""`digest doctor` says whether mail can go out, and what readers will miss, before any goes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flow
import pytest
from test_smtp_catch import Catcher, command


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "letter"
    root.mkdir()
    flow.make(root).close()
    return root


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    with command("--port", "0", "--json", cwd=tmp_path) as process:
        yield Catcher(process)


def doctor(root: Path, more: str) -> dict[str, dict[str, Any]]:
    config = root / "digest.toml"
    config.write_text(config.read_text() + more)
    words = [sys.executable, "-m", "digest", "-C", str(root), "doctor", "--json"]
    told = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return {each["about"]: each for each in json.loads(told)}


def smtp(port: int, more: str = "") -> str:
    return f'[smtp]\nhost = "localhost"\nport = {port}\ntls = "none"\n{more}'


def test_without_a_server_nothing_is_asked_for(root: Path) -> None:
    found = doctor(root, "")
    assert found["mail server"]["well"]
    assert "smtp.host" in found["mail server"]["seen"]
    assert found["mail"]["well"]


def test_a_server_that_answers_is_told_and_sent_nothing(root: Path, catcher: Catcher) -> None:
    found = doctor(root, smtp(catcher.port) + '[mail]\nfrom = "letters@example.org"\n')
    assert found["mail server"]["well"]
    assert "not encrypted, not logged in" in found["mail server"]["seen"]
    assert found["mail"]["well"]
    for lacking in ("mail.postal_address", "web.url", "mail.return_path"):
        assert lacking in found["mail"]["seen"]
    assert not list((root.parent / "caught").glob("*.eml"))


def test_a_server_that_is_gone_and_a_sender_nobody_set_are_told(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = doctor(root, smtp(port))
    assert not found["mail server"]["well"]
    assert str(port) in found["mail server"]["seen"]
    assert "docs/smtp.md" in found["mail server"]["hint"]
    assert not found["mail"]["well"]
    assert "mail.from" in found["mail"]["seen"]


def test_a_login_that_the_server_does_not_know_is_told(root: Path, catcher: Catcher) -> None:
    found = doctor(root, smtp(catcher.port, 'user = "me"\npassword = "HUSH"\n'))
    assert not found["mail server"]["well"]
    assert "HUSH" not in json.dumps(found)


def test_a_key_that_cannot_sign_is_told(root: Path, catcher: Catcher) -> None:
    more = '[mail]\nfrom = "letters@example.org"\n[dkim]\nselector = "s1"\nkey = "no key"\n'
    found = doctor(root, smtp(catcher.port) + more)
    assert not found["mail"]["well"]
    assert "dkim.key" in found["mail"]["seen"]
