"""A curve of a topic: a bar for each week of half a year, as high as it has new papers.

The scale begins at nothing. What it says in words stands in the template, which is given the
numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from digest.render.charts.strokes import bars, slots

SIZE = (416, 72)
SMALL = (156, 28)
WEEKS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What a template draws: a path of bars, one for weeks with nothing; the numbers themselves.

    `weeks` are pairs of a Monday and a count, the earliest first.
    """

    width: int
    height: int
    bars: str
    rest: str
    weeks: tuple[tuple[date, int], ...]

    @property
    def total(self) -> int:
        """Return how many papers all weeks have together."""
        return sum(count for _, count in self.weeks)

    @property
    def most(self) -> int:
        """Return how many papers the best week has."""
        return max(count for _, count in self.weeks)


def first_week(last: date) -> date:
    """Return the Monday on which a curve begins that ends with the week of the `last` day."""
    return last - timedelta(days=last.weekday(), weeks=WEEKS - 1)


def curve_of(
    counts: Mapping[date, int], since: date, last: date, size: tuple[int, int] = SIZE
) -> Curve | None:
    """Draw counts by their days, up to the week of the `last`; None for a single week.

    It begins half a year before, or with the week of the day `since`, where that is later.
    """
    first = max(first_week(last), since - timedelta(days=since.weekday()))
    mondays = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    if len(mondays) < 2:
        return None
    by_week = dict.fromkeys(mondays, 0)
    for day, count in counts.items():
        monday = day - timedelta(days=day.weekday())
        if monday in by_week:
            by_week[monday] += count
    return _drawn(tuple(by_week.items()), size)


def _drawn(weeks: Sequence[tuple[date, int]], size: tuple[int, int]) -> Curve:
    width, height = size
    width = min(width, width * max(len(weeks), 8) // WEEKS)
    top = max(count for _, count in weeks) or 1
    places = list(zip(slots(len(weeks), width), weeks, strict=True))
    tall = [(x, thick, count * (height - 1) / top) for (x, thick), (_, count) in places]
    return Curve(
        width=width,
        height=height,
        bars=bars((x, height - max(1.0, up), thick, max(1.0, up)) for x, thick, up in tall if up),
        rest=bars((x, height - 1, thick, 1) for x, thick, up in tall if not up),
        weeks=tuple(weeks),
    )
