"""What can be asked, inside one transaction, of what is derived of papers."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Author, AuthorPage, Shelf
from digest.store import derived, deriving
from digest.store.deriving import Rules
from digest.store.failures import readable
from digest.store.part import Part


class OfDerived(Part):
    """A part of one snapshot of the store: authors, and how far deriving came."""

    def is_derived(self, rules: Rules) -> bool:
        """Tell whether `Store.derive` has nothing to do."""
        return self._do(deriving.begin, rules.number) is None

    def authors_changed(self, since: int) -> Iterator[AuthorPage]:
        """Yield the authors with a page that changed after change number `since`."""
        with readable(self._at):
            yield from derived.authors_changed(self._connection, since)

    def authors_of_late(self) -> tuple[Author, ...]:
        """Return the authors with most papers in the last days with editions, and how many."""
        return self._do(derived.authors_of_late)

    def shelves(self) -> tuple[Shelf, ...]:
        """Return the pages of the list of all authors, in order of their names."""
        return self._do(derived.all_shelves)

    def shelves_changed(self, since: int) -> frozenset[int]:
        """Return the numbers of those that changed since."""
        return self._do(derived.shelves_changed, since)

    def on_shelf(self, number: int) -> tuple[Author, ...]:
        """Return who stands on one of them, in order of their names."""
        return self._do(derived.on_shelf, number)
