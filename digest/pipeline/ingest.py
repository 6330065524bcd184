"""The first phase: dumps into the store, one transaction each, in order of their dates.

    whole files ─▶ known before? ─▶ order by day ─▶ for each: parse ▶ diff ▶ record ─▶ done/
                                                        └─ unreadable ─▶ rejected/

A dump that fails is set aside with its reason and the others go on: the one broad `except` of the
program stands here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from digest.dumps.dates import day_in_name, dump_day
from digest.errors import Damaged, DigestError, DumpError, TooBig
from digest.inbox import Inbox, Opened, digest_of
from digest.models import Diff, DumpRecord, DumpStatus
from digest.pipeline.book import Candidate, Reader, record_dump
from digest.pipeline.report import DumpReport
from digest.pipeline.sealing import seal_due
from digest.store import Store

INTERNAL_HINT = "this is a fault of the program: please report it with the file"

S = TypeVar("S")
T = TypeVar("T")
Track = Callable[[Iterable[Path]], Iterable[Path]]


class _StillWrittenError(Exception):
    """The file changed while it was read: what was read of it is undone, and it waits."""


class Intake:
    """Takes files in: looks at each, orders them by day, and reads each in its own transaction."""

    def __init__(self, store: Store, inbox: Inbox, reader: Reader) -> None:
        self._store = store
        self._inbox = inbox
        self._reader = reader
        self.waiting: list[Path] = []

    def ingest(self, files: Sequence[Path], track: Track) -> tuple[DumpReport, ...]:
        """Read files in, in order of their days; `waiting` then names those left to grow."""
        seal_due(self._store, self._reader.rules, self._reader.now, publishing=False)
        looks = [self._guarded(self._look, path, path) for path in files]
        reports = [look for look in looks if isinstance(look, DumpReport)]
        candidates = {look.path: look for look in looks if isinstance(look, Candidate)}
        in_order = sorted(candidates.values(), key=lambda c: (c.day, c.path.name, c.digest))
        for path in track([candidate.path for candidate in in_order]):
            report = self._guarded(self._take, candidates[path], path)
            if report is not None:
                reports.append(report)
        return tuple(reports)

    def refuse(self, path: Path, error: DumpError) -> DumpReport:
        """Write down that a file came and why it cannot be read, and set it aside."""
        report = DumpReport(
            file=self._name(path),
            format=None,
            day=None,
            status=DumpStatus.REJECTED,
            reason=str(error),
            hint=error.hint,
        )
        record = DumpRecord(
            digest=self._digest_of_refused(path, error),
            name=path.name,
            format="",
            status=DumpStatus.REJECTED,
            arrived_at=self._reader.now,
            reason=str(error),
        )
        with self._store.writing() as tx:
            known = tx.dump_by_digest(record.digest)
            if known is None or replace(known, id=0) != record:
                tx.add_dump(record)
        if self._is_in_inbox(path):
            self._inbox.reject(path, str(error), **({"hint": error.hint} if error.hint else {}))
        return report

    def _guarded(self, step: Callable[[S], T], subject: S, path: Path) -> T | DumpReport | None:
        """Do a step for one file; where it fails, set the file aside so that the others go on.

        None where the file is not to be dealt with now. What ails the store or a folder ails every
        file, so that is raised.
        """
        try:
            return step(subject)
        except _StillWrittenError:
            self.waiting.append(path)
            return None
        except DumpError as error:
            return self._refuse_unless_passing(path, error)
        except DigestError:
            raise
        except Exception as error:
            what = f"reading it failed with {type(error).__name__}: {error}"
            return self.refuse(path, DumpError(what, hint=INTERNAL_HINT))

    def _refuse_unless_passing(self, path: Path, error: DumpError) -> DumpReport | None:
        """Refuse a file, unless another process has taken it or its end may still come."""
        if self._is_in_inbox(path) and not os.path.lexists(path):
            return None
        if isinstance(error, Damaged) and error.is_cut and self._may_grow(path):
            self.waiting.append(path)
            return None
        return self.refuse(path, error)

    def _may_grow(self, path: Path) -> bool:
        """Tell whether a file was written to so lately that its end may still come."""
        try:
            written_at = path.stat().st_mtime
        except FileNotFoundError:
            return False
        return self._reader.now.timestamp() - written_at < self._reader.patience_seconds

    def _look(self, path: Path) -> Candidate | DumpReport:
        """Identify a file and its day; one read before is done with."""
        with self._inbox.read(path) as opened:
            digest = self._digest(opened)
            with self._store.reading() as tx:
                known = tx.dump_by_digest(digest)
            if known is None or known.status is not DumpStatus.READ:
                day = day_in_name(path.name, self._reader.today)
                if day is None:  # only then is the dump read twice: for its day, and in order of it
                    listing = self._reader.read(opened.file)
                    day = dump_day(path.name, listing.day, self._reader.today)
                return Candidate(path=path, digest=digest, day=day)
        return self._repeated(path, known)

    def _take(self, candidate: Candidate) -> DumpReport:
        """Read a file in, in one transaction, and then move it out of the way."""
        path = candidate.path
        with self._inbox.read(path) as opened, self._store.writing() as tx:
            known = tx.dump_by_digest(candidate.digest)
            if known is None or known.status is not DumpStatus.READ:
                listing = self._reader.read(opened.file)
                report = record_dump(tx, listing, candidate, self._reader, _keep_nothing)
                if not opened.unchanged():
                    raise _StillWrittenError
                known = None
        if known is not None:
            return self._repeated(path, known)
        self._accept(path)
        return replace(report, file=self._name(path))

    def _repeated(self, path: Path, known: DumpRecord) -> DumpReport:
        """Report a file whose very bytes were read before."""
        self._accept(path)
        return DumpReport(
            file=self._name(path),
            format=known.format,
            day=known.day,
            status=DumpStatus.READ,
            reason=f"the same file was read on {known.arrived_at:%Y-%m-%d}, as {known.name}",
            listed=known.listed,
            seen=known.listed,
            is_known=True,
        )

    def _digest(self, opened: Opened) -> str:
        """Return the SHA-256 of a file; raises `TooBig` before a file too big is read through."""
        if opened.size > self._reader.limits.max_bytes:
            raise TooBig(
                f"the file has {opened.size:,} bytes",
                hint="raise limits.max_file_mib if it is a dump after all",
            )
        return digest_of(opened.file)

    def _digest_of_refused(self, path: Path, error: DumpError) -> str:
        """Return a refused file's digest; one that cannot be read goes by name and reason."""
        try:
            with self._inbox.read(path) as opened:
                return self._digest(opened)
        except (DumpError, OSError):
            return "unread-" + sha256(f"{path.name}|{error}".encode("utf-8", "replace")).hexdigest()

    def _accept(self, path: Path) -> None:
        if self._is_in_inbox(path):
            self._inbox.accept(path)

    def _is_in_inbox(self, path: Path) -> bool:
        return path.parent == self._inbox.folder

    def _name(self, path: Path) -> str:
        """Name a file as its user does: in the inbox by its name, elsewhere by its path."""
        return path.name if self._is_in_inbox(path) else str(path)


def _keep_nothing(_: Diff) -> None:
    """Keep nothing of a diff."""
