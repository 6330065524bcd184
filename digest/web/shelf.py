"""Editions at hand: put together once, and kept while they stay the same. Threads share it."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from digest.models import Edition, EditionRecord
from digest.pipeline.sealing import edition_of
from digest.render.matches import Matcher
from digest.selection import Chooser
from digest.store import Reading
from digest.web.office import Office

_MOST = 40


@dataclass(frozen=True, slots=True)
class Opened:
    """An edition, and what chooses from it for a reader."""

    edition: Edition
    chooser: Chooser


class Shelf:
    """The editions that were asked for lately. `matcher` tells what topics papers match."""

    def __init__(self, office: Office) -> None:
        self.matcher = Matcher(office.topics.values(), office.site.tongue)
        self._office = office
        self._kept: dict[tuple[str, int], Opened] = {}
        self._lock = threading.Lock()

    def open(self, tx: Reading, record: EditionRecord) -> Opened:
        """Return an edition as it is now: its change number tells whether it is the same."""
        key = record.name, record.change
        with self._lock:
            found = self._kept.pop(key, None)
        if found is None:
            edition = edition_of(tx, record, self._office.rules)
            found = Opened(edition, Chooser(edition, self._office.topics))
        with self._lock:
            self._kept[key] = found  # last, for it was asked for last
            while len(self._kept) > _MOST:
                del self._kept[next(iter(self._kept))]
        return found
