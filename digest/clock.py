"""When a newsletter's day ends, in any time zone and year.

Only the arithmetic: the instant it is now comes in as an argument.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo


def next_local_midnight(now: datetime, zone: tzinfo) -> datetime:
    """Return the first instant (in UTC) of the day after the one it now is in `zone`.

    Where clocks skip midnight, that day begins with the first minute that exists; where midnight
    comes twice, with the first one still ahead. A day that a zone left out is passed over.
    """
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), zone)
    # Where midnight is skipped or doubled, PEP 495's `fold` gives two answers.
    early, late = sorted(midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if early <= now:
        return late
    if early.astimezone(zone).date() >= tomorrow:
        return early
    return _first_instant_on(tomorrow.toordinal(), early, late, zone)


def _first_instant_on(day: int, before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the second between two instants at which the zone's calendar turns to `day`."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).date().toordinal() >= day:
            after = middle
        else:
            before = middle
    return after
