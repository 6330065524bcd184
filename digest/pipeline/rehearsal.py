"""What an ingest of these files would find: the same code in a transaction that is undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from digest import dumps
from digest.dumps.dates import dump_day
from digest.errors import DumpError
from digest.inbox import Inbox
from digest.models import Diff, DumpStatus
from digest.pipeline.book import Candidate, Reader, record_dump
from digest.pipeline.report import DumpReport
from digest.store import Store, Writing

Found = tuple[DumpReport, Diff]


def rehearse(store: Store, reader: Reader, files: Sequence[Path]) -> tuple[Found, ...]:
    """Report each file and its papers, in the order given; they are compared in order of day.

    A paper that stands in two of the files is new in the one an ingest would read first.
    """
    listings: dict[int, tuple[Candidate, dumps.Listing]] = {}
    found: dict[int, Found] = {}
    for number, path in enumerate(files):
        try:
            listings[number] = _read(reader, path, number)
        except DumpError as error:
            found[number] = (_rejected(path, error), Diff())
    in_order = sorted(listings, key=lambda n: (listings[n][0].day, listings[n][0].path.name, n))
    with store.writing(is_dry=True) as tx:
        for number in in_order:
            found[number] = _record(tx, *listings[number], reader)
    return tuple(found[number] for number in range(len(files)))


def _read(reader: Reader, path: Path, number: int) -> tuple[Candidate, dumps.Listing]:
    """Read a file whole, so that what is wrong with it is known before anything is compared."""
    with Inbox.read(path.resolve()) as opened:
        listing = reader.read(opened.file)
        listing = replace(listing, papers=iter(tuple(listing.papers)))
    day = dump_day(path.name, listing.day, reader.today)
    return Candidate(path=path, digest=f"rehearsal-{number}", day=day), listing


def _record(tx: Writing, candidate: Candidate, listing: dumps.Listing, reader: Reader) -> Found:
    parts: list[Diff] = []
    report = record_dump(tx, listing, candidate, reader, parts.append)
    whole = Diff(
        new=tuple(each for part in parts for each in part.new),
        seen=tuple(each for part in parts for each in part.seen),
        revised=tuple(each for part in parts for each in part.revised),
    )
    return report, whole


def _rejected(path: Path, error: DumpError) -> DumpReport:
    return DumpReport(
        file=str(path),
        format=None,
        day=None,
        status=DumpStatus.REJECTED,
        reason=str(error),
        hint=error.hint,
    )
