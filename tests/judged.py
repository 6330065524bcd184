"""What the judges judge, made once a session: outputs of the real dumps and of the samples.

And how a judge is called, or why it is not there. No tests here.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from flow import NO_PAGES, PAGES, SITE, Letter, make

from digest.cli import work
from digest.models import Cadence

HERE = Path(__file__).resolve().parent
JUDGES = HERE / "judges"
MODULES = JUDGES / "node_modules"
SAMPLES = HERE.parent / "config" / "samples"
CHROMIUM = Path("/usr/bin/chromium")
WANTED = (
    "the judges are not installed: apt install nodejs npm default-jre-headless, "
    "then make judges (npm ci --prefix tests/judges)"
)
QUICK_TO_START = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Java: half the time of a core for a thousand pages, as it does not prepare for millions."""
REAL_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOTE = "A note with *emphasis*, `code`, a [link](https://example.org/a?b=c&d=e) and\n\n- a list\n"
CONFIG = f"""
[site]
title = "Papers & people"
description = "What was new, what is trending: R&D <every> day."
url = "{SITE}"
author = "The editors"

[newsletter]
timezone = "Europe/Berlin"

[feeds]
hub = ["https://hub.example.org/"]

[topics.language-models]
title = "Language models & <think>"
words = ["LLM", "LLMs"]
phrases = ["language model*"]

[topics.nobodys]
categories = ["cs.*"]
authors = ["Nobody Atall"]
exclude = ["anything"]

[mail]
from = "digest@papers.example.org"
list_id = "digest.papers.example.org"
postal_address = "1 Example Street, 12345 Sampletown"
unsubscribe = "https://papers.example.org/unsubscribe?list=a&reader=b"
"""


# What is judged -------------------------------------------------------------------------------


def real(factory: pytest.TempPathFactory) -> Path:
    """The output of all the real dumps together, everything switched on."""
    if not PAGES.is_dir():
        pytest.skip(NO_PAGES)
    return once(factory, "real", _real)


def samples(factory: pytest.TempPathFactory) -> Path:
    """The output of the invented dumps that ship with the program."""
    return once(factory, "samples", _samples)


def _real(root: Path) -> None:
    dumps = [
        path
        for folder in ("pages", "rebuilt", "day_pages", "hf_api", "hf_html")
        for path in sorted((PAGES.parent / folder).iterdir())
        if not path.name.endswith(".truth.json")
    ]
    publish(root, REAL_AT, dumps)


def _samples(root: Path) -> None:
    publish_samples(root, CONFIG)


def publish_samples(root: Path, config: str) -> Letter:
    at = datetime(2026, 3, 12, 18, tzinfo=UTC)
    return publish(root, at, sorted(SAMPLES.glob("2026*")), config)


def publish(root: Path, at: datetime, dumps: Iterable[Path], config: str = CONFIG) -> Letter:
    """Take dumps through the whole flow; the latest day has notes and a paper pinned."""
    root.mkdir(parents=True)
    (root / "digest.toml").write_text(config, "utf-8")
    letter = make(root, at)
    for path in dumps:
        letter.drop(path.name, path.read_bytes())
    report = work.ingest(letter, None)
    assert [dump for dump in report.dumps if dump.status != "read"] == []
    latest = letter.edition(letter.editions(Cadence.DAY)[-1])
    with letter.store.writing() as tx:
        tx.curate_note(latest.name, None, NOTE)
        tx.curate_note(latest.name, latest.new[0].paper.key, NOTE)
        tx.curate_pin(latest.name, latest.new[1].paper.key, True)
    work.publish(letter, everything=False)
    letter.close()
    return letter


def once(
    factory: pytest.TempPathFactory,
    name: str,
    build: Callable[[Path], None],
    output: str = "output",
) -> Path:
    """Build a folder in the first of pytest-xdist's workers that asks; the others wait for it."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    root = base / f"judged-{name}"
    with (base / f"judged-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "done").exists():
            shutil.rmtree(root, ignore_errors=True)
            build(root)
            (root / "done").touch()
    return root / output


# The judges -----------------------------------------------------------------------------------


def want(*packages: str) -> None:
    """Skip, telling what to install, where a judge from npm is not there."""
    for package in packages:
        if shutil.which("node") is None or not (MODULES / package).is_dir():
            pytest.skip(WANTED)


def nu(*arguments: object) -> list[dict[str, Any]]:
    """What the Nu HTML checker has to say: one process, however many files."""
    want("vnu-jar")
    if shutil.which("java") is None:
        pytest.skip(WANTED)
    jar = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
    options = ("--format", "json", "--stdout", "--exit-zero-always")
    command = ["java", *QUICK_TO_START, "-Xss8m", "-jar", jar, *options, *arguments]
    told: list[dict[str, Any]] = json.loads(_output(command))["messages"]
    return told


def html_validate(config: str, files: Sequence[Path]) -> list[tuple[str, str, str]]:
    """What html-validate has to say: file, rule and words."""
    want("html-validate")
    told = json.loads(_output(["node", JUDGES / "htmlvalidate.mjs", JUDGES / config, *files]))
    return [
        (file["filePath"], message["ruleId"], message["message"])
        for file in told
        for message in file["messages"]
    ]


def _output(command: Sequence[object]) -> str:
    """Run a judge; into a file, since node leaves before a pipe has taken all."""
    with TemporaryFile("w+", encoding="utf-8") as told:
        done = subprocess.run(
            list(map(str, command)), stdout=told, stderr=subprocess.PIPE, text=True, check=False
        )
        told.seek(0)
        output = told.read()
    assert output, done.stderr
    return output


def listed(name: str) -> dict[str, str]:
    """The warnings that are allowed: a regular expression, and the reason."""
    allowed: dict[str, str] = json.loads((JUDGES / name).read_text("utf-8"))
    return allowed
