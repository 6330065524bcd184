"""What can be asked of the store, and told to it, inside one transaction.

Each method hands over to the module that knows its tables; here the database's errors become
ours, and the first write of a transaction takes the next change number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from digest.models import (
    Cadence,
    Curation,
    Diff,
    DumpRecord,
    DumpStatus,
    EditionRecord,
    KnownPaper,
    Material,
    Paper,
    PaperPage,
)
from digest.models.searching import Hits, Query
from digest.store import (
    approving,
    curating,
    deriving,
    dumps,
    editions,
    material,
    papers,
    recording,
    searching,
)
from digest.store.changes import next_change
from digest.store.deriving import Rules
from digest.store.failures import readable
from digest.store.mapping import Pages
from digest.store.of_derived import OfDerived
from digest.store.schema import read_meta
from digest.store.views import Views

P = ParamSpec("P")
T = TypeVar("T")


class Reading(OfDerived, Views):
    """One snapshot of the store."""

    @property
    def change(self) -> int:
        """The number of the last change that is seen."""
        return int(self._read(read_meta, "change"))

    def dump_by_digest(self, digest: str) -> DumpRecord | None:
        """Return the dump with these bytes, whatever its name was."""
        return self._read(dumps.by_digest, digest)

    def dumps(
        self, limit: int | None = None, status: DumpStatus | None = None, offset: int = 0
    ) -> tuple[DumpRecord, ...]:
        """Return the last dumps, newest first, without the first `offset` of them."""
        return self._read(dumps.latest, limit, status, offset)

    def counts(self) -> dict[str, int]:
        """Count `papers`, `sightings`, `editions`, and dumps as `dumps_read` and so on."""
        return self._read(dumps.counts)

    def known(self, keys: Collection[str]) -> dict[str, tuple[KnownPaper, ...]]:
        """Return the papers that answer to each of these keys; keys of none are left out."""
        return self._read(papers.known, keys)

    def paper_by_key(self, key: str) -> Paper | None:
        """Return the paper by its public key, or any key that is its alone.

        One that moved comes back as the paper it moved to.
        """
        return self._read(papers.by_key, key)

    def search(self, query: Query, limit: int, offset: int = 0) -> Hits:
        """Return how many papers match, and `limit` of them after the first `offset`.

        Without those that the curator hid, as `papers_changed` has it.
        """
        return self._read(searching.search, query, limit, offset)

    def papers_changed(self, since: int) -> Iterator[PaperPage]:
        """Yield the papers touched after change number `since`, in order of arrival.

        Without those that the curator hid in the edition that announced them.
        """
        with readable(self._at):
            yield from papers.changed(self._connection, since)

    def hidden_slugs(self, since: int) -> tuple[str, ...]:
        """Return the slugs of papers touched since that `papers_changed` leaves out."""
        return self._read(papers.hidden_slugs, since)

    @property
    def pages(self) -> Pages:
        """What has a page of its own."""
        return Pages(self._connection, self._at)

    def papers_numbered(self, first: int, last: int) -> Iterator[PaperPage]:
        """Yield the papers with these row numbers, both included, as `papers_changed` has them."""
        with readable(self._at):
            yield from papers.numbered(self._connection, first, last)

    def slugs_numbered(self, first: int, last: int) -> Mapping[int, str]:
        """Return the slugs of all papers with these row numbers, in order of arrival."""
        return self._read(papers.slugs_numbered, first, last)

    def edition(self, name: str) -> EditionRecord | None:
        """Return the edition of this name."""
        return self._read(editions.by_name, name)

    def editions(
        self,
        cadence: Cadence | None = None,
        *,
        since_change: int = 0,
        unsealed_only: bool = False,
        ending_from: date | None = None,
        approved_from: datetime | None = None,
    ) -> tuple[EditionRecord, ...]:
        """Return the editions touched after a change number, by their first day, latest first.

        With `ending_from`, those whose last day is that or later, and those that were approved at
        `approved_from` or later.
        """
        return self._read(
            editions.listed,
            cadence,
            since_change=since_change,
            unsealed_only=unsealed_only,
            ending_from=ending_from,
            approved_from=approved_from,
        )

    def updated(self) -> datetime | None:
        """Return when what is published last changed by a dump or by the end of a period."""
        return self._read(editions.last_update)

    def frozen(self, name: str) -> str | None:
        """Return the text that the edition was sealed with."""
        return self._read(editions.frozen, name)

    def material(self, name: str, *, listing_days: int) -> Material:
        """Return what the edition is composed from; `EditionError` where there is none."""
        return self._read(material.gather, name, listing_days)

    def curation(self, edition: str) -> Curation:
        """Return what the curator asked of the edition."""
        return self._read(curating.read, edition)

    def _read(
        self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **named: P.kwargs
    ) -> T:
        with readable(self._at):
            return act(self._connection, *args, **named)


class Writing(Reading):
    """One change to the store. What it wrote, it reads."""

    def __init__(self, connection: Connection, at: str) -> None:
        super().__init__(connection, at)
        self._change: int | None = None

    def add_dump(self, dump: DumpRecord) -> int:
        """Store a dump and return its row number.

        One that was empty or rejected before is replaced; one that was read is a `StoreError`.
        """
        return self._write(dumps.add, dump)

    def finish_dump(self, dump_id: int, *, listed: int, new: int, seen: int, revised: int) -> None:
        """Store what the dump was found to hold."""
        self._write(dumps.finish, dump_id, listed=listed, new=new, seen=seen, revised=revised)

    def record(
        self,
        dump: DumpRecord,
        diff: Diff,
        listed_total: int,
        at: datetime,
    ) -> None:
        """Store what a dump, or a part of it, holds; `at` is when its papers became public.

        The dump was added and its edition opened before. By their words its papers are found once
        `Store.index` was called.
        """
        self._write(recording.record, dump, diff, listed_total, at)

    def open_edition(self, edition: EditionRecord) -> None:
        """Store the edition; one that is there already stays as it is."""
        self._write(editions.open_edition, edition)

    def drop_edition(self, name: str) -> None:
        """Forget a draft in which nothing was ever announced."""
        self._write(editions.drop, name)

    def touch_edition(self, name: str, at: datetime) -> None:
        """Say that a draft's content changed; its week and month are to be rendered again too."""
        self._write(editions.touch, name, at)

    def seal(self, name: str, frozen: str, at: datetime) -> None:
        """Keep the edition as `frozen` for ever; `EditionError` where it is sealed already."""
        self._write(editions.seal, name, frozen, at)

    def curate_pin(self, edition: str, key: str, on: bool) -> None:
        """Pin a paper after those pinned before, or let it go."""
        self._write(curating.pin, edition, key, on)

    def curate_hide(self, edition: str, key: str, on: bool) -> None:
        """Leave a paper out of the edition, or take it back in."""
        self._write(curating.hide, edition, key, on)

    def curate_note(self, edition: str, key: str | None, text: str) -> None:
        """Set the note of a paper, or with no key of the edition; an empty text removes it."""
        self._write(curating.note, edition, key, text)

    def curate_order(self, edition: str, keys: Sequence[str]) -> None:
        """Pin these papers, in this order; others that are pinned come after them."""
        self._write(curating.order, edition, keys)

    def derive(self, rules: Rules) -> None:
        """Bring up to date what is derived of papers, as `Store.derive` does, in one go."""
        self._read(deriving.whole, rules)

    def approve(self, edition: str, at: datetime, by: str) -> bool:
        """Let the edition go out; false where it was approved before. It takes no change number."""
        return self._read(approving.approve, edition, at, by)

    def hold(self, edition: str, at: datetime, by: str) -> bool:
        """Let nothing more of it go out until it is approved; false where it was held before."""
        return self._read(approving.hold, edition, at, by)

    def _write(
        self, act: Callable[Concatenate[Connection, int, P], T], *args: P.args, **named: P.kwargs
    ) -> T:
        with readable(self._at):
            if self._change is None:
                self._change = next_change(self._connection)
            return act(self._connection, self._change, *args, **named)
