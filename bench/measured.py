"""A command measured: its time, its processors' time, and the memory of all its processes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a command took: seconds, seconds of processors, MiB at its peak; and what it printed."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    printed: str


def measured(command: Sequence[str], extra: Mapping[str, str] | None = None) -> Run:
    """Run a command with more of an environment to its end; one that fails ends the measurement."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **(extra or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    peak = [0.0]
    ended = Event()
    watcher = Thread(target=_watch, args=(process.pid, peak, ended))
    watcher.start()
    printed = process.stdout.read().decode() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    ended.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{printed}")
    return Run(
        seconds=seconds,
        cpu_seconds=used.ru_utime + used.ru_stime,
        peak_mib=max(peak[0], used.ru_maxrss / 1024),
        printed=printed,
    )


def _watch(session: int, peak: list[float], ended: Event) -> None:
    """Add up, again and again, what the processes of a session hold."""
    while not ended.wait(_EVERY_SECONDS):
        peak[0] = max(peak[0], sum(map(_held, _of_session(session))))


def _of_session(session: int) -> list[Path]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            told = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(told[3]) == session:
            found.append(place)
    return found


def _held(place: Path) -> float:
    """Return what a process holds, in MiB; what it shares with others is shared out."""
    try:
        told = (place / "smaps_rollup").read_text().split("\nPss:")[1]
    except (OSError, IndexError):
        return 0.0
    return int(told.split()[0]) / 1024
