"""One newsletter with an edition and many subscribers, mailed in a process of its own.

`python -m bench.mailed '{"port": 2525, "count": 1000}'` tells how long a mail took, how much
memory, how many transactions recorded the results; `bench_delivery` asks for it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from digest.cli import work
from digest.cli.newsletter import Newsletter
from digest.cli.postroom import postroom
from digest.models import (
    Consent,
    ConsentAct,
    Delivery,
    DeliveryState,
    Preferences,
    Subscriber,
    SubscriberState,
)
from digest.pipeline.deliver import Postroom, Wishes, deliver
from digest.settings import load
from digest.smtp.connection import Connection, Server

AT = datetime(2026, 3, 12, 8, tzinfo=UTC)
EDITION = "2026-03-11"
PAPERS = 20
BATCH = 1000
WORDS = ("lantern", "whale", "buoy", "harbour", "gull", "tide", "anchor", "reef")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be mailed: to how many, over how many connections, to which server."""

    port: int
    count: int
    connections: int = 16
    own_topics: bool = False
    key: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What it took: milliseconds and transactions a mail, and memory at its highest."""

    ms: float
    mib: float
    commits: float


class Frozen(Newsletter):
    """A newsletter whose clock stands still."""

    def now(self) -> datetime:
        return AT


def mailed(job: Job) -> Took:
    """Do it in a process of its own, from an empty folder."""
    command = [sys.executable, "-m", "bench.mailed", json.dumps(asdict(job))]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Took(**json.loads(told.splitlines()[-1]))


def do(job: Job) -> Took:
    with TemporaryDirectory() as place:
        letter = newsletter(Path(place), job)
        try:
            room = post_room(letter, job)
            start = time.perf_counter()
            report = deliver(room, Wishes())
            took = time.perf_counter() - start
        finally:
            letter.store.close()
    assert report.counts == {DeliveryState.SENT: job.count}, report
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Took(ms=took * 1000 / job.count, mib=peak, commits=report.commits / job.count)


def post_room(letter: Newsletter, job: Job) -> Postroom:
    where = Server(host="127.0.0.1", port=job.port, tls="none", timeout_seconds=60)
    room = postroom(letter, lambda: Connection(where), threading.Event())
    return replace(room, means=replace(room.means, connections=job.connections))


def newsletter(root: Path, job: Job) -> Newsletter:
    """Make a newsletter with one edition and as many subscribers."""
    (root / "inbox").mkdir()
    topics = "".join(f'[topics.{word}]\nwords = ["{word}"]\n' for word in WORDS)
    store = f"[store]\nurl = '{job.url}'\n" if job.url else ""
    dkim = f'[dkim]\nselector = "s1"\ndomain = "example.org"\nkey = """{job.key}"""\n'
    (root / "digest.toml").write_text(f"{store}{dkim * bool(job.key)}{topics}")
    dump = root / "inbox" / f"{EDITION}.json"
    dump.write_text(json.dumps(papers()))
    past = (AT - timedelta(hours=12)).timestamp()
    os.utime(dump, (past, past))
    letter = Frozen(root, load(root, environ={}))
    work.ingest(letter, [dump])
    for first in range(1, job.count + 1, BATCH):
        numbers = range(first, min(first + BATCH, job.count + 1))
        with letter.store.writing_post() as post:
            post.register.add_many(list(newcomers(numbers, own_topics=job.own_topics)))
    return letter


def newcomers(numbers: range, *, own_topics: bool) -> Iterator[tuple[Subscriber, str, Consent]]:
    before = AT - timedelta(days=30)
    for n in numbers:
        chosen = tuple(word for bit, word in enumerate(WORDS) if n >> bit & 1)
        reader = Subscriber(
            address=f"reader{n}@example.org",
            state=SubscriberState.ACTIVE,
            preferences=Preferences(
                hour=7,
                zone="UTC",
                topics=chosen if own_topics else (),
                cap=1 + n % 20 if own_topics else None,
                wants_empty=True,
            ),
            created_at=before,
            since=before,
            active_since=before,
        )
        yield reader, reader.address, Consent(act=ConsentAct.CONFIRMED, at=before)


def papers() -> list[dict[str, object]]:
    """Return invented papers as the API has them, whose mail has 20 kB to 40 kB."""
    return [
        {
            "paper": {
                "id": f"2603.{n:05}",
                "title": f"{WORDS[n % len(WORDS)].capitalize()} {n}: a title of some length",
                "summary": f"Number {n} tells of a {WORDS[n % len(WORDS)]}.",
                "authors": [{"name": f"Author {a}"} for a in range(5)],
                "upvotes": n,
            }
        }
        for n in range(1, PAPERS + 1)
    ]


def sample(job: Job) -> bytes:
    """Return a mail as ours sends it, for the others to send."""
    with TemporaryDirectory() as place:
        letter = newsletter(Path(place), replace(job, count=1))
        delivery = Delivery(
            edition=EDITION,
            subscriber_id=1,
            address="reader1@example.org",
            preferences=Preferences(),
            planned_at=AT,
        )
        envelope = post_room(letter, job).means.letter(delivery)
        letter.store.close()
    assert envelope is not None
    return envelope.content


if __name__ == "__main__":
    print(json.dumps(asdict(do(Job(**json.loads(sys.argv[1]))))))
