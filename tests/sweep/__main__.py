"""Kills a run of delivering at every write, flush, rename and send in turn, and counts the mail.

    python -m tests.sweep [--every N] [--write FILE] [--fault NAME]... [--hooks]

A newsletter with an edition that is due to ten subscribers is copied for each point; `strace` kills
the run as it is about to make its n-th call, or has that call (or all from it on) fail; what it
left is then finished by another run, ten minutes later, and a server that keeps everything tells
what each subscriber got. The recovery is killed as well. Nothing here is patched.

Where there is no strace, or with --hooks, the interpreter's own hooks kill (tests/sweep/hooks.py),
and no call fails.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiosmtpd.controller import Controller

from digest.models import Consent, ConsentAct, Preferences, Subscriber, SubscriberState
from digest.store import open_store

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 3, 12, 8, tzinfo=UTC)
CALLS = "pwrite64,fsync,fdatasync,ftruncate,rename,unlink,sendto,sendmsg"
READERS = 10
FAULTS = {
    "killed": "signal=KILL:when={n}",
    "ENOSPC once": "error=ENOSPC:when={n}",
    "EIO once": "error=EIO:when={n}",
    "ENOSPC for ever": "error=ENOSPC:when={n}+",
}
AGAIN = "killed, and again in the recovery"
TRIES = 4


class Keeper:
    """A server's handler that keeps all it takes."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, str]] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        del server, session
        content = bytes(envelope.content)
        told = (envelope.rcpt_tos[0], message_from_bytes(content)["Message-ID"], digest_of(content))
        self.got.append(told)
        return "250 kept"


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass(slots=True)
class Tally:
    """What a sweep saw: points, mails lost, mails repeated, and repeats that differed."""

    points: int = 0
    lost: int = 0
    repeated: int = 0
    most_repeated: int = 0
    differed: int = 0
    held: int = 0
    failed: list[str] = field(default_factory=list)


Tracing = tuple[list[str], dict[str, str]]
"""What stands before the command, and what is added to its environment."""


class Strace:
    """Counts the calls of the system, and lets one of them end the run or fail."""

    faults = (*FAULTS, AGAIN)

    def counting(self, log: Path) -> Tracing:
        return ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={CALLS}"], {}

    def at(self, fault: str, n: int) -> Tracing:
        inject = ["-e", f"trace={CALLS}", "-e", f"inject={CALLS}:{FAULTS[fault].format(n=n)}"]
        return ["strace", "-f", "-qq", "-o", "/dev/null", *inject], {}


class Hooks:
    """Counts the interpreter's own calls, and kills before one of them."""

    faults = ("killed", AGAIN)

    def counting(self, log: Path) -> Tracing:
        return [], {"SWEEP_LOG": str(log)}

    def at(self, fault: str, n: int) -> Tracing:
        assert fault == "killed"
        return [], {"SWEEP_KILL_AT": str(n)}


class Sweep:
    """One policy, one fault, every point."""

    def __init__(
        self, base: Path, port: int, keeper: Keeper, policy: str, tracer: Strace | Hooks
    ) -> None:
        self._tracer = tracer
        self._base = base
        self._keeper = keeper
        self._environ = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DIGEST_SMTP__HOST": "localhost",
            "DIGEST_SMTP__PORT": str(port),
            "DIGEST_SMTP__TLS": "none",
            "DIGEST_SMTP__CONNECTIONS": "1",
            "DIGEST_DELIVER__ON_DOUBT": policy,
        }

    def over(self, fault: str, every: int, *, in_recovery: bool) -> Tally:
        """Return what came of it at each point, until a run comes to its end untouched."""
        tally = Tally()
        points = self._points()
        for n in range(1, points + 1, every):
            if not in_recovery:
                self._at(tally, [self._tracer.at(fault, n)], f"{fault} at {n}")
                continue
            for m in range(1, points + 1, every * 4):
                faults = [self._tracer.at("killed", n), self._tracer.at(fault, m)]
                self._at(tally, faults, f"killed at {n}, then {fault} at {m}")
        return tally

    def _points(self) -> int:
        """Count the calls of a run that nothing happens to."""
        with self._copy() as folder:
            log = folder / "calls"
            self._run(folder, AT, self._tracer.counting(log))
            return sum("(" in line for line in log.read_text().splitlines())

    def _at(self, tally: Tally, faults: list[Tracing], where: str) -> None:
        self._keeper.got.clear()
        tally.points += 1
        with self._copy() as folder:
            now = AT
            for fault in faults:
                self._run(folder, now, fault)
                now += timedelta(minutes=10)
            for _ in range(TRIES):
                self._run(folder, now, ([], {}))
                now += timedelta(minutes=30)
                counts, held = self._outbox(folder)
                if sum(counts.values()) == READERS and counts.keys() <= {"sent", "held"}:
                    break
            else:
                tally.failed.append(f"{where}: not done after {TRIES} more runs: {counts}")
            self._count(tally, held, where)

    @staticmethod
    def _outbox(folder: Path) -> tuple[dict[str, int], set[str]]:
        """Return the deliveries counted by state, and to whom those held are."""
        store = open_store(f"sqlite:///{folder / 'digest.db'}", create=False)
        with store.reading_post() as post:
            counts = post.outbox.counts("2026-03-11")
            readers = [post.register.by_id(number) for _, number, _ in post.outbox.held()]
        store.close()
        return counts.get("2026-03-11", {}), {str(each.address) for each in readers if each}

    def _count(self, tally: Tally, held: set[str], where: str) -> None:
        got = Counter(recipient for recipient, _, _ in self._keeper.got)
        kinds = {(recipient, told, content) for recipient, told, content in self._keeper.got}
        lost = READERS - len(got.keys() | held)
        tally.held += len(held)
        tally.lost += lost
        repeated = sum(got.values()) - len(got)
        tally.repeated += repeated
        tally.most_repeated = max(tally.most_repeated, repeated)
        tally.differed += len(kinds) - len(got)
        if lost > 0:
            tally.failed.append(f"{where}: {lost} lost")

    def _run(self, folder: Path, at: datetime, tracing: Tracing) -> int:
        before, added = tracing
        command = [*before, sys.executable, "-m", "tests.sweep.target", str(folder), at.isoformat()]
        done = subprocess.run(
            command, env=self._environ | added, cwd=ROOT, capture_output=True, check=False
        )
        return done.returncode

    def _copy(self) -> Any:
        return _Copy(self._base)


class _Copy:
    def __init__(self, base: Path) -> None:
        self._base = base
        self._place = TemporaryDirectory()

    def __enter__(self) -> Path:
        return Path(shutil.copytree(self._base, Path(self._place.name) / "letter"))

    def __exit__(self, *_: object) -> None:
        self._place.cleanup()


def prepare(folder: Path) -> None:
    """Make a newsletter with one edition that is due, to ten subscribers."""
    digest = [sys.executable, "-m", "digest"]
    subprocess.run([*digest, "init", folder], check=True, capture_output=True, cwd=ROOT)
    papers = [
        {
            "id": f"2603.{n:05}",
            "title": f"Lanterns {n}",
            "summary": f"An invented abstract, number {n}. It says little.",
            "authors": [{"name": "A. Author"}],
            "upvotes": n,
        }
        for n in range(1, 6)
    ]
    (folder / "inbox" / "2026-03-11.json").write_text(json.dumps([{"paper": p} for p in papers]))
    subprocess.run([*digest, "--dir", folder, "run"], check=True, capture_output=True, cwd=ROOT)
    store = open_store(f"sqlite:///{folder / 'digest.db'}", create=False)
    before = AT - timedelta(days=30)
    with store.writing_post() as post:
        for n in range(READERS):
            reader = Subscriber(
                address=f"reader{n}@example.org",
                state=SubscriberState.ACTIVE,
                preferences=Preferences(),
                created_at=before,
                since=before,
                active_since=before,
            )
            consent = Consent(act=ConsentAct.CONFIRMED, at=before)
            post.register.add(reader, reader.address, consent)
    store.close()


def sweeps(
    every: int, faults: Sequence[str], tracer: Strace | Hooks
) -> Iterator[tuple[str, str, Tally]]:
    """Yield policy, fault and tally of each sweep."""
    keeper = Keeper()
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    server = Controller(keeper, hostname="localhost", port=port)
    server.start()
    try:
        with TemporaryDirectory() as place:
            base = Path(place) / "letter"
            prepare(base)
            for policy in ("resend", "hold"):
                sweep = Sweep(base, port, keeper, policy, tracer)
                for fault in faults:
                    if fault == AGAIN:
                        yield policy, fault, sweep.over("killed", every * 8, in_recovery=True)
                    else:
                        yield policy, fault, sweep.over(fault, every, in_recovery=False)
    finally:
        server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.sweep", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take every N-th point (default 1)")
    parser.add_argument("--write", type=Path, help="write the table to this file")
    parser.add_argument("--fault", action="append", choices=[*FAULTS, AGAIN], help="only these")
    parser.add_argument("--hooks", action="store_true", help="kill by hooks, though strace is here")
    told = parser.parse_args()
    tracer = Hooks() if told.hooks or shutil.which("strace") is None else Strace()
    faults = [fault for fault in tracer.faults if fault in (told.fault or tracer.faults)]
    if isinstance(tracer, Hooks):
        print("By hooks, not by strace (Debian: apt install strace): no call fails.")
    rows = ["| policy | fault | points | lost | repeated | most at a point | differing | held |"]
    rows.append("|---|---|---:|---:|---:|---:|---:|---:|")
    bad = 0
    for policy, fault, t in sweeps(told.every, faults, tracer):
        row = f"| `{policy}` | {fault} | {t.points} | {t.lost} | {t.repeated} | {t.most_repeated} "
        rows.append(f"{row}| {t.differed} | {t.held} |")
        print(rows[-1], flush=True)
        for what in t.failed:
            print(f"  {what}")
        most = 0 if policy == "hold" else 2 if fault == AGAIN else 1
        too_often = t.most_repeated > most
        bad += bool(t.failed or t.lost or t.differed or too_often)
    if told.write:
        told.write.write_text("\n".join(rows) + "\n")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
