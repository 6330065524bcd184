"""Deciding on what is held: mails of which nobody knows whether the server has taken them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from digest.store import Store


def resolve_held(
    store: Store,
    now: datetime,
    edition: str | None = None,
    subscribers: Collection[int] | None = None,
    *,
    resend: bool,
) -> int:
    """Send what is held (again), or count it as sent; return how many there were.

    All of it, unless only an edition's or some subscribers' is named.
    """
    with store.writing_post() as post:
        keys = [
            (name, number)
            for name, number, _ in post.outbox.held()
            if edition in (None, name) and (subscribers is None or number in subscribers)
        ]
        return post.outbox.resolve(keys, now, resend=resend)
