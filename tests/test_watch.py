"""`digest watch` as real processes: what is dropped is published, what is being written waits."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime

import pytest
import warm

WAIT_SECONDS = 30  # how long a real process may take on a busy machine; no test measures time
SEA = "We chart the floor of an invented ocean with nine buoys and one patient whale, twice. " * 5


def listing(number):
    paper = {"id": f"2603.{90000 + number}", "title": f"Sea {number}", "summary": SEA}
    return json.dumps([{"paper": paper}])


def until(condition):
    """Wait for something that a process is to do."""
    end = time.monotonic() + WAIT_SECONDS
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
    return found


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "letter"
    warm.run("init", root).check_returncode()
    return root


@pytest.fixture
def watch(root):
    """Return a function that starts a watch and waits until it watches."""
    started = []

    def start():
        log = (root / f"log{len(started)}.txt").open("w+")
        process = subprocess.Popen(
            [sys.executable, "-m", "digest", "--dir", root, "watch"],
            stdout=log,
            stderr=log,
            env={**os.environ, "DIGEST_WATCH__LEASE_SECONDS": "3"},
        )
        process.told = (root / log.name).read_text
        started.append((process, log))
        until(lambda: "watching" in process.told())
        return process

    yield start
    for process, log in started:
        process.kill()
        process.wait()
        log.close()


def drop(root, number):
    """Drop a dump as careful programs do: written beside, then renamed."""
    part = root / "inbox" / f"{number}.json.part"
    part.write_text(listing(number))
    part.rename(part.with_suffix(""))


def page(root, number):
    return root / "output" / "papers" / f"2603.{90000 + number}" / "index.html"


def is_published(root, number):
    manifest = root / "output" / ".digest.json"
    return page(root, number).exists() and manifest.exists()


def test_a_dropped_dump_is_published_and_sigterm_ends_the_watch_cleanly(root, watch):
    process = watch()
    drop(root, 1)
    until(lambda: is_published(root, 1))
    drop(root, 2)
    until(lambda: is_published(root, 2))
    today = datetime.now(UTC).date()
    papers = root / "output" / "editions" / str(today) / "papers.json"
    until(lambda: len(json.loads(papers.read_text())["new"]) == 2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert "ended cleanly" in process.told()
    assert "Traceback" not in process.told()


def test_a_file_still_being_written_waits(root, watch):
    watch()
    whole = listing(1)
    with (root / "inbox" / "slow.json").open("w") as file:
        file.write(whole[:100])
        file.flush()
        drop(root, 2)
        until(lambda: is_published(root, 2))
        assert (root / "inbox" / "slow.json").exists()
        assert not (root / "inbox" / "rejected").exists()
        file.write(whole[100:])
    until(lambda: is_published(root, 1))


def test_a_dump_that_is_cut_short_gets_time_to_grow(root, watch):
    watch()
    path = root / "inbox" / "slow.json"
    path.write_text(listing(1)[:100])
    drop(root, 2)
    until(lambda: is_published(root, 2))
    assert path.exists()
    path.write_text(listing(1))
    until(lambda: is_published(root, 1))


def test_what_lay_there_before_is_read_and_rubbish_stops_nothing(root, watch):
    (root / "inbox" / "rubbish.bin").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    drop(root, 1)
    watch()
    until(lambda: is_published(root, 1))
    until((root / "inbox" / "rejected" / "rubbish.bin.reason.txt").exists)


def test_when_the_leader_is_killed_another_takes_over(root, watch):
    leader, other = watch(), watch()
    drop(root, 1)
    until(lambda: is_published(root, 1))
    leader.kill()
    leader.wait()
    drop(root, 2)
    until(lambda: is_published(root, 2))
    assert other.poll() is None
    with closing(sqlite3.connect(root / "digest.db")) as connection:
        told = connection.execute("SELECT count(*) FROM announcements WHERE section = 'new'")
        assert told.fetchone() == (2,)


def test_many_runs_at_once_announce_each_paper_once(root):
    for number in range(1, 13):
        drop(root, number)
    command = [sys.executable, "-m", "digest", "--dir", root, "run", "--json"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    told = [json.loads(run.communicate()[0]) for run in runs]
    assert sum(dump["new"] for each in told for dump in each["dumps"]) == 12
    assert {dump["status"] for each in told for dump in each["dumps"]} == {"read"}
    assert {run.returncode for run in runs} <= {0, 3}
    assert all(page(root, number).exists() for number in range(1, 13))


def test_what_was_dropped_is_found_by_its_words(root, watch):
    def words():
        with closing(sqlite3.connect(root / "digest.db")) as connection:
            return connection.execute("SELECT words FROM paper_words").fetchall()

    watch()
    drop(root, 1)
    until(lambda: is_published(root, 1))
    assert "whale" in until(words)[0][0]
