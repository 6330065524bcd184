"""One run: take in what has arrived, publish it, and report. Repeating it does no harm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from digest.approval import approval_of
from digest.errors import DumpError
from digest.inbox import Arrivals, Inbox
from digest.output import Output
from digest.pipeline.book import Reader
from digest.pipeline.changes import Press
from digest.pipeline.ingest import Intake
from digest.pipeline.ingest import Track as TrackFiles
from digest.pipeline.publish import Track as TrackPages
from digest.pipeline.publish import publish
from digest.pipeline.report import EditionReport, RunReport, why_quiet
from digest.pipeline.sealing import edition_of
from digest.store import Store
from digest.trending import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """Where a newsletter is made: its inbox, its store, its press, its output."""

    inbox: Inbox
    store: Store
    press: Press
    output: Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """How long work is shown: each passes items on, and may count them for a person."""

    files: TrackFiles
    pages: TrackPages


def ingest(
    store: Store, inbox: Inbox, reader: Reader, arrivals: Arrivals, track: TrackFiles
) -> RunReport:
    """Read what has arrived into the store; what cannot be read is set aside, the rest goes on."""
    intake = Intake(store, inbox, reader)
    refused = [intake.refuse(path, DumpError(why)) for path, why in arrivals.refused]
    reports = (*refused, *intake.ingest(arrivals.whole, track))
    waiting = tuple(path.name for path in (*arrivals.unfinished, *intake.waiting))
    names = sorted({report.edition for report in reports if report.edition})
    return RunReport(
        dumps=reports,
        waiting=waiting,
        editions=count(store, names, reader.rules),
        quiet=why_quiet(reports, waiting, reader.today),
    )


def run(room: Newsroom, reader: Reader, arrivals: Arrivals, tracks: Tracks) -> RunReport:
    """Do the phases in their order, once."""
    report = ingest(room.store, room.inbox, reader, arrivals, tracks.files)
    published = publish(
        room.store, room.output, room.press, reader.now, tracks.pages, everything=False
    ).paths
    names = [edition.name for edition in report.editions]
    return replace(report, published=published, editions=count(room.store, names, reader.rules))


def count(store: Store, names: Iterable[str], rules: Rules) -> tuple[EditionReport, ...]:
    """Count what stands in editions."""
    with store.reading() as tx:
        records = [record for record in map(tx.edition, names) if record]
        return tuple(
            EditionReport.of(edition_of(tx, record, rules), approval_of(record, rules))
            for record in records
        )
