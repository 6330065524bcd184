"""Mailing an edition to many: ours, recorded durably, beside what takes mail with no record.

Postfix's smtp-sink takes the mail on this machine (Debian: apt install postfix). Beside ours: its
own smtp-source; a script (an EmailMessage for each reader, one connection); four smtplib threads
that send ready bytes. An edition of 20 papers; readers alike, or each with topics of their own.
"""

from __future__ import annotations

import json
import os
import shutil
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from digest.cli.newsletter import Newsletter
from digest.models import DeliveryState, Preferences
from digest.pipeline.deliver import Wishes, deliver
from digest.pipeline.planning import Planner, Timetable
from digest.settings import load
from digest.smtp.connection import Connection, Server
from digest.store.tables import subscribers

AT = datetime(2026, 3, 12, 8, tzinfo=UTC)
PAPERS = 20
SCRIPTED = 1000
WORDS = ("lantern", "whale", "buoy", "harbour", "gull", "tide", "anchor", "reef")


class Frozen(Newsletter):
    """A newsletter whose clock stands still."""

    def now(self) -> datetime:
        return AT


def rows(scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """Yield the rows; none where smtp-sink is missing."""
    if not shutil.which("smtp-sink"):
        print("smtp-sink is missing: no rows of delivery (Debian: apt install postfix)")
        return
    few, many = max(500, int(10_000 * scale)), max(1_000, int(100_000 * scale))
    with sink() as port:
        yield from alike(port, few, many)
        yield from own_topics(port, max(500, int(5_000 * scale)))
        if os.environ.get("DIGEST_TEST_POSTGRES"):
            yield on_postgres(port, few)
    yield planning(many)


def alike(port: int, few: int, many: int) -> Iterator[dict[str, Any]]:
    """Everybody gets the same, unsigned."""
    ready = sample(port)
    bare = per_mail(lambda: threads_send(port, ready, few), few)
    script = per_mail(lambda: script_sends(port, ready, SCRIPTED), SCRIPTED)
    source = per_mail(lambda: source_sends(port, ready, few), few)
    ours, memory_few = send_to(port, few)
    job = f"a mail of {PAPERS} papers ({len(ready) // 1000} kB) to each of {few:,} alike, recorded"
    yield row(job, ours, "four bare smtplib threads", bare, "at most 1.43 times (0.7 of the rate)")
    yield row("the same", ours, "EmailMessage, one smtplib connection", script, "at most 0.2 times")
    yield row("the same", ours, "smtp-source, 20 sessions", source, "")
    ours, memory_many = send_to(port, many)
    yield row(f"the same to {many:,}", ours, "four bare smtplib threads", bare, "")
    yield {
        "job": f"memory, {many:,} subscribers beside 1,000",
        "ours_ms": None,
        "theirs": "",
        "theirs_ms": None,
        "ratio": memory_many / send_to(port, 1_000)[1],
        "goal": "at most 1.1 times",
        "note": f"{memory_many / 1024:.0f} MiB at its highest; {memory_few / 1024:.0f} at {few:,}",
    }


def own_topics(port: int, count: int) -> Iterator[dict[str, Any]]:
    """Everybody chose other topics."""
    ours, _ = send_to(port, count, own_topics=True)
    yield row(f"{count:,} with topics of their own, recorded", ours, "", None, "at most 3.3 ms")


def on_postgres(port: int, count: int) -> dict[str, Any]:
    ours, _ = send_to(port, count, url=os.environ["DIGEST_TEST_POSTGRES"])
    return row(f"{count:,} alike, PostgreSQL", ours, "", None, "")


def planning(count: int) -> dict[str, Any]:
    with TemporaryDirectory() as place:
        letter = newsletter(Path(place), 2599, count)
        planner = Planner(letter.store, letter.rules, Timetable(), AT)
        start = time.perf_counter()
        planned = planner.plan()
        took = (time.perf_counter() - start) * 1000
        assert sum(planned.editions.values()) == count
        letter.store.close()
    return row(f"planning {count:,} deliveries", took, "", None, "at most 5 s")


def send_to(
    port: int, count: int, *, own_topics: bool = False, url: str = ""
) -> tuple[float, float]:
    """Send in a process of its own; return ms a mail and its highest memory in KiB."""
    with TemporaryDirectory() as place:
        command = [sys.executable, "-m", "bench.bench_delivery", place, str(port), str(count)]
        command += [str(int(own_topics)), url]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found = json.loads(told.splitlines()[-1])
        return found["ms"], found["kib"]


def child(place: str, port: str, count: str, own: str, url: str) -> None:
    import resource

    letter = newsletter(Path(place), int(port), int(count), own_topics=own == "1", url=url)
    room = post_room(letter, int(port))
    start = time.perf_counter()
    report = deliver(room, Wishes())
    took = time.perf_counter() - start
    assert report.counts == {DeliveryState.SENT: int(count)}, report
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"ms": took * 1000 / int(count), "kib": kib, "commits": report.commits}))


def post_room(letter: Newsletter, port: int) -> Any:
    from digest.cli.postroom import postroom

    where = Server(host="127.0.0.1", port=port, tls="none", timeout_seconds=60)
    room = postroom(letter, lambda: Connection(where), threading.Event())
    return replace(room, means=replace(room.means, connections=CONNECTIONS))


CONNECTIONS = 4


def newsletter(
    root: Path, port: int, count: int, *, own_topics: bool = False, url: str = ""
) -> Newsletter:
    """Make a newsletter with one edition and as many subscribers."""
    (root / "inbox").mkdir()
    topics = "".join(f'[topics.{word}]\nwords = ["{word}"]\n' for word in WORDS)
    store = f'[store]\nurl = "{url}"\n' if url else ""
    (root / "digest.toml").write_text(f"{store}{topics}")
    (root / "inbox" / "2026-03-11.json").write_text(json.dumps(papers()))
    letter = Frozen(root, load(root, environ={}))
    from digest.cli import work

    past = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
    os.utime(root / "inbox" / "2026-03-11.json", (past, past))
    work.ingest(letter, [root / "inbox" / "2026-03-11.json"])
    with letter.store.writing_post() as post:
        before = AT - timedelta(days=30)
        rows = [subscriber(n, before, own_topics) for n in range(1, count + 1)]
        post.register._connection.execute(insert(subscribers), rows)
    return letter


def subscriber(n: int, before: datetime, own_topics: bool) -> dict[str, Any]:
    chosen = tuple(word for bit, word in enumerate(WORDS) if n >> bit & 1) if own_topics else ()
    preferences = Preferences(topics=chosen, cap=1 + n % 20 if own_topics else None)
    return {
        "id": n,
        "address": f"reader{n}@example.org",
        "address_key": f"reader{n}@example.org",
        "state": "active",
        "cadence": "day",
        "hour": 7,
        "zone": "UTC",
        "topics": preferences.topics,
        "muted": (),
        "cap": preferences.cap,
        "wants_empty": True,
        "created_at": before,
        "since": before,
        "active_since": before,
    }


def papers() -> list[dict[str, Any]]:
    return [
        {
            "paper": {
                "id": f"2603.{n:05}",
                "title": f"{WORDS[n % len(WORDS)].capitalize()} {n}: a title, invented, of length",
                "summary": f"Number {n} tells of a {WORDS[n % len(WORDS)]}. "
                + "It is an invented sentence, as long as such sentences tend to be. " * 9,
                "authors": [{"name": f"Author {a}"} for a in range(5)],
                "upvotes": n,
            }
        }
        for n in range(1, PAPERS + 1)
    ]


def sample(port: int) -> bytes:
    """Return a mail as ours sends it, for the others to send."""
    from digest.models import Delivery

    with TemporaryDirectory() as place:
        letter = newsletter(Path(place), port, 1)
        room = post_room(letter, port)
        delivery = Delivery(
            edition="2026-03-11",
            subscriber_id=1,
            address="reader1@example.org",
            preferences=Preferences(),
            planned_at=AT,
        )
        envelope = room.means.letter(delivery)
        letter.store.close()
        return envelope.content


def threads_send(port: int, ready: bytes, count: int) -> None:
    def run() -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            for n in range(count // 4):
                server.sendmail("list@example.org", [f"reader{n}@example.org"], ready)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def script_sends(port: int, ready: bytes, count: int) -> None:
    import email

    parsed = email.message_from_bytes(ready)
    text, html = (part.get_payload(decode=True).decode() for part in parsed.get_payload())
    with smtplib.SMTP("127.0.0.1", port) as server:
        for n in range(count):
            message = EmailMessage()
            message["From"] = "list@example.org"
            message["To"] = f"reader{n}@example.org"
            message["Subject"] = "An edition"
            message.set_content(text)
            message.add_alternative(html, subtype="html")
            server.send_message(message)


def source_sends(port: int, ready: bytes, count: int) -> None:
    size = str(len(ready))
    command = ["smtp-source", "-d", "-s", "20", "-l", size, "-m", str(count)]
    command += ["-f", "list@example.org", "-t", "reader@example.org", f"127.0.0.1:{port}"]
    subprocess.run(command, check=True, capture_output=True)


def per_mail(act: Callable[[], None], count: int) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000 / count


@contextmanager
def sink() -> Iterator[int]:
    """Run smtp-sink on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["smtp-sink", *(["-u", "nobody"] if os.geteuid() == 0 else []), f"127.0.0.1:{port}"]
    server = subprocess.Popen([*command, "1000"], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()


def row(job: str, ours: float, theirs: str, their_ms: float | None, goal: str) -> dict[str, Any]:
    return {
        "job": job,
        "ours_ms": ours,
        "theirs": theirs,
        "theirs_ms": their_ms,
        "ratio": None if their_ms is None else ours / their_ms,
        "goal": goal,
        "note": "ms a mail" if their_ms is not None else f"{1000 / ours:,.0f} a second",
    }


if __name__ == "__main__":
    child(*sys.argv[1:])
