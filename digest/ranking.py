"""Which papers trend now, over the last week and over the last month, and where they stood before.

    now     the score of `trending`, over the last 30 days; beside the listing before
    week    the same without its decay, so that each of the last 7 days counts alike;
    month   or of the last 30; beside the 7 or 30 days before

All is counted back from a day with a listing, never from today. docs/trending.md explains it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from digest.edition import PICTURED_DAYS
from digest.models import (
    ENGLISH,
    Day,
    History,
    PaperPage,
    Period,
    Ranked,
    Ranking,
    Sighting,
    Tongue,
)
from digest.trending import Rules, days_of, reason, score

DAYS = {Period.NOW: 30, Period.WEEK: 7, Period.MONTH: 30}
"""How many days each looks back over, the last one among them."""

LOOKED_AT = 60
"""How many days back all of them together look, what they are compared with included."""

Seen = Mapping[int, Sequence[Day]]
"""The days on which papers were listed, oldest first, by the row numbers of the papers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Papers by their place in a time, the first one first, with their scores.

    `compared_to` and `before` are the last day and the places, from 1, of the time before it.
    """

    period: Period
    end: date
    scores: Mapping[int, float]
    compared_to: date | None
    before: Mapping[int, int]

    def first(self, most: int) -> list[int]:
        """Return the row numbers of the first papers."""
        return list(self.scores)[:most]


def seen_on(sightings: Mapping[int, Sequence[Sighting]], end: date) -> Seen:
    """Return the days of all sightings up to an end."""
    return {number: days_of(mine, end) for number, mine in sightings.items()}


def order(period: Period, seen: Seen, listing_days: Sequence[date], rules: Rules) -> Order:
    """Rank the papers of a time that ends on the last of the `listing_days`, newest first.

    `seen` are the last `LOOKED_AT` days.
    """
    end = listing_days[0]
    before = _end_before(period, listing_days)
    earlier = _scores(period, seen, before, rules) if before else {}
    return Order(
        period=period,
        end=end,
        scores=_scores(period, seen, end, rules),
        compared_to=before if earlier else None,
        before={number: place for place, number in enumerate(earlier, 1)},
    )


def ranking(
    found: Order,
    most: int,
    pages: Mapping[int, PaperPage],
    listing_days: Sequence[date],
    tongue: Tongue = ENGLISH,
) -> Ranking:
    """Return the first papers of an order; `pages` hold their whole histories."""
    first = found.first(most)
    papers = (
        _ranked(found, place, pages[n], listing_days, tongue) for place, n in enumerate(first, 1)
    )
    return Ranking(
        period=found.period,
        start=_start(found.period, found.end),
        end=found.end,
        compared_to=found.compared_to,
        total=len(found.scores),
        papers=tuple(papers),
    )


def _ranked(
    found: Order, place: int, page: PaperPage, listing_days: Sequence[date], tongue: Tongue
) -> Ranked:
    days = days_of(page.sightings, found.end)
    start = found.end - timedelta(days=max(PICTURED_DAYS, _shown_days(found.period)) - 1)
    told = tuple(day for day in days if day.day >= start)
    return Ranked(
        page=page,
        place=place,
        before=found.before.get(page.paper.id),
        score=found.scores[page.paper.id],
        reason=reason(days, found.end, listing_days, tongue),
        history=History(start=start, end=found.end, days=told),
    )


def _shown_days(period: Period) -> int:
    """Return how many days a picture shows at least: of now, no more than an edition's."""
    return 0 if period is Period.NOW else DAYS[period]


def _end_before(period: Period, listing_days: Sequence[date]) -> date | None:
    """Return the last day of the time before; None where that is too long ago."""
    end = listing_days[0]
    if period is not Period.NOW:
        return end - timedelta(days=DAYS[period])
    before = listing_days[1] if len(listing_days) > 1 else None
    is_near = before is not None and (end - before).days <= LOOKED_AT - DAYS[period]
    return before if is_near else None


def _start(period: Period, end: date) -> date:
    return end - timedelta(days=DAYS[period] - 1)


def _scores(period: Period, seen: Seen, end: date, rules: Rules) -> dict[int, float]:
    """Return the score of each paper listed from the start to the end, the highest first."""
    if period is not Period.NOW:
        rules = replace(rules, half_life_days=math.inf)
    start = _start(period, end)
    scores: dict[int, tuple[float, Day]] = {}
    for number, told in seen.items():
        if days := [day for day in told if start <= day.day <= end]:
            scores[number] = score(days, end, rules), days[-1]
    ordered = sorted(
        scores.items(), key=lambda pair: (-round(pair[1][0], 9), pair[1][1].position, pair[0])
    )
    return {number: told for number, (told, _) in ordered}
