"""A post room over a store with readers: the real sender, connections and judge. No tests here.

The mail is short; its Message-ID and bytes are the delivery's own, as those of `Letters` are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from smtp_faults import Seen
from store_values import day_edition

from digest.models import (
    Consent,
    ConsentAct,
    Delivery,
    Envelope,
    Preferences,
    Subscriber,
    SubscriberState,
)
from digest.pipeline.deliver import DeliverReport, Postroom, Wishes, deliver
from digest.pipeline.judging import Judge
from digest.pipeline.planning import Timetable
from digest.pipeline.sending import Connection, Means
from digest.smtp.connection import Connection as SmtpConnection
from digest.smtp.server import Server
from digest.store import Store
from digest.trending import Rules

DAY = "2026-03-11"
SEVEN = datetime(2026, 3, 12, 7, tzinfo=UTC)
"""When the edition of DAY is due to readers who want it at seven in UTC."""

BEFORE = SEVEN - timedelta(days=9)
MINUTE = timedelta(minutes=1)
RULES = Rules()
PATIENCE_SECONDS = 10


@dataclass(slots=True)
class Clock:
    """A clock that the test sets."""

    at: datetime = SEVEN

    def __call__(self) -> datetime:
        return self.at


def address(number: int) -> str:
    return f"reader{number}@example.org"


def reader(number: int, at: datetime = BEFORE, **wants: object) -> Subscriber:
    return Subscriber(
        address=address(number),
        state=SubscriberState.ACTIVE,
        preferences=Preferences(**wants),  # type: ignore[arg-type]
        created_at=at,
        since=at,
        active_since=at,
    )


def fill(store: Store, count: int, days: Iterable[str] = (DAY,), **wants: object) -> list[int]:
    """Make editions and readers who were there before them; return the readers' numbers."""
    with store.writing() as tx:
        for day in days:
            tx.open_edition(day_edition(datetime.fromisoformat(day).date()))
    consent = Consent(act=ConsentAct.CONFIRMED, at=BEFORE)
    with store.writing_post() as post:
        first = post.register.add_many(
            [(reader(n, **wants), address(n), consent) for n in range(count)]
        )
    return list(range(first, first + count))


def letter(delivery: Delivery) -> Envelope:
    """Return a mail that tells by its Message-ID whose it is, and which."""
    mark = f"{delivery.edition}.{delivery.subscriber_id}"
    lines = (
        f"Message-ID: <{mark}@example.org>",
        f"Date: {delivery.planned_at:%a, %d %b %Y %H:%M:%S} +0000",
        f"To: {delivery.address}",
        "",
        "Hello",
    )
    content = "".join(f"{line}\r\n" for line in lines).encode()
    return Envelope(sender="list@example.org", recipient=delivery.address, content=content)


def room(
    store: Store, port: int, clock: Callable[[], datetime] = lambda: SEVEN, **changes: object
) -> Postroom:
    """Return a post room that mails to a server on this machine; `changes` are of `Means`."""
    policy = bool(changes.pop("resends", True))
    holder = str(changes.pop("holder", "one"))
    judge = Judge(clock, resends_doubt=policy)
    where = Server(
        host="127.0.0.1",
        port=port,
        tls="none",
        timeout_seconds=PATIENCE_SECONDS,
        end_timeout_seconds=PATIENCE_SECONDS,
    )

    def connect() -> Connection:
        return SmtpConnection(where)

    own = Means(
        connect=connect,
        letter=letter,
        judge=judge.judge,
        spoiled=judge.spoiled,
        ready_in=lambda _: 0.0,
        clock=clock,
        wait=lambda _: False,
        connections=1,
    )
    return Postroom(
        store=store,
        rules=RULES,
        timetable=Timetable(),
        means=replace(own, **changes),  # type: ignore[arg-type]
        holder=holder,
        resends_doubt=policy,
    )


def run(
    store: Store, port: int, clock: Callable[[], datetime] = lambda: SEVEN, **changes: object
) -> DeliverReport:
    """Do what `digest deliver` does."""
    return deliver(room(store, port, clock, **changes), Wishes())


def taken(seen: Seen) -> Counter[str]:
    """Count the mails that a server took by their Message-IDs."""
    return Counter(_header(mail, b"Message-ID") for mail in seen.mails)


def readers_of(seen: Seen) -> Counter[str]:
    """Count the mails that a server took by whom they are to."""
    return Counter(_header(mail, b"To") for mail in seen.mails)


def _header(mail: bytes, name: bytes) -> str:
    (line,) = (line for line in mail.splitlines() if line.startswith(name + b": "))
    return line.removeprefix(name + b": ").decode()


def counts(store: Store, edition: str = DAY) -> dict[str, int]:
    """Count an edition's deliveries by state."""
    with store.reading_post() as post:
        return post.outbox.counts(edition).get(edition, {})
