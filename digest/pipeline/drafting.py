"""An edition as its curator sees it: what stands in it, what is left out, what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from digest.approval import approval_of
from digest.models import Approval, Cadence, Curation, Edition, EditionRecord, Paper
from digest.pipeline.sealing import edition_of
from digest.store import Store
from digest.trending import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An edition, open or sealed, on the curator's desk.

    `curation` is what was asked of it, `hidden` the papers that it leaves out (also for a day's
    sake, in a week or month); `deliveries` counts its mail by state.
    """

    record: EditionRecord
    edition: Edition
    approval: Approval | None
    curation: Curation
    hidden: tuple[Paper, ...]
    deliveries: Mapping[str, int]

    @property
    def is_sealed(self) -> bool:
        """Whether nothing in it changes any more."""
        return self.record.sealed_at is not None


def latest(store: Store) -> str | None:
    """Name the latest day that is open; where none is, the latest day; None without any."""
    with store.reading() as tx:
        days = tx.editions(Cadence.DAY)
    opened = [record for record in days if record.sealed_at is None]
    return next((record.name for record in (*opened, *days)), None)


def recent(store: Store, most: int) -> tuple[EditionRecord, ...]:
    """Return the editions that are open, and the latest sealed ones, to choose from."""
    with store.reading() as tx:
        records = tx.editions()
    opened = [record for record in records if record.sealed_at is None]
    sealed = [record for record in records if record.sealed_at is not None]
    return tuple((*opened, *sealed)[:most])


def draft_of(store: Store, rules: Rules, name: str) -> Draft | None:
    """Return an edition as its curator sees it; None where there is none of that name."""
    with store.reading() as tx:
        record = tx.edition(name)
        if record is None:
            return None
        edition = edition_of(tx, record, rules)
        material = tx.material(name, listing_days=rules.listing_days)
        own = tx.curation(name)
    with store.reading_post() as post:
        deliveries = post.outbox.counts(name).get(name, {})
    hidden = material.curation.hidden
    return Draft(
        record=record,
        edition=edition,
        approval=approval_of(record, rules),
        curation=own,
        hidden=tuple(paper for paper in material.papers.values() if paper.key in hidden),
        deliveries=deliveries,
    )
