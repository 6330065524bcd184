"""One listing entered in the store: its dump, its edition, its papers batch by batch.

listing ─▶ batches ─▶ known? ─▶ diff ─▶ record        (the caller's transaction)
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from digest import dumps, edition
from digest.differ import diff
from digest.identity import keys_of
from digest.models import Cadence, Diff, DumpRecord, DumpStatus, ListedPaper
from digest.pipeline.report import DumpReport
from digest.store import Reading, Writing
from digest.trending import Rules

BATCH_PAPERS = 1000
NOTHING_READABLE = "recognised, nothing readable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What reading a dump depends on besides the dump: limits, rules, and the time it is.

    `patience_seconds` is how long a file that is cut short may still grow before it is rejected.
    """

    limits: dumps.Limits
    rules: Rules
    now: datetime
    patience_seconds: float = 0.0
    formats: tuple[dumps.Format, ...] = dumps.FORMATS

    def read(self, file: BinaryIO) -> dumps.Listing:
        """Recognise a dump and read it; see `dumps.read`."""
        return dumps.read(file, self.limits, self.formats)

    @property
    def today(self) -> date:
        """Return the day it is in the newsletter's time zone."""
        return self.now.astimezone(self.rules.zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A whole file, before it is read in: its digest and the day it is of."""

    path: Path
    digest: str
    day: date


def record_dump(
    tx: Writing,
    listing: dumps.Listing,
    candidate: Candidate,
    reader: Reader,
    keep: Callable[[Diff], None],
) -> DumpReport:
    """Write one listing into the store within a transaction, and count what it holds.

    `keep` is given each batch's diff. The caller commits, or does not (`digest diff`).
    """
    batches = _batches(listing.papers)
    first = next(batches, ())
    status = DumpStatus.READ if first else DumpStatus.EMPTY
    book = _Book(tx, candidate, reader, listing.format, status)
    for batch in chain([first] if first else [], batches):
        keep(book.enter(batch))
    counts = book.close()
    return DumpReport(
        file=str(candidate.path),
        format=listing.format,
        day=candidate.day,
        status=status,
        reason="" if first else NOTHING_READABLE,
        notes=tuple(listing.notes),
        listed=counts.listed,
        new=counts.new,
        seen=counts.seen,
        revised=counts.revised,
        edition=counts.edition,
    )


class _Book:
    """One dump while it is entered in the store: its record, its edition, its counts."""

    def __init__(
        self, tx: Writing, candidate: Candidate, reader: Reader, format_: str, status: DumpStatus
    ) -> None:
        self._tx = tx
        self._reader = reader
        self._day = candidate.day
        sealed = _Sealed(tx)
        own = edition.name_of(candidate.day, Cadence.DAY)
        home = edition.home(candidate.day, reader.today, Cadence.DAY, sealed)
        self._is_new_edition = False
        dump = DumpRecord(
            digest=candidate.digest,
            name=candidate.path.name,
            format=format_,
            status=status,
            arrived_at=reader.now,
            day=candidate.day,
            edition=home,
            is_late=home != own,
        )
        self._dump = replace(dump, id=tx.add_dump(dump))

    def enter(self, batch: Sequence[ListedPaper]) -> Diff:
        """Compare a batch of papers with what is known, and write down what they are."""
        keys = {key for paper in batch for key in keys_of(paper)}
        found = diff(batch, self._tx.known(keys))
        if found.new or found.revised or not self._dump.is_late:
            self._open_edition()
        self._tx.record(self._dump, found, len(batch), self._reader.now)
        if found.new or found.revised:
            self._tx.touch_edition(str(self._dump.edition), self._reader.now)
        self._dump = replace(
            self._dump,
            listed=self._dump.listed + len(found.new) + len(found.seen) + len(found.revised),
            new=self._dump.new + len(found.new),
            seen=self._dump.seen + len(found.seen),
            revised=self._dump.revised + len(found.revised),
        )
        return found

    def close(self) -> DumpRecord:
        """Write down the counts; an edition opened for nothing is dropped again."""
        counts = self._dump
        self._tx.finish_dump(
            counts.id,
            listed=counts.listed,
            new=counts.new,
            seen=counts.seen,
            revised=counts.revised,
        )
        name = self._dump.edition
        if name and self._is_new_edition and not (self._dump.new or self._dump.revised):
            material = self._tx.material(name, listing_days=self._reader.rules.listing_days)
            if not edition.compose(material, self._reader.rules).entries:
                self._tx.drop_edition(name)
        return self._dump

    def _open_edition(self) -> None:
        """Open the dump's edition, and the week and the month it counts in, where they are not."""
        name = self._dump.edition
        if name is None or self._tx.edition(name) is not None:
            return
        self._is_new_edition = True
        day, today, sealed = edition.period(name)[1], self._reader.today, _Sealed(self._tx)
        week = edition.home(day, today, Cadence.WEEK, sealed)
        month = edition.home(day, today, Cadence.MONTH, sealed)
        now = self._reader.now
        for rollup in (week, month):
            self._tx.open_edition(edition.opened(rollup, now))
        self._tx.open_edition(edition.opened(name, now, week=week, month=month))


class _Sealed(Container[str]):
    """The sealed editions, asked for one by one."""

    def __init__(self, tx: Reading) -> None:
        self._tx = tx

    def __contains__(self, name: object) -> bool:
        record = self._tx.edition(str(name))
        return record is not None and record.sealed_at is not None


def _batches(papers: Iterator[ListedPaper]) -> Iterator[tuple[ListedPaper, ...]]:
    while batch := tuple(islice(papers, BATCH_PAPERS)):
        yield batch
