"""The phases as commands do them: on the newsletter's own store and folders, at the time it is."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from digest.cli.newsletter import Newsletter
from digest.cli.words import tracker
from digest.errors import StoreBusy
from digest.inbox import Arrivals
from digest.models import Diff
from digest.output import Difference
from digest.pipeline.publish import publish as publish_store
from digest.pipeline.publish import rehearse as rehearse_publish
from digest.pipeline.rehearsal import rehearse as rehearse_files
from digest.pipeline.report import DumpReport, RunReport, why_quiet
from digest.pipeline.run import Tracks
from digest.pipeline.run import ingest as ingest_arrivals
from digest.pipeline.run import run as run_phases
from digest.settings import PLACES, Settings, load
from digest.store import open_store

LOG = logging.getLogger("digest.work")
MOST_SECONDS_TO_SETTLE = 3.0


def run(letter: Newsletter, files: Sequence[Path] | None) -> RunReport:
    """Take in what has arrived (or the files given) and publish it; then let it be searched."""
    tracks = Tracks(files=tracker("Reading"), pages=tracker("Publishing"))
    report = run_phases(letter.room, letter.reader(), arrivals(letter, files), tracks)
    index(letter)
    return report


def ingest(letter: Newsletter, files: Sequence[Path] | None) -> RunReport:
    """Take in what has arrived (or the files given), and let it be searched."""
    report = ingest_arrivals(
        letter.store, letter.inbox, letter.reader(), arrivals(letter, files), tracker("Reading")
    )
    index(letter)
    return report


def index(letter: Newsletter) -> None:
    """Let the papers be found that came since; where others write all the time, the next time."""
    try:
        letter.index()
    except StoreBusy as error:
        LOG.warning("not all papers are found by a search yet: %s", error)


def publish(letter: Newsletter, *, everything: bool, is_dry: bool = False) -> tuple[str, ...]:
    """Publish what changed, or everything, as `differ` does; return the paths that changed."""
    return differ(letter, everything=everything, is_dry=is_dry).paths


def differ(letter: Newsletter, *, everything: bool, is_dry: bool = False) -> Difference:
    """Publish what changed, or everything, and tell what differs; or only tell it."""
    if is_dry:
        track = tracker("Comparing")
        return rehearse_publish(
            letter.store, letter.output, letter.press, track, everything=everything
        )
    return publish_store(
        letter.store,
        letter.output,
        letter.press,
        letter.now(),
        tracker("Publishing"),
        everything=everything,
    )


def rehearse(letter: Newsletter, files: Sequence[Path] | None) -> RunReport:
    """Tell what a run would find, and leave everything as it is."""
    arrived = arrivals(letter, files)
    reader = letter.reader()
    found = rehearse_files(letter.store, reader, arrived.whole)
    dumps = tuple(report for report, _ in found)
    waiting = tuple(path.name for path in arrived.unfinished)
    return RunReport(dumps=dumps, waiting=waiting, quiet=why_quiet(dumps, waiting, reader.today))


def compare(
    root: Path, config: Path | None, files: Sequence[Path]
) -> tuple[tuple[DumpReport, Diff], ...]:
    """Compare files with what the newsletter knows; where there is none, with each other."""
    is_newsletter = config is not None or any((root / place).exists() for place in PLACES)
    letter = Newsletter(root, load(root, config) if is_newsletter else Settings())
    if is_newsletter and letter.has_store:
        return rehearse_files(letter.store, letter.reader(), files)
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/digest.db")
        try:
            return rehearse_files(store, letter.reader(), files)
        finally:
            store.close()


def arrivals(letter: Newsletter, files: Sequence[Path] | None) -> Arrivals:
    """Return the files given, or what lies in the inbox once it has settled.

    A file just dropped gets a moment to be whole; one that is still being written after that is
    left for the next run.
    """
    if files:
        return Arrivals(
            whole=tuple(path.resolve() if path.is_symlink() else path for path in files)
        )
    until = time.monotonic() + MOST_SECONDS_TO_SETTLE
    arrived = letter.inbox.look(letter.now())
    while arrived.unfinished and time.monotonic() < until:
        time.sleep(letter.settings.inbox.settle_seconds / 2)
        arrived = letter.inbox.look(letter.now())
    return arrived
