"""What it takes to show a publish: 50 changed files on sites of two sizes, and a whole site.

The other side writes the same files plainly, where a reader sees them come and a kill leaves some
half. Ours are flushed to the disk, so it counts what else is written there meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench.bench_render import row, write_plainly
from digest.models import Rendered
from digest.output import Output

ROUNDS = 9
CHANGED = 50


def rows(scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """Yield the rows; `scale` is that of the number of files."""
    for files in (max(100, int(1000 * scale)), max(100, int(40_000 * scale))):
        with TemporaryDirectory(dir=Path.cwd()) as folder:
            yield from _of_a_size(Path(folder), files)


def _of_a_size(folder: Path, files: int) -> Iterator[dict[str, Any]]:
    output = Output(folder / "ours")
    first_ms = _ms(output, _files(0, files // 2, 0))
    begin = perf_counter()
    write_plainly(folder / "theirs", files, 0)
    plainly_ms = (perf_counter() - begin) * 1000
    yield row(
        f"a site of {files:,} files shown for the first time",
        first_ms,
        theirs="open and write: seen file by file",
        theirs_ms=plainly_ms,
    )
    times = [_ms(output, _files(10, 10 + CHANGED // 2, turn)) for turn in range(1, ROUNDS + 2)]
    yield row(
        f"{CHANGED} files changed of {files:,}",
        median(times[1:]),
        note="half of the files have a folder of their own",
    )


def _files(first: int, last: int, turn: int) -> list[Rendered]:
    body = f"<p>{turn}</p>".encode() * 200
    return [
        Rendered(path=f"papers/{number}/{name}", content=body)
        for number in range(first, last)
        for name in ("index.html", "paper.json")
    ]


def _ms(output: Output, files: list[Rendered]) -> float:
    begin = perf_counter()
    output.write(files)
    return (perf_counter() - begin) * 1000
