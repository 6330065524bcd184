"""What the site tells of the state of things: what trends, and why the first page is thin.

Asked of the store alone. Nothing here looks at a clock: the last day is the last one of which
something came.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta, tzinfo

from digest.models import DumpRecord, DumpStatus, Edition, Heard, Period, Ranking
from digest.ranking import LOOKED_AT, order, ranking, seen_on
from digest.store import Reading
from digest.trending import Rules

MOST_RANKED = 30
"""How many papers the pages of trends show."""

_LAST_DUMPS = 20
_MOST_MISSING = 14  # beyond, an old archive was brought in, and the gap says nothing


def rankings(tx: Reading, rules: Rules, most: int = MOST_RANKED) -> Mapping[Period, Ranking]:
    """Return what trends now, this week and this month; nothing where nothing was ever listed.

    Looks at the sightings of the last two months, and at the histories of the papers shown.
    """
    listing_days = tx.listing_days(max(2, rules.listing_days))
    if not listing_days:
        return {}
    end = listing_days[0]
    seen = seen_on(tx.seen_between(end - timedelta(days=LOOKED_AT - 1), end), end)
    orders = [order(period, seen, listing_days, rules) for period in Period]
    pages = tx.paper_pages({number for each in orders for number in each.first(most)})
    last = listing_days[: rules.listing_days]
    return {each.period: ranking(each, most, pages, last, rules.tongue) for each in orders}


def heard(tx: Reading, latest: Edition | None, zone: tzinfo) -> Heard:
    """Return what became of the listings that the `latest` daily edition was made from, and after.

    Of what came after it, the last files are looked at.
    """
    since = [dump for dump in tx.last_dumps(_LAST_DUMPS) if _is_after(dump, latest, zone)]
    days, listed, new = tx.listed_in(latest.name) if latest else ((), 0, 0)
    return Heard(
        listed=listed,
        seen=max(0, listed - new),
        has_own_day=latest is None or latest.end in days,
        stale=_stale(since),
        rejected=sum(dump.status is DumpStatus.REJECTED for dump in since),
        empty=sum(dump.status is DumpStatus.EMPTY for dump in since),
        missing=_missing(since, latest, zone) if latest else (),
    )


def _is_after(dump: DumpRecord, latest: Edition | None, zone: tzinfo) -> bool:
    """Tell whether a file is of a later day; one that held nothing, whether it came on one."""
    if latest is None:
        return True
    if dump.status is DumpStatus.READ:
        return dump.day is not None and dump.day > latest.end
    return dump.arrived_at.astimezone(zone).date() >= latest.end


def _stale(since: list[DumpRecord]) -> tuple[tuple[date, int], ...]:
    listed: dict[date, int] = {}
    for dump in since:
        if dump.status is DumpStatus.READ and dump.day:
            listed[dump.day] = max(listed.get(dump.day, 0), dump.listed)
    return tuple(sorted(listed.items()))


def _missing(since: list[DumpRecord], latest: Edition, zone: tzinfo) -> tuple[date, ...]:
    """Return the days after the edition up to the last file of which no listing came."""
    came = {dump.day for dump in since if dump.status is DumpStatus.READ}
    arrived = (dump.arrived_at.astimezone(zone).date() for dump in since)
    last = max((*arrived, *filter(None, came)), default=latest.end)
    span = (last - latest.end).days
    days = (latest.end + timedelta(days=n) for n in range(1, span + 1))
    return tuple(day for day in days if day not in came) if span <= _MOST_MISSING else ()
