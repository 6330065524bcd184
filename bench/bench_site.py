"""The whole site of an archive beside Hugo and Pelican, and what one new day costs.

Each builds, into an empty folder, from the same invented papers: a page of each paper, each edition
(day, week, month), topic and author of two papers or more, lists and feeds (`bench.generators`).
Ours makes more of the same papers, all counted in its time: mail, Markdown, BibTeX, RIS, JSON, an
API, archive pages of feeds, a search. It is measured as a plain install has it, without extras;
Hugo and Pelican make no pictures either. What is told is the time a page of HTML, as commands that
begin and end; then with the extras that are installed.

New days are published late in a month, so that its roll-ups are as long as they get, on a large
archive and on a small one.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench import archives, generators, newday
from bench.archives import Work
from bench.bench_flow import DIGEST
from bench.bench_render import row
from bench.measured import Run, measured
from digest.output.twin import home_of

PAPERS, SMALL, A_DAY = 10_000, 1_000, 20
FEWEST = 100
TURNS, DAYS = 3, 4
PLAIN = {"PYTHONPATH": str(Path(__file__).resolve().parent / "plain")}
ALL = ("publish", "--all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A site that was built several times: what the runs took, and what it is."""

    runs: tuple[Run, ...]
    files: int
    pages: int
    size: int
    taken: int

    @property
    def page_ms(self) -> float:
        return median(run.seconds for run in self.runs) * 1000 / self.pages

    @property
    def file_ms(self) -> float:
        return median(run.seconds for run in self.runs) * 1000 / self.files

    @property
    def told(self) -> str:
        cpu = median(run.cpu_seconds for run in self.runs) * 1000 / self.pages
        return (
            f"{median(run.seconds for run in self.runs):,.1f} s, {cpu:.2f} ms of processors a page;"
            f" {self.pages:,} pages of {self.files:,} files, {self.size / 1e6:,.0f} MB,"
            f" {self.taken / 1e6:,.0f} MB on the disk, {self.peak_mib:,.0f} MiB of memory"
        )

    @property
    def peak_mib(self) -> float:
        return max(run.peak_mib for run in self.runs)


def rows(scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """Yield the rows; `scale` is that of both archives."""
    size = max(FEWEST, int(PAPERS * scale))
    days = archives.invented(size, A_DAY)
    with TemporaryDirectory(dir=Path.cwd()) as folder:
        root = Path(folder)
        letter = newsletter(root / "ours", days)
        yield from beside_others(root, letter, days)
        yield from with_extras(letter, size)
        small = max(FEWEST, int(SMALL * scale))
        other = newsletter(root / "small", archives.invented(small, A_DAY))
        built(ours(other, *ALL), other / "output", 1, PLAIN)
        yield from new_days((letter, size), (other, small))


def newsletter(root: Path, days: Sequence[Sequence[Work]]) -> Path:
    letter = archives.newsletter(root)
    archives.fill(letter, days)
    letter.store.close()
    return root


def beside_others(
    root: Path, letter: Path, days: Sequence[Sequence[Work]]
) -> Iterator[dict[str, Any]]:
    """Measure the three in turns, the slowest once."""
    build = ours(letter, *ALL)
    job = f"{sum(map(len, days)):,} papers in {len(days)} days, all built: a page"
    if shutil.which("hugo"):
        theirs_of = generators.hugo(root / "hugo", days)
        turns = [
            (built(build, letter / "output", 1, PLAIN), built(theirs_of, root / "hugo/public", 1))
            for _ in range(TURNS)
        ]
        mine, theirs = (joined([turn[n] for turn in turns]) for n in (0, 1))
        note = f"ours: {mine.told}; Hugo: {theirs.told}"
        yield row(job, mine.page_ms, theirs=version("hugo", "version"), theirs_ms=theirs.page_ms,
                  goal="≤ 1×", note=note)  # fmt: skip
        yield of_files(mine, theirs, "Hugo")
        yield memory(mine, theirs)
    else:
        mine = built(build, letter / "output", TURNS, PLAIN)
        note = f"ours: {mine.told}"
        yield row(job, mine.page_ms, note=f"{note}; Hugo is not installed (apt install hugo)")
    command = generators.pelican(root / "pelican", days)
    theirs = built(command, root / "pelican/public", 1)
    yield row("the same", mine.page_ms, theirs=f"Pelican {pelican()}", theirs_ms=theirs.page_ms,
              goal="≤ 0.2×", note=f"Pelican, once: {theirs.told}")  # fmt: skip
    yield of_files(mine, theirs, "Pelican")


def with_extras(letter: Path, size: int) -> Iterator[dict[str, Any]]:
    """Measure what pictures and the search in whole texts add, where they are installed."""
    copy = letter / "extras"
    shutil.copytree(letter, copy, ignore=shutil.ignore_patterns("output", "extras"))
    told = (copy / "digest.toml").read_text(encoding="utf-8")
    (copy / "digest.toml").write_text(told.replace("builtin", "auto"), encoding="utf-8")
    with_all = built(ours(copy, *ALL), copy / "output", 1)
    yield row(
        f"the same {size:,} papers with the extras installed: a page",
        with_all.page_ms,
        note=f"cards and sparklines as PNG, pagefind's index; {with_all.told}",
    )
    shutil.rmtree(copy)


def new_days(large: tuple[Path, int], small: tuple[Path, int]) -> Iterator[dict[str, Any]]:
    """Measure new days on both archives, one after the other."""
    (first, took, files), (_, beside, _) = (_days_on(*archive) for archive in (large, small))
    yield row(
        f"a new day of {newday.PAPERS} papers on {large[1]:,}, published",
        took,
        theirs=f"the same on {small[1]:,}",
        theirs_ms=beside,
        goal="≤ 1 s, ≤ 1.5×",
        note=f"by a process that stays; by one just begun {first:,.0f} ms; {files:,} files",
    )


def _days_on(root: Path, size: int) -> tuple[float, float, int]:
    """Return how long the first day took, the median of the others, and how many files it is."""
    command = [sys.executable, "-m", "bench.newday", str(root), str(size), str(DAYS)]
    told = json.loads(measured(command, PLAIN).printed)
    first, *others = (seconds * 1000 for seconds in told["seconds"])
    return first, median(others), told["files"]


def built(
    command: Sequence[str], made: Path, runs: int, extra: dict[str, str] | None = None
) -> Built:
    """Build a site afresh, some times: nothing of the one before is there, ours has a twin too."""
    done = []
    for _ in range(runs):
        for folder in (made, home_of(made)):
            shutil.rmtree(folder, ignore_errors=True)
        done.append(measured(command, extra))
    files, pages, size, taken = generators.made(made)
    return Built(runs=tuple(done), files=files, pages=pages, size=size, taken=taken)


def joined(turns: Sequence[Built]) -> Built:
    """Return what was built in several turns as one."""
    first = turns[0]
    runs = tuple(run for turn in turns for run in turn.runs)
    return Built(
        runs=runs, files=first.files, pages=first.pages, size=first.size, taken=first.taken
    )


def of_files(mine: Built, theirs: Built, name: str) -> dict[str, Any]:
    """Tell what a file takes, whatever it is: a page, a feed, a mail, data."""
    return row("the same: a file of any kind", mine.file_ms, theirs=name, theirs_ms=theirs.file_ms)


def memory(mine: Built, theirs: Built) -> dict[str, Any]:
    return {
        "job": "the same: peak memory, all processes",
        "ours_ms": None,
        "theirs": "Hugo",
        "theirs_ms": None,
        "ratio": mine.peak_mib / theirs.peak_mib,
        "goal": "",
        "note": f"{mine.peak_mib:,.0f} MiB beside {theirs.peak_mib:,.0f} MiB",
    }


def ours(letter: Path, *command: str) -> list[str]:
    return [*DIGEST, "--dir", str(letter), *command]


def version(*command: str) -> str:
    """Return the first words that a program says of itself: `hugo v0.111.3`."""
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return " ".join(said.split("+")[0].split()[:2])


def pelican() -> str:
    return version(sys.executable, "-m", "pelican", "--version")
