"""The mails that ask to confirm: one row a subscriber, taken by one sender at a time.

    ask ─▶ due ─▶ lease ─▶ record ─▶ sent, due again, or given up

Who asks again within the span that `ask` is told is counted, and mailed nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from digest.models import Invitation, SubscriberState
from digest.store.part import Part
from digest.store.statements import insert_into
from digest.store.tables import invitations, subscribers

_OWN = ("subscriber_id", "asked_at", "asks", "attempts", "sent_at")
_WANTED = (
    select(*(invitations.c[name] for name in _OWN), subscribers.c.address, subscribers.c.state)
    .join(subscribers, subscribers.c.id == invitations.c.subscriber_id)
    .order_by(invitations.c.due_at, invitations.c.subscriber_id)
)


class Invitations(Part):
    """The mails that ask subscribers to confirm."""

    def ask(self, number: int, now: datetime, since: datetime) -> bool:
        """Let a subscriber be mailed, unless they asked after `since`; tell whether they will."""
        return self._do(ask, number, now, since)

    def of(self, number: int) -> Invitation | None:
        """Return what a subscriber was or is to be mailed, if they ever asked on a page."""
        return self._do(of, number)

    def lease(self, now: datetime, until: datetime) -> Invitation | None:
        """Take the eldest that is due; others cannot until `until`."""
        return self._do(lease, now, until)

    def record(
        self,
        taken: Invitation,
        *,
        sent_at: datetime | None = None,
        due_at: datetime | None = None,
        said: str = "",
        is_attempt: bool = True,
    ) -> None:
        """Write down what became of one: sent, due again at a time, or given up."""
        self._do(record, taken, sent_at=sent_at, due_at=due_at, said=said, is_attempt=is_attempt)


def ask(connection: Connection, number: int, now: datetime, since: datetime) -> bool:
    """Put down that a mail is due; see `Invitations.ask`."""
    own = invitations.c.subscriber_id == number
    asked = connection.execute(select(invitations.c.asked_at).where(own)).scalar()
    if asked is not None and asked > since:
        again = update(invitations).where(own).values(asks=invitations.c.asks + 1)
        connection.execute(again)
        return False
    told: dict[str, Any] = {"asked_at": now, "asks": 1, "due_at": now, "leased_until": None}
    told |= {"attempts": 0, "sent_at": None, "said": ""}
    insert = insert_into(connection, invitations).values(subscriber_id=number, **told)
    connection.execute(insert.on_conflict_do_update(index_elements=["subscriber_id"], set_=told))
    return True


def of(connection: Connection, number: int) -> Invitation | None:
    """Return the row of a subscriber."""
    return _one(connection, invitations.c.subscriber_id == number)


def lease(connection: Connection, now: datetime, until: datetime) -> Invitation | None:
    """Take the eldest that is due and nobody has."""
    is_free = or_(invitations.c.leased_until.is_(None), invitations.c.leased_until <= now)
    found = _one(connection, invitations.c.due_at <= now, is_free)
    if found is not None:
        own = invitations.c.subscriber_id == found.subscriber_id
        connection.execute(update(invitations).where(own).values(leased_until=until))
    return found


def record(
    connection: Connection,
    taken: Invitation,
    *,
    sent_at: datetime | None,
    due_at: datetime | None,
    said: str,
    is_attempt: bool,
) -> None:
    """Write down what became of the request that was taken; a later one is left alone."""
    own = (
        invitations.c.subscriber_id == taken.subscriber_id,
        invitations.c.asked_at == taken.asked_at,
    )
    told: dict[str, Any] = {
        "sent_at": sent_at,
        "due_at": due_at,
        "leased_until": None,
        "said": said,
    }
    told |= {"attempts": taken.attempts + is_attempt}
    connection.execute(update(invitations).where(*own).values(told))


def _one(connection: Connection, *wanted: ColumnElement[bool]) -> Invitation | None:
    row = connection.execute(_WANTED.where(*wanted).limit(1)).one_or_none()
    return None if row is None else _invitation(row)


def _invitation(row: Any) -> Invitation:
    told = row._asdict()
    told |= {"address": row.address or "", "state": SubscriberState(row.state)}
    return Invitation(**told)
