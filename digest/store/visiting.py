"""How often somebody came: counts by mark, each for a window of time from its first visit.

A mark is a keyed hash of a purpose and a network, and tells neither; no address stands here. Counts
survive a restart, and go once their window, and the longest there may be, is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from digest.store.statements import insert_into
from digest.store.tables import visits

LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """So many visits by this mark within a window of time, a day at most."""

    mark: str
    most: int
    window: timedelta


def visit(connection: Connection, quotas: Sequence[Quota], now: datetime) -> datetime | None:
    """Count a visit to each of the quotas; where one is used up, to none: return when it is not."""
    connection.execute(delete(visits).where(visits.c.since < now - LONGEST))
    marks = [quota.mark for quota in quotas]
    columns = (visits.c.mark, visits.c.since, visits.c.count)
    rows = connection.execute(select(*columns).where(visits.c.mark.in_(marks)))
    known = {mark: (since, count) for mark, since, count in rows}
    counted = []
    free_at: list[datetime] = []
    for quota in quotas:
        since, count = known.get(quota.mark, (now, 0))
        if not since <= now < since + quota.window:  # over; or the clock was set back
            since, count = now, 0
        if count >= quota.most:
            free_at.append(since + quota.window)
        counted.append({"mark": quota.mark, "since": since, "count": count + 1})
    if free_at:
        return max(free_at)
    insert = insert_into(connection, visits)
    told = {"since": insert.excluded.since, "count": insert.excluded.count}
    connection.execute(insert.on_conflict_do_update(index_elements=["mark"], set_=told), counted)
    return None
