"""Measure every job and print one table; `--write FILE` keeps it as Markdown.

Each module named in `SUITES` offers `rows(scale) -> list[Row]`; how a job is measured, and against
what, is told there. This one collects, rounds and prints; it judges nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TypedDict

from rich.console import Console
from rich.table import Table

SUITES = (
    "bench.bench_dumps",
    "bench.bench_store",
    "bench.bench_latex",
    "bench.bench_render",
    "bench.bench_edition",
    "bench.bench_letters",
    "bench.bench_delivery",
    "bench.bench_flow",
    "bench.bench_pages",
    "bench.bench_search_site",
    "bench.bench_site",
)
HEADINGS = ("job", "ours", "beside", "its time", "ratio", "goal", "note")


class Row(TypedDict):
    """One job: medians in milliseconds; `theirs` names the alternative, "" where there is none."""

    job: str
    ours_ms: float | None
    theirs: str
    theirs_ms: float | None
    ratio: float | None
    goal: str
    note: str


def main() -> None:
    """Measure, print, and write the file asked for."""
    options = parse_options()
    rows = list(measure(options.scale, options.only or SUITES))
    show(rows)
    if options.write:
        options.write.parent.mkdir(parents=True, exist_ok=True)
        options.write.write_text(as_markdown(rows, options.scale), encoding="utf-8")
        print(f"Written to {options.write}")


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="size of the work; 0.1 is a quick look (default 1)"
    )
    parser.add_argument(
        "--only", choices=SUITES, action="append", metavar="SUITE", help="leave the others out"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="keep the table as Markdown")
    options = parser.parse_args()
    if options.scale <= 0:
        parser.error("--scale: give a number above 0")
    return options


def measure(scale: float, names: Sequence[str]) -> Iterator[Row]:
    """Run the suites one after the other, saying on stderr which one works."""
    for name in names:
        print(f"{name} ...", file=sys.stderr)
        yield from import_module(name).rows(scale)


def show(rows: list[Row]) -> None:
    table = Table(title=facts())
    for heading in HEADINGS:
        is_number = heading in {"ours", "its time", "ratio"}
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=is_number)
    for row in rows:
        table.add_row(*cells(row))
    Console(width=None if sys.stdout.isatty() else 160, markup=False).print(table)


def as_markdown(rows: list[Row], scale: float) -> str:
    """Return the page: how it was measured, on what, and the table."""
    lines = [
        "# Benchmarks",
        "",
        "Each row is this project beside what a user would pick instead, measured in one run on",
        "one machine; times are medians of several. Ratios hold elsewhere, times do not.",
        "",
        f"- Command: `{command(scale)}`",
        f"- Machine: {facts()}",
        "",
        line_of(HEADINGS),
        "|---|---:|---|---:|---:|---|---|",
        *(line_of(cells(row)) for row in rows),
    ]
    return "\n".join(lines) + "\n"


def command(scale: float) -> str:
    return "make bench" if scale == 1 else shlex.join(["make", "bench", f"SCALE={scale:g}"])


def facts() -> str:
    """Return what the figures depend on: cores, architecture, system, Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{cores} cores, {platform.machine()}, {platform.system()}, {python}"


def cells(row: Row) -> tuple[str, ...]:
    ratio = row["ratio"]
    return (
        row["job"],
        time_of(row["ours_ms"]),
        row["theirs"],
        time_of(row["theirs_ms"]),
        "" if ratio is None else f"{three_digits(ratio)}×",
        row["goal"],
        row["note"],
    )


def time_of(milliseconds: float | None) -> str:
    """Return a time in the unit a person would use."""
    if milliseconds is None:
        return ""
    if milliseconds >= 1000:
        return f"{three_digits(milliseconds / 1000)} s"
    if milliseconds < 1:
        return f"{three_digits(milliseconds * 1000)} µs"
    return f"{three_digits(milliseconds)} ms"


def three_digits(number: float) -> str:
    """Return `number` to three significant digits, without an exponent."""
    return f"{float(f'{number:.3g}'):,.12g}"


def line_of(texts: tuple[str, ...]) -> str:
    return "| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |"


if __name__ == "__main__":
    main()
