"""What hubs were told of feeds: which bytes they took last, and when to try again.

A row is a feed and a hub. `digest` is the feed as the hub knows it; what differs is to be told. An
attempt is written down before it is made: so nobody else makes it meanwhile, and one in which the
program dies counts, and is made again when its time is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, and_, func, select, update

from digest.models import Ping
from digest.store.part import Part
from digest.store.statements import insert_into
from digest.store.tables import pings

_OWN = ("hub", "feed")


class Pings(Part):
    """What hubs were told of feeds."""

    def told(self, hub: str) -> Mapping[str, str]:
        """Return what a hub knows: feeds by path, each with the digest that it was told of."""
        return self._do(_told, hub)

    def waits_until(self, hub: str) -> datetime | None:
        """Return until when a hub is left alone, None where nothing is to be tried again."""
        return self._do(_waits_until, hub)

    def troubles(self, hub: str) -> Mapping[str, str]:
        """Return what a hub said of feeds that it did not take."""
        return self._do(_troubles, hub)

    def begin(self, ping: Ping, now: datetime, until: datetime) -> Ping | None:
        """Say that an attempt is made, which others leave alone `until` then; None where not."""
        return self._do(_begin, ping, now, until)

    def settle(self, ping: Ping, said: str = "") -> None:
        """Say that nothing more is to be told of these bytes; `said` is why, if not taken."""
        self._do(_settle, ping, said)

    def put_off(self, ping: Ping, said: str, until: datetime) -> None:
        """Say when to try again, and why."""
        self._do(_put_off, ping, said, until)


def _told(connection: Connection, hub: str) -> Mapping[str, str]:
    """Return what a hub knows: feeds by path, each with the digest that it was told of."""
    wanted = select(pings.c.feed, pings.c.digest).where(pings.c.hub == hub)
    return {row.feed: row.digest for row in connection.execute(wanted)}


def _waits_until(connection: Connection, hub: str) -> datetime | None:
    """Return until when a hub is left alone, None where nothing is to be tried again."""
    wanted = select(func.max(pings.c.due_at, type_=pings.c.due_at.type))
    found: datetime | None = connection.execute(wanted.where(pings.c.hub == hub)).scalar()
    return found


def _troubles(connection: Connection, hub: str) -> Mapping[str, str]:
    """Return what a hub said of feeds that it did not take."""
    wanted = select(pings.c.feed, pings.c.said).where(pings.c.hub == hub, pings.c.said != "")
    return {row.feed: row.said for row in connection.execute(wanted.order_by(pings.c.feed))}


def _begin(connection: Connection, ping: Ping, now: datetime, until: datetime) -> Ping | None:
    """Write down that an attempt is made; None where another makes it, or it was told meanwhile."""
    where = and_(pings.c.hub == ping.hub, pings.c.feed == ping.feed)
    row = connection.execute(select(pings).where(where)).one_or_none()
    if row is not None and (row.digest == ping.digest or (row.due_at and row.due_at > now)):
        return None
    since = (row.since if row else None) or now
    attempts = row.attempts if row else 0
    values = {"since": since, "due_at": until, "attempts": attempts + 1}
    fresh = {"hub": ping.hub, "feed": ping.feed, "digest": "", "said": "", **values}
    statement = insert_into(connection, pings).values(fresh)
    connection.execute(statement.on_conflict_do_update(index_elements=_OWN, set_=values))
    return Ping(hub=ping.hub, feed=ping.feed, digest=ping.digest, since=since, attempts=attempts)


def _settle(connection: Connection, ping: Ping, said: str) -> None:
    """Write down that nothing more is to be told of these bytes; `said` is why, if not taken."""
    _write(connection, ping, digest=ping.digest, said=said, since=None, due_at=None, attempts=0)


def _put_off(connection: Connection, ping: Ping, said: str, until: datetime) -> None:
    """Write down when to try again, and why."""
    _write(connection, ping, said=said, due_at=until)


def _write(connection: Connection, ping: Ping, **values: object) -> None:
    where = and_(pings.c.hub == ping.hub, pings.c.feed == ping.feed)
    connection.execute(update(pings).where(where).values(values))
