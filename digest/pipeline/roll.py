"""The roll of subscribers, a page at a time: a list of any length takes no memory of its own.

Each page is one transaction, so that a slow reader of the list holds up nobody: who changes
meanwhile is told as they then are, once.
"""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Cadence, Consent, Subscriber, SubscriberState
from digest.store import Store

_PAGE = 1000


def subscribers(
    store: Store, *, state: SubscriberState | None = None, cadence: Cadence | None = None
) -> Iterator[Subscriber]:
    """Yield the subscribers of a state and cadence in order of arrival; erased ones if asked."""
    last = 0
    while page := _page(store, last, state, cadence):
        yield from page
        last = page[-1].id


def records(store: Store) -> Iterator[tuple[Subscriber, tuple[Consent, ...]]]:
    """Yield all subscribers in order of arrival, each with the record of their consent."""
    last = 0
    while True:
        with store.reading_post() as post:
            page = post.register.listed(after=last, limit=_PAGE)
            told = post.register.consents_of_many([each.id for each in page])
        if not page:
            return
        yield from ((each, told.get(each.id, ())) for each in page)
        last = page[-1].id


def _page(
    store: Store, last: int, state: SubscriberState | None, cadence: Cadence | None
) -> tuple[Subscriber, ...]:
    with store.reading_post() as post:
        return post.register.listed(after=last, limit=_PAGE, state=state, cadence=cadence)
