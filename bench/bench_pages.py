"""The pages of `digest serve` beside a bare starlette route on uvicorn, asked by another process.

Pages a second, and how long each takes, of the form to subscribe and of searches over 100,000
papers; memory, and the time from start to the first page. Both servers are one process each; the
load is `bench.load`: threads that keep a connection open and ask for one page after the other. The
bare route answers with a page of the same size, made beforehand.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

from bench import shelves
from bench.bench_flow import DIGEST, _place
from bench.bench_render import row
from digest.store import open_store, restore

POSTGRES = "DIGEST_TEST_POSTGRES"
THREADS = 8
STARTS = 5
SETTINGS = """
[site]
url = "https://papers.example.org"

[web]
url = "https://lists.example.org"
requests_per_minute = 0
"""
SOME = (0, 1, 5, 9, 40, 77, 300, 640, 2_500, 9_000, 20_000)


def rows(scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """Yield the rows; `scale` is that of the store and of how long each page is asked for."""
    size, seconds = max(1_000, int(100_000 * scale)), max(1.0, 5 * scale)
    with TemporaryDirectory() as place:
        root = Path(place)
        url = f"sqlite:///{root / 'digest.db'}"
        newsletter(root, url, size)
        yield from starting(root)
        yield from pages(root, "SQLite", size, seconds)
        if server := os.environ.get(POSTGRES):
            yield from on_postgres(root, server, size, seconds)


def newsletter(root: Path, url: str, size: int) -> None:
    """Make a newsletter with an edition of 50 papers, and so many before it."""
    (root / "digest.toml").write_text(f'{SETTINGS}[store]\nurl = "{url}"\n', encoding="utf-8")
    (root / "inbox").mkdir()
    store = open_store(url)
    shelves.fill(url, store, size)
    store.close()
    _place(root, 0)
    subprocess.run([*DIGEST, "--dir", root, "ingest"], check=True, capture_output=True)


def starting(root: Path) -> Iterator[dict[str, Any]]:
    """Measure the time to the first page, and what the process holds then."""
    ours, theirs = [], []
    for _ in range(STARTS):
        with served(root) as (_, took, _):
            ours.append(took)
        with bare(1_000) as (_, took, _):
            theirs.append(took)
    yield row(
        "digest serve, to the first page",
        median(ours),
        theirs="a bare starlette route on uvicorn",
        theirs_ms=median(theirs),
        note=f"medians of {STARTS}, in turns; its edition of 50 papers read and shown",
    )


def pages(root: Path, database: str, size: int, seconds: float) -> Iterator[dict[str, Any]]:
    """Measure both pages, and the memory after both."""
    searches = [f"/search?q={quote(said)}" for said in asked()]
    with served(root) as (port, _, process):
        if database == "SQLite":
            yield measured("the page to subscribe, `/`", port, ["/"], seconds)
        job = f"searches over {size:,} papers, `/search?q=`, {database}"
        yield measured(job, port, searches, seconds)
        ours = resident(process)
    with bare(20_000) as (port, _, process):
        load(port, ["/"], seconds / 5)
        theirs = resident(process)
    yield {
        "job": f"digest serve: memory after that, {database}",
        "ours_ms": None,
        "theirs": "a bare starlette route on uvicorn",
        "theirs_ms": None,
        "ratio": ours / theirs,
        "goal": "",
        "note": f"{ours:.0f} MiB beside {theirs:.0f} MiB, resident",
    }


def on_postgres(root: Path, server: str, size: int, seconds: float) -> Iterator[dict[str, Any]]:
    """Measure searching the same store in PostgreSQL."""
    from tests.postgres import fresh_schema

    with fresh_schema() as url:
        restore(url, root / "digest.db", force=True)
        analyse(url)
        told = (root / "digest.toml").read_text(encoding="utf-8").split("[store]")[0]
        (root / "digest.toml").write_text(f'{told}[store]\nurl = "{url}"\n', encoding="utf-8")
        yield from pages(root, "PostgreSQL", size, seconds)


def analyse(url: str) -> None:
    """Do what the server does by itself some time after so many rows came."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def asked() -> list[str]:
    """Return searches: words that most papers hold and words that few do, phrases, authors."""
    words = [shelves.word(n) for n in SOME]
    pairs = [f"{one} {other}" for one, other in zip(words, reversed(words), strict=True)]
    phrases = [f'"{one} {other}"' for one, other in pairwise(words[:5])]
    others = [f"{words[6]} -{words[1]}", f"{words[3]} OR {words[8]}", f"{words[7]}*"]
    return [*words, *pairs, *phrases, *others, *(f"author:{word}" for word in words[4:8])]


def measured(job: str, port: int, paths: Sequence[str], seconds: float) -> dict[str, Any]:
    """Ask for pages of ours and of the bare server's of that size, in turns."""
    with urlopen(f"http://127.0.0.1:{port}{paths[0]}") as answer:
        size = len(answer.read())
    with bare(size) as (other, _, _):
        load(port, paths, seconds / 5)
        turns = [(load(port, paths, seconds), load(other, ["/"], seconds)) for _ in range(3)]
    ours, theirs = (median(1000 / rate(turn[n]) for turn in turns) for n in (0, 1))
    took = sorted(each for turn in turns for each in turn[0]["took"])
    beside = sorted(each for turn in turns for each in turn[1]["took"])
    note = f"{1000 / ours:,.0f} pages a second, p50 {at(took, 0.5)}, p99 {at(took, 0.99)}"
    note += f"; the bare {1000 / theirs:,.0f}, {at(beside, 0.5)}, {at(beside, 0.99)}"
    note += f"; {THREADS} connections"
    return row(job, ours, theirs="a bare starlette route on uvicorn", theirs_ms=theirs, note=note)


def load(port: int, paths: Sequence[str], seconds: float) -> dict[str, Any]:
    """Let another process ask for pages; return what it measured."""
    command = [sys.executable, "-m", "bench.load", str(port), str(THREADS), str(seconds)]
    done = subprocess.run(
        command, input="\n".join(paths), text=True, check=True, stdout=subprocess.PIPE
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def rate(measured: dict[str, Any]) -> float:
    return len(measured["took"]) / float(measured["seconds"])


def at(took: Sequence[float], share: float) -> str:
    return f"{took[int(len(took) * share)]:.3g} ms"


@contextmanager
def served(root: Path) -> Iterator[tuple[int, float, int]]:
    """Serve the newsletter; give the port, how long the first page took, and the process."""
    port = free_port()
    yield from running([*DIGEST, "--dir", str(root), "serve", "--port", str(port)], port)


@contextmanager
def bare(size: int) -> Iterator[tuple[int, float, int]]:
    """Serve a bare route."""
    port = free_port()
    yield from running([sys.executable, "-m", "bench.bare", str(port), str(size)], port)


def running(command: Sequence[str], port: int) -> Iterator[tuple[int, float, int]]:
    start = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while not is_answered(port):
            time.sleep(0.002)
        yield port, (time.perf_counter() - start) * 1000, process.pid
    finally:
        process.terminate()
        process.wait()


def is_answered(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/") as answer:
            return bool(answer.read())
    except OSError:
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as own:
        return int(own.getsockname()[1])


def resident(process: int) -> float:
    """Return the memory that a process holds, in MiB."""
    told = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(told.split("VmRSS:")[1].split()[0]) / 1024
