"""What views over time ask of the store, as a part of a transaction: see `transaction.Reading`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from digest.models import DumpRecord, PaperPage, Sighting
from digest.store import material, trends
from digest.store.part import Part


class Views(Part):
    """Questions of the last days, none of which costs more for a longer archive."""

    def paper_pages(self, ids: Collection[int]) -> Mapping[int, PaperPage]:
        """Return papers with their whole histories, by their row numbers."""
        return self._do(trends.pages, ids)

    def seen_between(self, first: date, last: date) -> Mapping[int, Sequence[Sighting]]:
        """Return the sightings of these days by paper, oldest first; none of hidden papers."""
        return self._do(trends.seen_between, first, last)

    def listing_days(self, limit: int) -> tuple[date, ...]:
        """Return the last days with a listing, newest first."""
        return self._do(material.last_listing_days, None, limit)

    def listed_in(self, edition: str) -> tuple[tuple[date, ...], int, int]:
        """Return the days a daily edition's listings are of; count their papers, and the new."""
        return self._do(trends.listed_in, edition)

    def last_dumps(self, limit: int) -> tuple[DumpRecord, ...]:
        """Return the dumps that came last, newest first, however many there are in all."""
        return self._do(trends.last_dumps, limit)
