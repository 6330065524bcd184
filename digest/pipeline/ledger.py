"""How many papers each day holds, and of each topic: counted once, kept in the output by the year.

`editions/2026/days.json` is published for whoever wants the figures, and read back by the next
publish: so a curve of half a year costs no more than the day that came. What changed since, or is
not in it, is counted anew; a file that cannot be read counts as none.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any

from digest.models import Counted, Edition, EditionRecord
from digest.render import to_calendar
from digest.render.matches import Matcher

Held = Callable[[str], bytes | None]


class Ledger:
    """What the days hold, as far as it is known. `held` gives what the output has at a path.

    Days that are `changed` are not believed; without `held` none is.
    """

    def __init__(self, held: Held | None, changed: Collection[str], matcher: Matcher) -> None:
        self._held = held
        self._changed = changed
        self._matcher = matcher
        self._counted: dict[str, Counted] = {}
        self._read: dict[int, Mapping[str, Any]] = {}

    def of(self, record: EditionRecord) -> Counted | None:
        """Return what is known of a daily edition, if anything is."""
        if (known := self._counted.get(record.name)) is not None:
            return known
        if self._held is None or record.name in self._changed:
            return None
        told = self._year(record.start.year).get(record.name)
        known = _counted(record, told)
        if known is not None:
            self._counted[record.name] = known
        return known

    def note(self, edition: Edition) -> Counted:
        """Count what a daily edition holds."""
        if (known := self._counted.get(edition.name)) is not None:
            return known
        found = Counter(match.name for e in edition.new for match in self._matcher.of(e.paper))
        topics = {topic.name: found[topic.name] for topic in self._matcher.topics}
        known = Counted(day=edition.start, new=len(edition.new), topics=topics)
        self._counted[edition.name] = known
        return known

    def _year(self, year: int) -> Mapping[str, Any]:
        if year not in self._read:
            self._read[year] = _parsed(
                self._held(to_calendar.days_path(year)) if self._held else None
            )
        return self._read[year]


def _parsed(content: bytes | None) -> Mapping[str, Any]:
    try:
        days = json.loads(content or b"{}").get("days")
    except (ValueError, AttributeError, RecursionError):
        return {}
    return days if isinstance(days, dict) else {}


def _counted(record: EditionRecord, told: Any) -> Counted | None:
    try:
        topics = {str(name): int(count) for name, count in told.get("topics", {}).items()}
        return Counted(day=record.start, new=int(told["new"]), topics=topics)
    except (TypeError, KeyError, ValueError, AttributeError):
        return None
