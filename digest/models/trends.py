"""What is trending over a time, as the site shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from digest.models.papers import History, PaperPage
from digest.models.words import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A paper in its place, from 1. `before` was its place a time earlier, None if it had none.

    `history` are its days of the last weeks, for a picture; `reason` tells why it stands here.
    """

    page: PaperPage
    place: int
    before: int | None
    score: float
    reason: str
    history: History


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """What trends from `start` to `end`, both included: the first of `total` papers in order.

    `compared_to` is the last day of the time that places are compared with; None where nothing was
    listed in it.
    """

    period: Period
    start: date
    end: date
    compared_to: date | None
    total: int
    papers: tuple[Ranked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many new papers a day's edition holds, and how many of them match each topic."""

    day: date
    new: int
    topics: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What became of the listings behind the latest edition, and of what came after it.

    `listed` counts its papers, each once, and `seen` those that had been seen before; `own_day`
    tells whether a listing of the very day was among them. After it: the days whose listings held
    nothing new, with how many papers; how many files could not be read; the days up to the last
    file that came, of which no listing did.
    """

    listed: int = 0
    seen: int = 0
    has_own_day: bool = True
    stale: tuple[tuple[date, int], ...] = ()
    rejected: int = 0
    empty: int = 0
    missing: tuple[date, ...] = ()
