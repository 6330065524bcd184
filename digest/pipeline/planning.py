"""Planning deliveries: which editions are due to whom, put into the outbox.

An edition closes (`rhythm.closes_at`), and is then due to each reader at their next local hour.
What is planned is sealed first: what went to one reader goes to all. Whatever was missed is made up
for, unless it is older than `Timetable.max_age`. What the curator has not approved, where that is
asked for, or holds, is not planned; once it is approved, its age counts from then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.approval import may_go_out
from digest.errors import EditionError
from digest.models import Cadence, EditionRecord
from digest.pipeline.sealing import seal_to_send
from digest.rhythm import closes_at, due_at
from digest.store import Store
from digest.trending import Rules

_LONGEST_WAIT = timedelta(days=2)
"""From an edition's last day to the last reader's hour, wherever they live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """When a day's edition closes (`closing` in the newsletter's zone, None as its day ends).

    One that has been due to a reader for longer than `max_age` is not mailed unless asked.
    """

    closing: time | None = None
    max_age: timedelta = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """How many deliveries came into the outbox, by edition; `stale` were passed over for age.

    `unapproved` are due to somebody, and wait for the curator.
    """

    editions: dict[str, int]
    stale: tuple[str, ...] = ()
    unapproved: tuple[str, ...] = ()


class Planner:
    """Plans what is due at a moment."""

    def __init__(self, store: Store, rules: Rules, timetable: Timetable, now: datetime) -> None:
        self._store = store
        self._rules = rules
        self._timetable = timetable
        self._now = now
        self._rhythms: dict[Cadence, frozenset[tuple[str, int]]] = {}

    def plan(self, *, include_stale: bool = False) -> Planned:
        """Plan every edition for those to whom it is due by now and was not planned yet."""
        planned: dict[str, int] = {}
        stale: list[str] = []
        unapproved: list[str] = []
        for record in self._closed(include_stale=include_stale):
            due = self._due(record)
            fresh = {group: at for group, at in due.items() if self._is_fresh(record, at)}
            if not may_go_out(record, self._rules):
                unapproved += [record.name] * bool(fresh)
                continue
            if include_stale:
                fresh = dict.fromkeys(due, self._now)  # also to those who came since
            elif len(fresh) < len(due):
                stale.append(record.name)
            if fresh and (count := self._put(record, fresh)):
                planned[record.name] = count
        if not (planned or stale or unapproved) and not include_stale:
            stale += self._eldest()
        return Planned(editions=planned, stale=tuple(stale), unapproved=tuple(unapproved))

    def plan_named(self, name: str, subscribers: Iterable[int] | None) -> int:
        """Plan one edition, whatever the hour: for these subscribers, or all of its cadence."""
        with self._store.reading() as tx:
            record = tx.edition(name)
        if record is None:
            hint = "see the editions there are with `digest edition list`"
            raise EditionError(f"there is no edition {name}", at=name, hint=hint)
        if not seal_to_send(self._store, self._rules, name, self._now):
            why = "is held" if record.held_at else "was not approved"
            hint = f"approve it: digest edition approve {name}"
            raise EditionError(f"the edition {name} {why}", at=name, hint=hint)
        cadence = record.cadence if subscribers is None else None
        with self._store.writing_post() as post:
            return post.outbox.plan_for(name, cadence, subscribers or (), self._now)

    def _closed(self, *, include_stale: bool) -> list[EditionRecord]:
        """Return the editions that are closed and young enough, eldest first."""
        youngest = self._now - self._timetable.max_age
        eldest = None if include_stale else (youngest - _LONGEST_WAIT).date()
        with self._store.reading() as tx:
            records = tx.editions(ending_from=eldest, approved_from=youngest)
        return [r for r in reversed(records) if self._closes(r) <= self._now]

    def _eldest(self) -> list[str]:
        """Name the latest edition, where it is too old for all and went to somebody never."""
        with self._store.reading() as tx:
            records = [r for r in tx.editions(Cadence.DAY) if self._closes(r) <= self._now][:1]
        due = [record for record in records if self._due(record)]
        return [each.name for each in due if not self._is_fresh(each, self._closes(each))]

    def _closes(self, record: EditionRecord) -> datetime:
        return closes_at(record.end, self._timetable.closing, self._rules.zone)

    def _due(self, record: EditionRecord) -> dict[tuple[str, int], datetime]:
        """Tell when the edition was due, by zone and hour, where it was and is not planned."""
        with self._store.reading_post() as post:
            if record.cadence not in self._rhythms:
                self._rhythms[record.cadence] = frozenset(post.outbox.rhythms(record.cadence))
            groups = self._rhythms[record.cadence]
            left = sorted(groups - post.outbox.planned(record.name)) if groups else []
        closed = self._closes(record)
        due = {(zone, hour): due_at(closed, hour, ZoneInfo(zone)) for zone, hour in left}
        return {group: at for group, at in due.items() if at <= self._now}

    def _is_fresh(self, record: EditionRecord, due: datetime) -> bool:
        since = max(due, record.approved_at or due)
        return self._now - since <= self._timetable.max_age

    def _put(self, record: EditionRecord, due: dict[tuple[str, int], datetime]) -> int:
        if not seal_to_send(self._store, self._rules, record.name, self._now):
            return 0  # held, or changed by a dump, in between
        with self._store.writing_post() as post:
            return post.outbox.plan(record.name, record.cadence, due, self._now)
