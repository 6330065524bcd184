"""What of the archive topics match: how many papers, how many of late, the latest ones and why.

    store ─▶ PaperPage ─▶ look, once a paper ─▶ each topic ─▶ Survey

Papers are gone through one by one; only the latest that match are held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from heapq import heappush, heappushpop

from digest.models import Paper, PaperPage
from digest.topics import Topic, Why, look

DAYS = 7
"""How many days, today's among them, are `of late`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A paper that matches, the day of the edition that announced it as new, and why."""

    day: date
    paper: Paper
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """How many papers of the archive match, how many of them are of late; the latest ones first."""

    papers: int
    recent: int
    latest: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """How many papers there are, how many of them are of late; what topics match, by name."""

    papers: int
    recent: int
    surveys: Mapping[str, Survey]


def survey(
    pages: Iterable[PaperPage], topics: Iterable[Topic], *, since: date, most: int = 0
) -> Archive:
    """Return what topics match; `since` is the first day of late, `most` how many to show of each.

    A paper that is now another's is not counted.
    """
    counters = {topic.name: _Counter(topic, most) for topic in topics}
    papers = recent = 0
    for page in pages:
        if page.moved_to is not None:
            continue
        day = _day(page)
        is_recent = day >= since
        papers += 1
        recent += is_recent
        seen = look(page.paper)
        for counter in counters.values():
            if (why := counter.topic.match_look(seen)) is not None:
                counter.count(Hit(day=day, paper=page.paper, why=why), is_recent=is_recent)
    surveys = {name: counter.told for name, counter in counters.items()}
    return Archive(papers=papers, recent=recent, surveys=surveys)


class _Counter:
    """Counts what one topic matches, and keeps the latest of it."""

    def __init__(self, topic: Topic, most: int) -> None:
        self.topic = topic
        self._most = most
        self._papers = self._recent = 0
        self._latest: list[tuple[date, int, Hit]] = []  # a heap, the earliest first

    def count(self, hit: Hit, *, is_recent: bool) -> None:
        """Count a paper; of two of one day the one that came last is the latest."""
        self._papers += 1
        self._recent += is_recent
        if len(self._latest) < self._most:
            heappush(self._latest, (hit.day, hit.paper.id, hit))
        elif self._most:
            heappushpop(self._latest, (hit.day, hit.paper.id, hit))

    @property
    def told(self) -> Survey:
        latest = sorted(self._latest, key=lambda held: held[:2], reverse=True)
        hits = tuple(hit for _, _, hit in latest)
        return Survey(papers=self._papers, recent=self._recent, latest=hits)


def _day(page: PaperPage) -> date:
    """Return the day a paper was announced as new on, else first seen on."""
    if page.editions:
        return date.fromisoformat(page.editions[0])
    return page.sightings[0].day if page.sightings else date.min
