"""Mailing an edition to many: ours, recorded durably, beside what takes mail with no record.

Postfix's smtp-sink takes the mail on this machine (Debian: apt install postfix). Beside ours: its
own smtp-source; a script (an EmailMessage for each reader, one connection); four smtplib threads
that send ready bytes. An edition of 20 papers; readers alike, or each with topics of their own.
"""

from __future__ import annotations

import email
import os
import shutil
import smtplib
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bench.bench_render import row
from bench.mailed import AT, PAPERS, Frozen, Job, mailed, newsletter, sample
from digest.pipeline.planning import Planner, Timetable

RUNS = 3
SCRIPTED = 1000
POSTGRES = "DIGEST_TEST_POSTGRES"
SENDER = "list@example.org"


def rows(scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """Yield the rows; those that send only where smtp-sink is."""
    few, many = max(500, int(10_000 * scale)), max(1_000, int(100_000 * scale))
    if not sbin("smtp-sink"):
        print("no smtp-sink here: nothing is mailed (Debian: apt install postfix)", file=sys.stderr)
    else:
        with sink() as port:
            yield from alike(Job(port=port, count=few))
            yield from many_alike(Job(port=port, count=many))
            yield from signed(Job(port=port, count=few))
            yield from own_topics(Job(port=port, count=max(500, few // 2)))
            if os.environ.get(POSTGRES):
                yield on_postgres(Job(port=port, count=few))
    yield planning(many)


def alike(job: Job) -> Iterator[dict[str, Any]]:
    """Everybody gets the same, unsigned."""
    ready = sample(job)
    times: list[tuple[float, ...]] = []
    for _ in range(RUNS):
        bare = per_mail(lambda: threads_send(job.port, ready, job.count), job.count)
        took = mailed(job)
        script = per_mail(lambda: script_sends(job.port, ready, SCRIPTED), SCRIPTED)
        source = per_mail(lambda: source_sends(job.port, ready, job.count), job.count)
        times.append((took.ms, bare, script, source, took.commits))
    ours, bare, script, source, commits = map(statistics.median, zip(*times, strict=True))
    told = f"{job.connections} connections, {commits:.2f} durable commits a mail"
    yield row(
        f"a mail of {PAPERS} papers, {len(ready) // 1000} kB, to {job.count:,} alike, recorded",
        ours,
        theirs="four smtplib threads, ready bytes, nothing recorded",
        theirs_ms=bare,
        goal="≤ 1.43× (0.7 of their rate)",
        note=f"a mail; {told}",
    )
    yield row(
        "the same",
        ours,
        theirs="a script: EmailMessage, one connection",
        theirs_ms=script,
        goal="≤ 0.2×",
        note=f"{1000 / ours:,.0f} a second beside {1000 / script:,.0f}",
    )
    yield row(
        "the same",
        ours,
        theirs="Postfix's smtp-source, 20 sessions",
        theirs_ms=source,
        note="it sends one text, made of nothing",
    )


def many_alike(job: Job) -> Iterator[dict[str, Any]]:
    """As many as a large list has, and what memory that takes."""
    ready = sample(job)
    bare = per_mail(lambda: threads_send(job.port, ready, job.count // 10), job.count // 10)
    small, large = mailed(Job(port=job.port, count=1000)), mailed(job)
    yield row(
        f"the same to {job.count:,}, planned, mailed and recorded",
        large.ms,
        theirs="four smtplib threads, ready bytes, nothing recorded",
        theirs_ms=bare,
        note=f"a mail; {large.ms * job.count / 60_000:.1f} minutes in all",
    )
    yield {
        "job": f"the same: peak memory beside that of mailing 1,000, {job.count:,} subscribers",
        "ours_ms": None,
        "theirs": "1,000 subscribers",
        "theirs_ms": None,
        "ratio": large.mib / small.mib,
        "goal": "flat: at most 1.1×",
        "note": f"{large.mib:.0f} MiB beside {small.mib:.0f} MiB",
    }


def signed(job: Job) -> Iterator[dict[str, Any]]:
    """DKIM, beside the bare signatures: nothing signs quicker than they are made."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    took = mailed(Job(port=job.port, count=job.count, key=pem.decode()))

    def sign() -> None:
        for _ in range(SCRIPTED):
            key.sign(b"x", padding.PKCS1v15(), hashes.SHA256())

    yield row(
        f"a mail to {job.count:,} alike, signed (DKIM, RSA of 2048 bits), recorded",
        took.ms,
        theirs="the RSA signatures alone, one after the other",
        theirs_ms=per_mail(sign, SCRIPTED),
        goal="the speed of the signatures",
        note=f"{1000 / took.ms:,.0f} a second",
    )


def own_topics(job: Job) -> Iterator[dict[str, Any]]:
    """Everybody chose other topics, and another number of papers."""
    took = mailed(Job(port=job.port, count=job.count, own_topics=True))
    yield row(
        f"a mail to each of {job.count:,} with topics of their own, recorded",
        took.ms,
        goal="≥ 300 a second and core",
        note=f"{1000 / took.ms:,.0f} a second",
    )


def on_postgres(job: Job) -> dict[str, Any]:
    from tests.postgres import fresh_schema

    with fresh_schema() as url:
        took = mailed(Job(port=job.port, count=job.count, url=url))
    return row(
        f"a mail to {job.count:,} alike, PostgreSQL, recorded",
        took.ms,
        note=f"{1000 / took.ms:,.0f} a second; {took.commits:.2f} durable commits a mail",
    )


def planning(count: int) -> dict[str, Any]:
    times = []
    with ExitStack() as stack:
        for _ in range(RUNS):
            place = Path(stack.enter_context(TemporaryDirectory()))
            letter: Frozen = newsletter(place, Job(port=0, count=count))
            planner = Planner(letter.store, letter.rules, Timetable(), AT)
            start = time.perf_counter()
            planned = planner.plan()
            times.append((time.perf_counter() - start) * 1000)
            letter.store.close()
            assert sum(planned.editions.values()) == count
    return row(f"planning {count:,} deliveries", statistics.median(times), goal="≤ 5 s")


def threads_send(port: int, ready: bytes, count: int) -> None:
    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            for n in range(count // 4):
                server.sendmail(SENDER, [f"reader{n}@example.org"], ready)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def script_sends(port: int, ready: bytes, count: int) -> None:
    parts = email.message_from_bytes(ready).get_payload()
    text, html = (part.get_payload(decode=True).decode() for part in parts)
    with smtplib.SMTP("127.0.0.1", port) as server:
        for n in range(count):
            message = EmailMessage()
            message["From"] = SENDER
            message["To"] = f"reader{n}@example.org"
            message["Subject"] = "An edition"
            message.set_content(text)
            message.add_alternative(html, subtype="html")
            server.send_message(message)


def source_sends(port: int, ready: bytes, count: int) -> None:
    command = [sbin("smtp-source"), "-d", "-s", "20", "-l", str(len(ready)), "-m", str(count)]
    command += ["-f", SENDER, "-t", "reader@example.org", f"127.0.0.1:{port}"]
    subprocess.run(command, check=True, capture_output=True)


def per_mail(act: Callable[[], None], count: int) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000 / count


@contextmanager
def sink() -> Iterator[int]:
    """Run smtp-sink on a free port, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    server = subprocess.Popen([sbin("smtp-sink"), *user, f"127.0.0.1:{port}", "1000"])
    try:
        await_port(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def await_port(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def sbin(name: str) -> str:
    """Return where a program of Postfix is, also where only root looks; "" if nowhere."""
    return shutil.which(name, path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin") or ""
