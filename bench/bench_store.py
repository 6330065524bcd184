"""The database's share of a dump of 100 papers, 50 of them new, beside a JSON list of seen ids.

One transaction: which of 100 papers are known, and all that is then written, committed to the
disk. The 50 known ones are spread over the whole store, which is harder than life: there they are
the latest. The stores are filled by raw SQL; parsing and comparing are measured elsewhere.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from digest.models import (
    Cadence,
    Diff,
    DumpRecord,
    DumpStatus,
    EditionRecord,
    Known,
    ListedPaper,
    New,
)
from digest.store import Store, open_store
from digest.store.papers import hash_of

SIZES = (1_000, 100_000, 1_000_000)
RUNS = 7
PER_DAY = 100
FIRST_DAY = date(1998, 1, 1)
THEIRS = "a JSON list of seen ids: loaded, checked, saved"
ABSTRACT = " ".join(["We show what a paper of the usual length says in its abstract."] * 17)

INSERTS = {
    "papers": "INSERT INTO papers (id, key, slug, change, arxiv_id, title, abstract, authors,"
    " keywords, links) VALUES (?, ?, ?, 1, ?, ?, ?, '[\"Ada Almeida\"]', '[]', '[]')",
    "keys": "INSERT INTO paper_keys (id, hash, paper_id, key) VALUES (?, ?, ?, ?)",
    "dumps": "INSERT INTO dumps (id, digest, name, format, status, arrived_at, recorded_at, reason,"
    " day, edition, is_late, listed, new, seen, revised)"
    " VALUES (?1, ?1, 'x.txt', 'page-text', 'read', ?2, ?2, '', ?3, ?3, 0, 100, 100, 0, 0)",
    "editions": "INSERT INTO editions (name, cadence, first_day, last_day, opened_at, updated_at,"
    " sealed_at, change) VALUES (?1, 'day', ?1, ?1, ?2, ?2, ?2, 1)",
    "sightings": "INSERT INTO sightings (paper_id, dump_id, day, position, listed)"
    " VALUES (?, ?, ?, ?, 100)",
    "announcements": "INSERT INTO announcements (paper_id, edition, section, at, is_late)"
    " VALUES (?, ?, 'new', ?, 0)",
}


def rows(scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """Yield a row for each size of store."""
    first_ms = 0.0
    for size in SIZES:
        papers = max(PER_DAY, int(size * scale))
        with TemporaryDirectory() as folder:
            ours = measure_ours(Path(folder) / "digest.db", papers)
            theirs = measure_theirs(Path(folder) / "seen.json", papers)
        first_ms = first_ms or ours
        yield {
            "job": f"a dump of 100 papers, 50 new, into a store of {papers:,}",
            "ours_ms": ours,
            "theirs": THEIRS,
            "theirs_ms": theirs,
            "ratio": ours / theirs,
            "goal": "≤ 30 ms, ≤ 3× the first",
            "note": f"{ours / first_ms:.2f}× the first; whole records kept, not only ids",
        }


def measure_ours(path: Path, papers: int) -> float:
    """Return the median milliseconds of one dump in a store of this size."""
    fill(path, papers)
    store = open_store(f"sqlite:///{path}")
    chance = random.Random(1)
    jobs = [dump_of(store, papers, n, chance) for n in range(RUNS + 1)]
    times = [milliseconds(job) for job in jobs]
    store.close()
    return median(times[1:])


def dump_of(store: Store, papers: int, number: int, chance: random.Random) -> Callable[[], None]:
    """Prepare a dump of 50 papers of the store and 50 of its own."""
    day = FIRST_DAY + timedelta(days=papers // PER_DAY + number)
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    old = chance.sample(range(papers), 50)
    fresh = range(papers + number * 50, papers + number * 50 + 50)
    listed = {n: paper(n, place) for place, n in enumerate([*old, *fresh], 1)}
    own = DumpRecord(
        digest=f"bench-{number}",
        name="bench.txt",
        format="page-text",
        status=DumpStatus.READ,
        arrived_at=at,
        day=day,
        edition=day.isoformat(),
    )
    edition = EditionRecord(
        name=day.isoformat(), cadence=Cadence.DAY, start=day, end=day, opened_at=at, updated_at=at
    )

    def work() -> None:
        with store.writing() as tx:
            known = tx.known([key for n in listed for key in keys_of(n)])
            tx.open_edition(edition)
            diff = Diff(
                new=tuple(
                    New(listed=listed[n], key=keys_of(n)[0], slug=f"p-{n}", keys=keys_of(n))
                    for n in fresh
                ),
                seen=tuple(Known(listed=listed[n], paper=known[keys_of(n)[0]][0]) for n in old),
            )
            tx.record(replace(own, id=tx.add_dump(own)), diff, 100, at)

    return work


def paper(n: int, place: int) -> ListedPaper:
    return ListedPaper(
        title=f"The paper of number {n}",
        abstract=ABSTRACT,
        position=place,
        authors=("Ada Almeida",),
        arxiv_id=arxiv_id(n),
        votes=place,
    )


def arxiv_id(n: int) -> str:
    return f"{n // 20_000:04}.{n % 20_000:05}"


def keys_of(n: int) -> tuple[str, str]:
    return f"arxiv:{arxiv_id(n)}", f"title:the paper of number {n}"


def fill(path: Path, papers: int) -> None:
    """Make a store with this many papers, each announced and seen once."""
    open_store(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        for table, values in contents(papers).items():
            connection.executemany(INSERTS[table], values)
    with path.open("rb") as stream:  # else the first dump would pay for it
        os.fsync(stream.fileno())


def contents(papers: int) -> dict[str, Iterator[tuple[Any, ...]]]:
    """Return the rows of each table, made as they are asked for."""
    at = "1998-01-01 12:00:00.000000"
    days = [(FIRST_DAY + timedelta(days=n)).isoformat() for n in range(papers // PER_DAY + 1)]
    numbers = range(papers)
    return {
        "papers": (
            (n + 1, keys_of(n)[0], f"p-{n}", arxiv_id(n), f"The paper of number {n}", ABSTRACT)
            for n in numbers
        ),
        "keys": (
            (2 * n + i + 1, hash_of(key), n + 1, key)
            for n in numbers
            for i, key in enumerate(keys_of(n))
        ),
        "dumps": ((number, at, day) for number, day in enumerate(days, 1)),
        "editions": ((day, at) for day in days),
        "sightings": (
            (n + 1, n // PER_DAY + 1, days[n // PER_DAY], n % PER_DAY + 1) for n in numbers
        ),
        "announcements": ((n + 1, days[n // PER_DAY], at) for n in numbers),
    }


def measure_theirs(path: Path, papers: int) -> float:
    """Return the median milliseconds of the alternative, its file replaced atomically."""
    path.write_text(json.dumps([arxiv_id(n) for n in range(papers)]), encoding="utf-8")
    chance = random.Random(1)
    times = []
    for number in range(RUNS):
        fresh = range(papers + number * 50, papers + number * 50 + 50)
        listed = [arxiv_id(n) for n in [*chance.sample(range(papers), 50), *fresh]]
        times.append(milliseconds(lambda listed=listed: check_and_save(path, listed)))  # type: ignore[misc]
    return median(times)


def check_and_save(path: Path, listed: list[str]) -> None:
    ids = json.loads(path.read_text(encoding="utf-8"))
    seen = set(ids)
    ids += [own for own in listed if own not in seen]
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as stream:
        json.dump(ids, stream)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)


def milliseconds(job: Callable[[], None]) -> float:
    start = perf_counter()
    job()
    return (perf_counter() - start) * 1000
