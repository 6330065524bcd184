"""What the subscribe page shows of the newsletter: its last edition, and what topics matched.

Put together once a minute at most, whoever asks; the weeks before are matched once.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from digest.models import Cadence, Edition, EditionRecord, Section
from digest.pipeline.sealing import Desk
from digest.render import names
from digest.render.cards import Card, groups
from digest.render.matches import Matcher
from digest.web.office import Office

_WEEK_DAYS = 7
_KEPT = timedelta(minutes=1)
_CARDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The start of the last edition, and where all of it is."""

    title: str
    url: str
    cards: tuple[Card, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What there is to show. `matched` counts the week's new papers by topic; `until` is its end.

    Without an edition there is no `sample`, and `until` is empty.
    """

    sample: Sample | None = None
    matched: Counter[str]
    papers: int = 0
    until: str = ""


class Showcase:
    """What is shown now. Threads share it; one of them puts it together."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._matcher = Matcher(office.topics.values(), office.site.tongue)
        self._lock = threading.Lock()
        self._kept: tuple[datetime, Shown] | None = None
        self._page: tuple[tuple[object, ...], str, datetime] | None = None
        self._seen: tuple[tuple[str, int], ...] = ()

    def now(self) -> Shown:
        """Return what is shown, at most a minute old."""
        at = self._office.clock()
        with self._lock:
            if self._kept is None or not timedelta(0) <= at - self._kept[0] < _KEPT:
                self._kept = at, self._made(self._kept[1] if self._kept else None)
            return self._kept[1]

    def page(self, made_of: tuple[object, ...]) -> tuple[str, datetime] | None:
        """Return the page that was kept, if it was made of the same, and when it was made."""
        kept = self._page
        return kept[1:] if kept is not None and kept[0] == made_of else None

    def keep(self, made_of: tuple[object, ...], page: str) -> tuple[str, datetime]:
        """Keep the page as it is for who has typed nothing."""
        made = self._office.clock()
        self._page = made_of, page, made
        return page, made

    def _made(self, before: Shown | None) -> Shown:
        with self._office.store.reading() as tx:
            latest = tx.editions(Cadence.DAY)[:_WEEK_DAYS]
            week = [each for each in latest if _is_within(each, latest[0].end)]
            seen = tuple((each.name, each.change) for each in week)
            if before is not None and seen == self._seen:
                return before
            desk = Desk(self._office.rules)
            editions = [desk.edition(tx, record) for record in week]
        self._seen = seen
        return self._shown(editions)

    def _shown(self, editions: list[Edition]) -> Shown:
        matched: Counter[str] = Counter()
        papers = 0
        for edition in editions:
            for entry in edition.entries:
                if entry.section is Section.NEW:
                    papers += 1
                    matched.update(match.name for match in self._matcher.of(entry.paper))
        if not editions:
            return Shown(matched=matched)
        last = next((each for each in editions if each.entries), editions[0])
        until = self._office.site.tongue.long_date(editions[0].end)
        return Shown(sample=self._sample(last), matched=matched, papers=papers, until=until)

    def _sample(self, edition: Edition) -> Sample:
        site = self._office.site
        cards = [card for group in groups(edition, site) for card in group.cards]
        return Sample(
            title=names.edition_title(edition, site.tongue),
            url=names.edition_url(site, edition.name),
            cards=tuple(cards[:_CARDS]),
            more=max(0, len(cards) - _CARDS),
        )


def _is_within(record: EditionRecord, end: date) -> bool:
    return record.end > end - timedelta(days=_WEEK_DAYS)
