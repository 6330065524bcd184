"""The program as a user meets it: the command's start, and a dump from drop to page."""

from __future__ import annotations

import json
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

ROUNDS = 7
PAPERS = 50
DIGEST = [sys.executable, "-m", "digest"]
ABSTRACT = (
    "An invented abstract about buoys, whales and the patience of both, at some length. " * 16
)


def rows(scale: float = 1.0) -> Iterator[dict]:
    """Yield the rows; `scale` shortens the number of rounds."""
    rounds = max(3, round(ROUNDS * min(scale, 1)))
    yield _help(rounds)
    for measure in (_drop, _drop_on_drop):
        with TemporaryDirectory() as folder:
            root = Path(folder) / "letter"
            subprocess.run([*DIGEST, "init", root], check=True, capture_output=True)
            yield measure(root, rounds)


def _help(rounds: int) -> dict:
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(_timed(lambda: _call([*DIGEST, "--help"])))
        theirs.append(_timed(lambda: _call([sys.executable, "-c", "import typer, rich.console"])))
    return _row("digest --help", ours, "importing typer and rich", theirs, "at most 300 ms")


def _drop(root: Path, rounds: int) -> dict:
    """Measure from the rename that makes a dump whole to the index that shows its edition.

    Each dump is of another day, as they come; the first page is seen with all the rest, the week,
    the month and the pictures.
    """
    ours, theirs = [], []
    with _watch(root):
        _drop_and_wait(root, 0)  # the first waits for the process to start
        for number in range(1, rounds + 1):
            _wait_until_finished(root)
            ours.append(_timed(lambda n=number: _drop_and_wait(root, n)))
        _wait_until_finished(root)
    for number in range(rounds + 1, 2 * rounds + 1):
        _place(root, number)
        theirs.append(_timed(lambda: _call([*DIGEST, "--dir", str(root), "run"])))
    job = f"a dump of {PAPERS} new papers, from drop to published"
    return _row(job, ours, "digest run, started by hand", theirs, "at most 1,000 ms")


def _drop_on_drop(root: Path, rounds: int) -> dict:
    """Measure the same where the next dump comes as soon as the first page shows the last."""
    with _watch(root):
        _drop_and_wait(root, 0)
        ours = [_timed(lambda n=n: _drop_and_wait(root, n)) for n in range(1, rounds + 1)]
        _wait_until_finished(root)
    return {
        "job": "the same, each dropped straight after the last",
        "ours_ms": statistics.median(ours),
        "theirs": "",
        "theirs_ms": None,
        "ratio": None,
        "goal": "",
        "note": "it waits for what follows the publish of the one before",
    }


@contextmanager
def _watch(root: Path) -> Iterator[None]:
    watch = subprocess.Popen([*DIGEST, "--dir", root, "watch"], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        watch.send_signal(signal.SIGTERM)
        watch.wait()


def _wait_until_finished(root: Path) -> None:
    """Wait until the output's manifest, which is written last, is later than the first page."""
    manifest, index = root / "output" / ".digest.json", root / "output" / "index.html"
    while not manifest.exists() or manifest.stat().st_mtime_ns < index.stat().st_mtime_ns:
        time.sleep(0.002)


def _drop_and_wait(root: Path, number: int) -> None:
    index = root / "output" / "index.html"
    before = index.stat().st_ino if index.exists() else 0
    _place(root, number)
    while not index.exists() or index.stat().st_ino == before:
        time.sleep(0.002)


def _place(root: Path, number: int) -> None:
    """Drop a dump whole: written beside, then renamed."""
    papers = [
        {
            "id": f"2603.{10000 + number * PAPERS + n}",
            "title": f"Sea {number} by Whale {n}",
            "summary": f"Number {number}, {n}. {ABSTRACT}",
            "authors": [{"name": f"Author {a}"} for a in range(5)],
            "upvotes": n,
        }
        for n in range(PAPERS)
    ]
    day = datetime.now(UTC).date() - timedelta(days=number)
    part = root / "inbox" / f"{day}.json.part"
    part.write_text(json.dumps([{"paper": paper} for paper in papers]))
    part.rename(part.with_suffix(""))


def _call(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _timed(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def _row(job: str, ours: list[float], name: str, theirs: list[float], goal: str) -> dict:
    mine, other = statistics.median(ours), statistics.median(theirs)
    return {
        "job": job,
        "ours_ms": mine,
        "theirs": name,
        "theirs_ms": other,
        "ratio": mine / other,
        "goal": goal,
        "note": "",
    }


if __name__ == "__main__":
    for row in rows():
        print(row)
