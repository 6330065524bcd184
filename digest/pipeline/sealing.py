"""Sealing what is due: composed for the last time, and kept as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from digest.approval import is_curated_on, may_go_out
from digest.edition import compose, is_due, name_of, pictured
from digest.frozen import freeze, tally, thaw
from digest.models import Cadence, Edition, EditionRecord, Tally
from digest.store import Reading, Store, Writing
from digest.trending import Rules


def seal_due(store: Store, rules: Rules, now: datetime, *, publishing: bool) -> tuple[str, ...]:
    """Seal every edition whose time is over; return their names. See DESIGN.md, rules of time.

    Days before what comes after them, whose pictures tell of them: so none is composed twice. What
    waits for the curator's approval stays a draft.
    """
    today = now.astimezone(rules.zone).date()
    with store.reading() as tx:
        open_ones = tx.editions(unsealed_only=True)
    due = [
        record
        for record in open_ones
        if is_due(record, today, rules.zone, publishing=publishing)
        and not is_curated_on(record, rules)
    ]
    due.sort(key=lambda record: (record.end, record.cadence is not Cadence.DAY))
    desk = Desk(rules)
    for record in due:
        seal(store, desk, record.name, now)
    return tuple(record.name for record in due)


def seal(store: Store, desk: Desk, name: str, now: datetime) -> None:
    """Seal an edition, if nobody has."""
    with store.writing() as tx:
        record = tx.edition(name)
        if record is not None and record.sealed_at is None:
            _seal(tx, desk, record, now)


def seal_to_send(store: Store, rules: Rules, name: str, now: datetime) -> bool:
    """Seal an edition that is to go out, if nobody has; false where it may not go out (any more).

    What went to one reader goes to all; and what was approved is what goes out, for what changes a
    draft takes its approval back.
    """
    with store.writing() as tx:
        record = tx.edition(name)
        if record is None or not may_go_out(record, rules):
            return False
        if record.sealed_at is None:
            _seal(tx, Desk(rules), record, now)
    return True


def _seal(tx: Writing, desk: Desk, record: EditionRecord, now: datetime) -> None:
    edition = desk.compose(tx, record)
    tx.seal(record.name, freeze(replace(edition, is_sealed=True)), now)


def edition_of(tx: Reading, record: EditionRecord, rules: Rules) -> Edition:
    """Return an edition as it is published: as it was sealed, or composed from what is known."""
    return Desk(rules).edition(tx, record)


class Desk:
    """Where editions are put together. What the days hold is counted once, so it is for one run."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._tallies: dict[date, Tally | None] = {}

    def edition(self, tx: Reading, record: EditionRecord) -> Edition:
        """Return an edition as it is published: as it was sealed, or composed now."""
        frozen = tx.frozen(record.name) if record.sealed_at is not None else None
        return self.compose(tx, record) if frozen is None else thaw(frozen)

    def compose(self, tx: Reading, record: EditionRecord) -> Edition:
        """Compose an edition from what is known now."""
        material = tx.material(record.name, listing_days=self._rules.listing_days)
        return compose(replace(material, tallies=self._others(tx, record)), self._rules)

    def _others(self, tx: Reading, record: EditionRecord) -> tuple[Tally, ...]:
        """Count what the daily editions hold that this one's pictures tell of, but its own."""
        first, last = pictured(record)
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        told = (self._tally(tx, day) for day in days if name_of(day, Cadence.DAY) != record.name)
        return tuple(tally for tally in told if tally is not None)

    def _tally(self, tx: Reading, day: date) -> Tally | None:
        if day not in self._tallies:
            self._tallies[day] = self._count(tx, name_of(day, Cadence.DAY))
        return self._tallies[day]

    def _count(self, tx: Reading, name: str) -> Tally | None:
        record = tx.edition(name)
        if record is None:
            return None
        frozen = tx.frozen(name) if record.sealed_at is not None else None
        if frozen is not None:
            return tally(frozen)
        material = tx.material(name, listing_days=self._rules.listing_days)
        return compose(material, self._rules).tallies[-1]
