"""How many there are of whom, and where mail does not arrive: counts, from which no address leaves.

`Tallies` is what `Post` has of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from digest.models import Cadence, CameBack, DeliveryState, FailingDomain, SubscriberState
from digest.store.part import Part
from digest.store.tables import deliveries, subscribers

_FAILED = deliveries.c.state == DeliveryState.FAILED.value
_WAITS = and_(deliveries.c.state == DeliveryState.PENDING.value, deliveries.c.attempts > 0)


class Tallies(Part):
    """Counts of subscribers, and of mail that does not arrive."""

    def subscribers(self) -> dict[SubscriberState, dict[Cadence, int]]:
        """Count subscribers by state and cadence; those erased are left out."""
        return self._do(by_cadence)

    def failing(self, editions: Sequence[str]) -> tuple[FailingDomain, ...]:
        """Return to which domains deliveries of these editions failed, or wait; the worst first."""
        return self._do(domains, editions)

    def came_back(self, since: datetime) -> CameBack:
        """Count who bounced, complained, or has soft failures in a row: since then, and in all."""
        return self._do(came_back, since)


def by_cadence(connection: Connection) -> dict[SubscriberState, dict[Cadence, int]]:
    """Count subscribers by state and cadence; those erased are left out."""
    columns = (subscribers.c.state, subscribers.c.cadence)
    rows = connection.execute(select(*columns, func.count()).group_by(*columns))
    found = {(state, cadence): int(count) for state, cadence, count in rows}
    return {
        state: {cadence: found.get((state.value, cadence.value), 0) for cadence in Cadence}
        for state in SubscriberState
        if state is not SubscriberState.ERASED
    }


def domains(connection: Connection, editions: Sequence[str]) -> tuple[FailingDomain, ...]:
    """Return to which domains deliveries of these editions failed, or wait; the worst first.

    Who was erased has no domain any more, and is left out.
    """
    wanted = (
        select(subscribers.c.address, deliveries.c.state, deliveries.c.code)
        .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
        .where(deliveries.c.edition.in_(editions), or_(_FAILED, _WAITS))
        .where(subscribers.c.address.is_not(None))
    )
    states: Counter[tuple[str, str]] = Counter()
    codes: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for address, state, code in connection.execute(wanted):
        domain = address.rpartition("@")[2]
        states[domain, state] += 1
        codes[domain].update([code] if code else [])
    found = (_domain(domain, states, codes[domain]) for domain in {name for name, _ in states})
    return tuple(sorted(found, key=lambda each: (-each.failed - each.waiting, each.domain)))


def came_back(connection: Connection, since: datetime) -> CameBack:
    """Count who bounced, complained, or has soft failures in a row: since then, and in all."""
    gone = (SubscriberState.BOUNCED.value, SubscriberState.COMPLAINED.value)
    is_late = subscribers.c.since >= since
    wanted = (
        select(subscribers.c.state, is_late, func.count())
        .where(subscribers.c.state.in_(gone))
        .group_by(subscribers.c.state, is_late)
    )
    rows = connection.execute(wanted)
    found = {(state, bool(late)): int(count) for state, late, count in rows}
    soft = select(func.count()).where(
        subscribers.c.state == SubscriberState.ACTIVE.value, subscribers.c.soft_bounces > 0
    )
    counts = {state: (found.get((state, True), 0), found.get((state, False), 0)) for state in gone}
    (bounced, bounced_before), (complained, complained_before) = counts.values()
    return CameBack(
        bounced=bounced + bounced_before,
        bounced_lately=bounced,
        complained=complained + complained_before,
        complained_lately=complained,
        soft=int(connection.execute(soft).scalar_one()),
    )


def _domain(domain: str, states: Counter[tuple[str, str]], codes: Counter[int]) -> FailingDomain:
    return FailingDomain(
        domain=domain,
        failed=states[domain, DeliveryState.FAILED.value],
        waiting=states[domain, DeliveryState.PENDING.value],
        code=codes.most_common(1)[0][0] if codes else None,
    )
