"""What is derived of papers before they are rendered: who wrote them, and which are related.

The rules are pure and stand in `text.persons` and `related`; the store keeps what they lead to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from digest.models import AuthorName, ListedPaper
from digest.models.derived import Vector
from digest.related import RELATING, closeness, terms_of, weigh
from digest.store import Reading, Store
from digest.text.persons import NAMING, authors_of

_MOST_NAMINGS = 1000


class DerivingRules:
    """How authors and related papers are found; see `store.deriving.Rules`."""

    number = RELATING * _MOST_NAMINGS + NAMING

    def authors_of(self, paper: ListedPaper) -> tuple[AuthorName | None, ...]:
        """Return who wrote the paper, for each name that it lists."""
        return authors_of(paper.authors)

    def terms_of(self, paper: ListedPaper) -> Mapping[int, int]:
        """Return the terms of the paper, and how much each counts."""
        return terms_of(paper)

    def weigh(self, said: Mapping[int, int], known: Mapping[int, int], papers: int) -> Vector:
        """Return the strongest terms of a paper, weighed."""
        return weigh(said, known, papers)

    def closeness(self, one: Vector, other: Vector) -> int:
        """Return how close two papers are."""
        return closeness(one, other)


RULES = DerivingRules()


def derive(store: Store) -> None:
    """Bring it up to date, a batch a transaction."""
    store.derive(RULES)


@contextmanager
def derived(store: Store) -> Iterator[Reading]:
    """Give the store as it will be once it is brought up to date; nothing is kept of it."""
    with store.reading() as tx:
        if tx.is_derived(RULES):
            yield tx
            return
    with store.writing(is_dry=True) as writing:
        writing.derive(RULES)
        yield writing
