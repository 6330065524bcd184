"""How strongly a paper trends, and the reason in words. docs/trending.md explains it to readers.

    height  = 1 for the first of a listing, falling evenly towards 1/2 for the last
    score   = Σ over days of height · ½^(age / half-life)
              + vote weight · log2(1 + votes) · ½^(age of the votes / half-life)

Several dumps of one day count as one: the best height, the most votes. So neither a dump split in
two nor one dropped twice changes the sums. Ages are counted to a day given, never to today.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta, tzinfo
from math import log2

from digest.models import Day, Paper, Sighting
from digest.text.english import day_month, ordinal

LONG_ABSENCE_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The settings that decisions about editions depend on.

    With `approval`, an edition goes out once the curator has approved it.
    """

    half_life_days: float = 7.0
    vote_weight: float = 0.5
    listing_days: int = 5
    trending_limit: int = 10
    zone: tzinfo = UTC
    approval: bool = False


def days_of(sightings: Iterable[Sighting], on: date) -> tuple[Day, ...]:
    """Return one `Day` for each day with a sighting up to `on`, oldest first."""
    by_day: dict[date, list[Sighting]] = {}
    for sighting in sightings:
        if sighting.day <= on:
            by_day.setdefault(sighting.day, []).append(sighting)
    return tuple(_day(day, by_day[day]) for day in sorted(by_day))


def score(days: Sequence[Day], on: date, rules: Rules) -> float:
    """Return the paper's score on a day, from 0 upwards; see the formula above."""
    total = sum(day.height * _decay(day.day, on, rules) for day in days)
    voted = _voted(days)
    if voted:
        votes = log2(1 + (voted[-1].votes or 0))
        total += rules.vote_weight * votes * _decay(voted[-1].day, on, rules)
    return total


def is_rising(days: Sequence[Day], on: date, rules: Rules) -> bool:
    """Tell whether the score is higher than on the last day before that the paper was listed."""
    earlier = [day for day in days if day.day < days[-1].day]
    if not earlier:
        return False
    return score(days, on, rules) > score(earlier, earlier[-1].day, rules)


def reason(days: Sequence[Day], on: date, listing_days: Sequence[date]) -> str:
    """Say why a paper stands where it does, e.g. `120 votes, +40 since yesterday`.

    `listing_days` are the last days with a listing, newest first.
    """
    parts = [_votes_in_words(days, on), _recurrence_in_words(days, listing_days)]
    parts = [part for part in parts if part]
    if not parts and days:
        parts = [f"{ordinal(days[-1].position)} of {days[-1].listed} listed"]
    return " · ".join(parts)


def revision_in_words(paper: Paper) -> str:
    """Say which version a revised paper is in now."""
    return f"now in version {paper.version}" if paper.version else "revised"


def day_in_words(day: date, on: date) -> str:
    """Name a day as seen from another: `yesterday`, `9 March`, `9 March 2025`."""
    if day == on - timedelta(days=1):
        return "yesterday"
    return day_month(day) if day.year == on.year else f"{day_month(day)} {day.year}"


def _day(day: date, sightings: Sequence[Sighting]) -> Day:
    best = min(sightings, key=lambda s: (s.position / s.listed, s.position))
    votes = [s.votes for s in sightings if s.votes is not None]
    return Day(
        day=day, position=best.position, listed=best.listed, votes=max(votes) if votes else None
    )


def _voted(days: Sequence[Day]) -> list[Day]:
    """Return the days on which votes were told."""
    return [day for day in days if day.votes is not None]


def _decay(day: date, on: date, rules: Rules) -> float:
    """Return how much of a thing of that day counts: 1 on the day, 1/2 after a half-life."""
    return float(0.5 ** ((on - day).days / rules.half_life_days))


def _votes_in_words(days: Sequence[Day], on: date) -> str:
    voted = _voted(days)
    if not voted or not voted[-1].votes:
        return ""
    votes = voted[-1].votes
    words = f"{votes:,} vote{'' if votes == 1 else 's'}"
    if len(voted) > 1 and votes > (voted[-2].votes or 0):
        gain = votes - (voted[-2].votes or 0)
        words += f", +{gain:,} since {day_in_words(voted[-2].day, on)}"
    return words


def _recurrence_in_words(days: Sequence[Day], listing_days: Sequence[date]) -> str:
    last = set(listing_days)
    times = sum(day.day in last for day in days)
    if times > 1:
        return f"in {times} of the last {len(listing_days)} listings"
    if len(days) > 1:
        absence = (days[-1].day - days[-2].day).days
        if absence >= LONG_ABSENCE_DAYS:
            return f"back after {absence} days"
        return f"listed {len(days)} times"
    return ""
