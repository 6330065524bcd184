"""Sealing what is due: composed for the last time, and kept as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from digest.edition import compose, is_due
from digest.frozen import freeze, thaw
from digest.models import Edition, EditionRecord
from digest.store import Reading, Store
from digest.trending import Rules


def seal_due(store: Store, rules: Rules, now: datetime, *, publishing: bool) -> tuple[str, ...]:
    """Seal every edition whose time is over; return their names. See DESIGN.md, rules of time."""
    today = now.astimezone(rules.zone).date()
    with store.reading() as tx:
        open_ones = tx.editions(unsealed_only=True)
    due = [r.name for r in open_ones if is_due(r, today, rules.zone, publishing=publishing)]
    for name in due:
        with store.writing() as tx:
            record = tx.edition(name)
            if record is not None and record.sealed_at is None:
                edition = compose(tx.material(name, listing_days=rules.listing_days), rules)
                tx.seal(name, freeze(replace(edition, is_sealed=True)), now)
    return tuple(due)


def edition_of(tx: Reading, record: EditionRecord, rules: Rules) -> Edition:
    """Return an edition as it is published: as it was sealed, or composed from what is known."""
    frozen = tx.frozen(record.name) if record.sealed_at is not None else None
    if frozen is not None:
        return thaw(frozen)
    return compose(tx.material(record.name, listing_days=rules.listing_days), rules)
