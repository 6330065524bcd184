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
from datetime import UTC, date, tzinfo
from math import log2

from digest.models import ENGLISH, Day, Paper, Sighting, Tongue

LONG_ABSENCE_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The settings that decisions about editions depend on.

    With `approval`, an edition goes out once the curator has approved it. Reasons are worded in
    `tongue`, and stay so in an edition that was sealed with them.
    """

    half_life_days: float = 7.0
    vote_weight: float = 0.5
    listing_days: int = 5
    trending_limit: int = 10
    zone: tzinfo = UTC
    approval: bool = False
    tongue: Tongue = ENGLISH


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


def reason(
    days: Sequence[Day], on: date, listing_days: Sequence[date], tongue: Tongue = ENGLISH
) -> str:
    """Say why a paper stands where it does, e.g. `120 votes, +40 since yesterday`.

    `listing_days` are the last days with a listing, newest first.
    """
    parts = [_votes_in_words(days, on, tongue), _recurrence_in_words(days, listing_days, tongue)]
    parts = [part for part in parts if part]
    if not parts and days:
        place = tongue.ordinal(days[-1].position)
        parts = [tongue.say("%(place)s of %(n)s listed", place=place, n=days[-1].listed)]
    return " · ".join(parts)


def revision_in_words(paper: Paper, tongue: Tongue = ENGLISH) -> str:
    """Say which version a revised paper is in now."""
    if paper.version:
        return tongue.say("now in version %(version)s", version=paper.version)
    return tongue.say("revised")


def lateness_in_words(days: Sequence[Day], on: date, tongue: Tongue = ENGLISH) -> str:
    """Say when a paper was listed that came late."""
    return tongue.say("late: listed %(day)s", day=tongue.day_seen_from(days[-1].day, on))


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


def _votes_in_words(days: Sequence[Day], on: date, tongue: Tongue) -> str:
    voted = _voted(days)
    if not voted or not voted[-1].votes:
        return ""
    votes = voted[-1].votes
    words = tongue.count("%(n)s vote", "%(n)s votes", votes, n=tongue.number(votes))
    if len(voted) > 1 and votes > (voted[-2].votes or 0):
        gain = tongue.number(votes - (voted[-2].votes or 0))
        since = tongue.day_seen_from(voted[-2].day, on)
        words += ", " + tongue.say("+%(gain)s since %(day)s", gain=gain, day=since)
    return words


def _recurrence_in_words(days: Sequence[Day], listing_days: Sequence[date], tongue: Tongue) -> str:
    last = set(listing_days)
    times = sum(day.day in last for day in days)
    if times > 1:
        return tongue.say(
            "in %(times)s of the last %(n)s listings", times=times, n=len(listing_days)
        )
    if len(days) > 1:
        absence = (days[-1].day - days[-2].day).days
        if absence >= LONG_ABSENCE_DAYS:
            return tongue.say("back after %(n)s days", n=absence)
        return tongue.say("listed %(n)s times", n=len(days))
    return ""
