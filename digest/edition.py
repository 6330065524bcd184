"""Editions: their names and periods, where a dump's papers go, when one is sealed, what is in it.

Pure: days and times come in as arguments. The rules of time stand in DESIGN.md.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from digest.errors import EditionError
from digest.models import (
    Announced,
    Cadence,
    Day,
    Edition,
    EditionRecord,
    Entry,
    History,
    Material,
    Section,
    Tally,
)
from digest.trending import (
    Rules,
    days_of,
    is_rising,
    lateness_in_words,
    reason,
    revision_in_words,
)
from digest.trending import score as score_of

PICTURED_DAYS = 14
"""How many days a picture tells of, that of a month apart."""

_NAME = re.compile(r"(\d{4})-(?:W(\d\d)|(\d\d)(?:-(\d\d))?)")


def name_of(day: date, cadence: Cadence) -> str:
    """Name the edition of a cadence that a day lies in: `2026-03-11`, `2026-W11`, `2026-03`."""
    if cadence is Cadence.DAY:
        return day.isoformat()
    if cadence is Cadence.MONTH:
        return f"{day:%Y-%m}"
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def period(name: str) -> tuple[Cadence, date, date]:
    """Return the cadence, first day and last day that a name stands for.

    Raises EditionError where it is no name of an edition.
    """
    found = _NAME.fullmatch(name)
    try:
        if found is None:
            raise ValueError(name)
        year, week, month, day = (int(part) if part else 0 for part in found.groups())
        if week:
            monday = date.fromisocalendar(year, week, 1)
            return Cadence.WEEK, monday, monday + timedelta(days=6)
        if day:
            return Cadence.DAY, date(year, month, day), date(year, month, day)
        first = date(year, month, 1)
        return Cadence.MONTH, first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except ValueError as error:
        raise EditionError(
            f"{name!r} names no edition",
            hint="write a day 2026-03-11, a week 2026-W11 or a month 2026-03",
        ) from error


def opened(
    name: str, now: datetime, *, week: str | None = None, month: str | None = None
) -> EditionRecord:
    """Return the record of an edition opened now; a day's names its `week` and `month`."""
    cadence, start, end = period(name)
    return EditionRecord(
        name=name,
        cadence=cadence,
        start=start,
        end=end,
        opened_at=now,
        updated_at=now,
        week=week,
        month=month,
    )


def home(day: date, today: date, cadence: Cadence, sealed: Container[str]) -> str:
    """Name the edition that takes what is listed on a day: its own, or the next.

    Where its own is sealed, the next is today's, or the first after it that is still open. What is
    listed for a later day than today waits in that day's edition.
    """
    name = name_of(day, cadence)
    if name in sealed:
        name = name_of(max(day, today), cadence)
    while name in sealed:
        name = name_of(period(name)[2] + timedelta(days=1), cadence)
    return name


def is_due(record: EditionRecord, today: date, zone: tzinfo, *, publishing: bool) -> bool:
    """Tell whether an edition is to be sealed now.

    One opened during its period is, once that is over. A day opened later (a backfill) is when it
    is published; such a week or month stays open, for its other days may still come.
    """
    if record.sealed_at is not None or record.end >= today:
        return False
    was_live = record.opened_at.astimezone(zone).date() <= record.end
    return was_live or (publishing and record.cadence is Cadence.DAY)


def pictured(record: EditionRecord | Material) -> tuple[date, date]:
    """Return the first and last day that an edition's pictures may tell of."""
    if record.cadence is Cadence.DAY:
        return record.end - timedelta(days=PICTURED_DAYS - 1), record.end
    return record.start, record.end


def compose(material: Material, rules: Rules) -> Edition:
    """Choose and rank what stands in an edition; the same material gives the same edition."""
    on = min(material.listing_days[0], material.end) if material.listing_days else material.end
    desk = _Desk(material, rules, on)
    new = desk.entries(Section.NEW, material.new)
    revised = desk.entries(Section.REVISED, _without(material.revised, material.new))
    again = _without(material.seen, {**material.new, **material.revised})
    trending = desk.entries(Section.TRENDING, desk.rising(again))
    pinned = sum(entry.is_pinned for entry in trending)
    trending = trending[: max(rules.trending_limit, pinned)]
    return Edition(
        name=material.name,
        cadence=material.cadence,
        start=material.start,
        end=material.end,
        updated=within(material.updated, material.start, material.end, rules.zone),
        note=material.curation.note,
        listings=material.listings,
        new=new,
        trending=trending,
        revised=revised,
        tallies=_tallies(material, len(new), len(trending), len(revised)),
    )


def _tallies(material: Material, new: int, trending: int, revised: int) -> tuple[Tally, ...]:
    """Add what a day itself holds to what the days before it do."""
    if material.cadence is not Cadence.DAY:
        return material.tallies
    own = Tally(day=material.end, new=new, trending=trending, revised=revised)
    return (*material.tallies, own)


def _without(
    announced: Mapping[int, Announced], others: Mapping[int, Announced]
) -> dict[int, Announced]:
    return {number: at for number, at in announced.items() if number not in others}


def within(moment: datetime, start: date, end: date, zone: tzinfo) -> datetime:
    """Move a moment into an edition's period, so that a backfill is dated by its days."""
    first = datetime.combine(start, time.min, zone)
    last = datetime.combine(end, time(23, 59, 59), zone)
    return min(max(moment, first), last).astimezone(UTC).replace(microsecond=0)


class _Desk:
    """The material of one edition, while entries are made of it."""

    def __init__(self, material: Material, rules: Rules, on: date) -> None:
        self._material = material
        self._rules = rules
        self._on = on
        self._days = {
            number: days_of(sightings, on) for number, sightings in material.sightings.items()
        }

    def rising(self, seen: Mapping[int, Announced]) -> dict[int, Announced]:
        """Keep the papers that rise in this period, and those the curator pinned."""
        return {number: at for number, at in seen.items() if self._rises(number)}

    def entries(self, section: Section, announced: Mapping[int, Announced]) -> tuple[Entry, ...]:
        """Make the entries of a section: pinned ones first, then by score; hidden ones left out."""
        curation = self._material.curation
        entries = (self._entry(section, number, at) for number, at in announced.items())
        shown = (entry for entry in entries if entry.paper.key not in curation.hidden)
        place = {key: n for n, key in enumerate(curation.pinned)}
        last = len(place)
        return tuple(
            sorted(
                shown,
                key=lambda e: (
                    place.get(e.paper.key, last),
                    -round(e.score, 9),
                    e.position,
                    e.paper.key,
                ),
            )
        )

    def _rises(self, number: int) -> bool:
        if self._material.papers[number].key in self._material.curation.pinned:
            return True
        days = self._days.get(number, ())
        is_listed_now = bool(days) and days[-1].day >= self._material.start
        return is_listed_now and is_rising(days, self._on, self._rules)

    def _entry(self, section: Section, number: int, announced: Announced) -> Entry:
        paper = self._material.papers[number]
        days = self._days.get(number, ())
        curation = self._material.curation
        return Entry(
            paper=paper,
            section=section,
            position=days[-1].position if days else 0,
            score=score_of(days, self._on, self._rules),
            reason=self._reason(section, number, announced, days),
            votes=next((day.votes for day in reversed(days) if day.votes is not None), None),
            is_late=announced.is_late,
            is_pinned=paper.key in curation.pinned,
            note=curation.notes.get(paper.key, ""),
            announced=within(
                announced.at, self._material.start, self._material.end, self._rules.zone
            ),
            history=self._history(days) if section is Section.TRENDING else None,
        )

    def _history(self, days: tuple[Day, ...]) -> History:
        start = min(self._material.start, self._on - timedelta(days=PICTURED_DAYS - 1))
        told = tuple(day for day in days if day.day >= start)
        return History(start=start, end=self._on, days=told)

    def _reason(
        self, section: Section, number: int, announced: Announced, days: tuple[Day, ...]
    ) -> str:
        tongue = self._rules.tongue
        words = reason(days, self._on, self._material.listing_days, tongue)
        if section is Section.REVISED:
            revised = revision_in_words(self._material.papers[number], tongue)
            words = f"{revised} · {words}".rstrip(" ·")
        if announced.is_late and days:
            words = f"{lateness_in_words(days, self._on, tongue)} · {words}"
        return words
