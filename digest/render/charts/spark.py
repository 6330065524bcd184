"""A sparkline of a paper: a bar for each day it was listed, a line for its votes.

The taller a bar, the higher the paper stood; both scales begin at nothing, so that a small gain
looks small. In text, one row of blocks tells the votes, or where those are not told, the places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from digest.models import ENGLISH, Day, History, Tongue
from digest.render.charts.strokes import bars, blocks, number, slots

SIZE = (112, 28)
MAIL_SIZE = (280, 32)
"""So wide that, where a mail's pictures are off, what they say in words fits their place."""

_LEAST_SLOT, _MOST_SLOT = 3, 14
_LEAST_BAR = 3
_MARGIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """What a template draws. `seen` and `rest` are paths, `line` the points of a line or empty.

    `dot` is where the last votes stand. `blocks` and `words` say the same without a picture.
    """

    width: int
    height: int
    seen: str
    rest: str
    line: str
    dot: tuple[str, str] | None
    blocks: str
    words: str


def recent(history: History, size: tuple[int, int] = SIZE, tongue: Tongue = ENGLISH) -> Spark:
    """Draw the last days of a paper."""
    span = (history.end - history.start).days + 1
    times = len(history.days)
    words = tongue.say("Listed on %(times)s of the last %(n)s days", times=times, n=span)
    return _spark(history, size, words, tongue)


def whole(days: Sequence[Day], width: int, tongue: Tongue = ENGLISH) -> Spark:
    """Draw all days of a paper, however many, in no more than a width; there is at least one."""
    history = History(start=days[0].day, end=days[-1].day, days=tuple(days))
    first, last = tongue.long_date(history.start), tongue.long_date(history.end)
    words = tongue.say("Listed on %(day)s", day=first)
    if len(days) > 1:
        words = tongue.say(
            "Listed on %(n)s days from %(first)s to %(last)s", n=len(days), first=first, last=last
        )
    span = (history.end - history.start).days + 1
    size = (min(width, span * _MOST_SLOT), SIZE[1])
    return _spark(history, size, words, tongue)


def _spark(history: History, size: tuple[int, int], words: str, tongue: Tongue) -> Spark:
    width, height = size
    columns = _columns(history, width // _LEAST_SLOT)
    places = slots(len(columns), width)
    told = [
        (x + bar / 2, day.votes)
        for (x, bar), day in zip(places, columns, strict=True)
        if day and day.votes is not None
    ]
    points = _points(told, height)
    return Spark(
        width=width,
        height=height,
        seen=bars(_seen(places, columns, height)),
        rest=bars(
            (x, height - 1, bar, 1)
            for (x, bar), day in zip(places, columns, strict=True)
            if day is None
        ),
        line=" ".join(f"{x},{y}" for x, y in points) if len(points) > 1 else "",
        dot=points[-1] if points else None,
        blocks=blocks(_series(columns)),
        words=", ".join((words, *_best_in_words(history.days, tongue))),
    )


def _columns(history: History, most: int) -> list[Day | None]:
    """Return the best of each column: a day, or as many days as it takes to have no more."""
    span = (history.end - history.start).days + 1
    each = -(-span // most)
    columns: list[Day | None] = [None] * -(-span // each)
    for day in history.days:
        at = (day.day - history.start) // timedelta(days=each)
        columns[at] = _better(columns[at], day)
    return columns


def _better(one: Day | None, other: Day) -> Day:
    """Join two days of one column: the higher place, the more votes."""
    if one is None:
        return other
    best = max(one, other, key=_share)
    told = [day.votes for day in (one, other) if day.votes is not None]
    votes = max(told, default=None)
    return Day(day=other.day, position=best.position, listed=best.listed, votes=votes)


def _share(day: Day) -> float:
    """Return 1 for the first of a listing, and little for the last."""
    return max(0.0, 1 - (day.position - 1) / max(day.listed, 1))


def _seen(
    places: Sequence[tuple[float, float]], columns: Sequence[Day | None], most: int
) -> list[tuple[float, float, float, float]]:
    boxes = []
    for (x, bar), day in zip(places, columns, strict=True):
        if day is not None:
            height = _LEAST_BAR + (most - _LEAST_BAR) * _share(day)
            boxes.append((x, most - height, bar, height))
    return boxes


def _points(told: Sequence[tuple[float, int]], height: int) -> list[tuple[str, str]]:
    top = max((votes for _, votes in told), default=0) or 1
    room = height - 2 * _MARGIN
    return [(number(x), number(height - _MARGIN - room * votes / top)) for x, votes in told]


def _series(columns: Sequence[Day | None]) -> list[float | None]:
    """Return what the blocks tell: votes where they were told twice, else places."""
    if sum(day is not None and day.votes is not None for day in columns) < 2:
        return [None if day is None else _share(day) for day in columns]
    known = 0
    series: list[float | None] = []
    for day in columns:
        if day is not None and day.votes is not None:
            known = day.votes
        series.append(None if day is None else known)
    return series


def _best_in_words(days: Sequence[Day], tongue: Tongue) -> Iterator[str]:
    """Yield the best place and the votes of some days, as far as they are told."""
    if days:
        best = max(days, key=_share)
        place = tongue.ordinal(best.position)
        yield tongue.say("%(place)s of %(n)s at best", place=place, n=best.listed)
    told = [day.votes for day in days if day.votes is not None]
    if told:
        first, last = map(tongue.number, (told[0], told[-1]))
        if told[0] == told[-1]:
            yield tongue.count("%(n)s vote", "%(n)s votes", told[-1], n=last)
        else:
            yield tongue.count(
                "from %(first)s to %(n)s vote",
                "from %(first)s to %(n)s votes",
                told[-1],
                n=last,
                first=first,
            )
