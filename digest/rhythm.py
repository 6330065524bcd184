"""When an edition closes, and when each reader's hour for it comes.

Pure arithmetic over time zones: instants come in and go out as aware UTC. A local time that clocks
skip is that much later, one that comes twice is taken the first time; so each local day has each
hour once, in every zone and year.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def at_local(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return the instant at which clocks in `zone` show this on that day (PEP 495, fold 0)."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def closes_at(last_day: date, clock: time | None, zone: tzinfo) -> datetime:
    """Return when an edition closes: on its last day at `clock`, without one as it ends."""
    if clock is None:
        return at_local(last_day + timedelta(days=1), time(), zone)
    return at_local(last_day, clock, zone)


def due_at(closed: datetime, hour: int, zone: tzinfo) -> datetime:
    """Return when an edition is due to a reader: the first `hour` of a local day once it closed."""
    day = closed.astimezone(zone).date() - timedelta(days=1)
    while (due := at_local(day, time(hour), zone)) < closed:
        day += timedelta(days=1)
    return due
