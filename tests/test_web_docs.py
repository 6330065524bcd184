"""What docs/api.md shows is done as it stands there, against a real server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import webroom
from library import fill
from webroom import Room

DOCS = (Path(__file__).parents[1] / "docs" / "api.md").read_text()
COMMANDS = [line.strip() for line in DOCS.splitlines() if line.startswith("    curl ")]
WRITTEN = "127.0.0.1:8000"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with webroom.opened(tmp_path) as made:
        fill(made.letter.store)
        yield made


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_commands_do_what_is_told(room: Room, tmp_path: Path) -> None:
    assert len(COMMANDS) == 4
    told: list[Any] = []
    for command in COMMANDS:
        done = subprocess.run(
            command.replace(WRITTEN, f"127.0.0.1:{room.port}"),
            shell=True,
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "NO_PROXY": "*"},
            capture_output=True,
            check=True,
            timeout=30,
        )
        told.append(json.loads(done.stdout or (tmp_path / "week.json").read_bytes()))
    found, editions, week, asked = told
    assert found["total"] == 2
    assert [each["cadence"] for each in editions["editions"]] == ["day"]
    assert len(week) == 6
    assert "detail" in asked
    (mail,) = room.mails()
    assert room.path_in(mail, "confirm")


def test_the_code_does_what_is_told(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (code,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    values: dict[str, Any] = {}
    exec(code.replace(WRITTEN, f"127.0.0.1:{room.port}"), values)
    assert len(values["papers"]) == 6
    assert next(paper.title for paper in values["found"]) == "Attention is all you need"
