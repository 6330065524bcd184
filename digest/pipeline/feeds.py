"""The address of a reader's own feed: how often they took another, which is what makes it anew.

It is counted in their record of acts, so that it is kept, told and erased with them.
"""

from __future__ import annotations

from datetime import datetime

from digest.models import ConsentAct
from digest.store import Store
from digest.subscribing.acts import Way
from digest.subscribing.states import after


def feed_moves(store: Store, number: int) -> int:
    """Count how often a subscriber took another address."""
    with store.reading_post() as post:
        lines = post.register.consents(number)
    return sum(line.act is ConsentAct.MOVED_FEED for line in lines)


def move_feed(store: Store, number: int, way: Way, now: datetime) -> None:
    """Put down that a subscriber takes another address; `UsageError` unless they are active."""
    with store.writing_post() as post:
        found = post.register.by_id(number)
        after(found.state if found else None, ConsentAct.MOVED_FEED)
        post.register.add_consent(number, way.line(ConsentAct.MOVED_FEED, now))
