"""Telling hubs of feeds that changed (WebSub), once what is published is there.

    feeds in the output ─▶ those the hub does not know as they are ─▶ begin ─▶ post ─▶ settle
                                                                       ▲         └─▶ put off ─┐
                                                                       └──────────────────────┘

What a hub was told is kept as a digest of the feed's bytes: so nothing is told twice, whoever
published and however often, and nothing is forgotten by who is killed. A hub that does not answer
is left alone for a while, longer each time, and publishing waits for none. Safe to repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from digest.models import Answer, DeliveryState, Notice, Ping, Posting, Site
from digest.output import Output
from digest.pipeline.answers import judge
from digest.render import names, to_feeds
from digest.store import Store

LEASE = timedelta(minutes=5)
"""How long one attempt may take before it is believed dead."""

_FOLDERS = (
    to_feeds.PAPERS,
    to_feeds.EDITIONS,
    to_feeds.WEEKLY,
    to_feeds.MONTHLY,
    to_feeds.TOPICS,
)
_FORM = ("Content-Type", "application/x-www-form-urlencoded")


def _goes_on() -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Where hubs are told: what is published, and what telling depends on.

    `send` posts one notice and never raises for what a server does. `is_over` tells whether to stop
    before the next.
    """

    store: Store
    output: Output
    site: Site
    send: Callable[[Notice], Answer]
    clock: Callable[[], datetime]
    is_over: Callable[[], bool] = _goes_on


@dataclass(frozen=True, slots=True, kw_only=True)
class PingResult:
    """What became of telling a hub of a feed."""

    hub: str
    feed: str
    state: DeliveryState
    said: str = ""


def ping_due(place: Exchange) -> tuple[PingResult, ...]:
    """Tell each hub of the feeds that it does not know as they are now; return what became of it.

    Of a hub that does not take one now, the others are left for a later time.
    """
    feeds = _feeds(place.output)
    return tuple(result for hub in place.site.hubs for result in _ping(place, hub, feeds))


def due(place: Exchange) -> tuple[Ping, ...]:
    """Return what hubs do not know yet, whether or not its time has come."""
    feeds = _feeds(place.output)
    with place.store.reading_post() as post:
        told = {hub: post.pings.told(hub) for hub in place.site.hubs}
    return tuple(
        Ping(hub=hub, feed=feed, digest=digest)
        for hub, known in told.items()
        for feed, digest in feeds.items()
        if known.get(feed) != digest
    )


def troubles(place: Exchange) -> tuple[PingResult, ...]:
    """Return the feeds that are published and hubs did not take: to be tried again, or refused."""
    feeds = _feeds(place.output)
    with place.store.reading_post() as post:
        known = {hub: post.pings.told(hub) for hub in place.site.hubs}
        said = {hub: post.pings.troubles(hub) for hub in place.site.hubs}
    return tuple(
        PingResult(hub=hub, feed=feed, state=_state(known[hub][feed] == feeds[feed]), said=words)
        for hub, those in said.items()
        for feed, words in those.items()
        if feed in feeds
    )


def _state(is_settled: bool) -> DeliveryState:
    return DeliveryState.FAILED if is_settled else DeliveryState.PENDING


def _ping(place: Exchange, hub: str, feeds: dict[str, str]) -> Iterator[PingResult]:
    with place.store.reading_post() as post:
        known, waits = post.pings.told(hub), post.pings.waits_until(hub)
    if waits and waits > place.clock():
        return
    for feed, digest in feeds.items():
        if known.get(feed) == digest:
            continue
        if place.is_over():
            return
        result = _attempt(place, Ping(hub=hub, feed=feed, digest=digest))
        if result:
            yield result
            if result.state is DeliveryState.PENDING:
                return


def _attempt(place: Exchange, wanted: Ping) -> PingResult | None:
    """Tell of one feed; None where another does."""
    now = place.clock()
    with place.store.writing_post() as post:
        ping = post.pings.begin(wanted, now, now + LEASE)
    if ping is None:
        return None
    posting = Posting(
        edition=ping.feed, channel=ping.hub, planned_at=ping.since or now, attempts=ping.attempts
    )
    result = judge(posting, place.send(_notice(ping, place.site)), (), place.clock())
    with place.store.writing_post() as post:
        if result.due_at is None:
            post.pings.settle(ping, result.said)
        else:
            post.pings.put_off(ping, result.said, result.due_at)
    return PingResult(hub=ping.hub, feed=ping.feed, state=result.state, said=result.said)


def _notice(ping: Ping, site: Site) -> Notice:
    """Say as hubs have it since PubSubHubbub 0.3 that a feed changed; WebSub leaves it to them."""
    form = {"hub.mode": "publish", "hub.url": names.url(site, ping.feed)}
    return Notice(url=ping.hub, body=urlencode(form).encode(), headers=(_FORM,))


def _feeds(output: Output) -> dict[str, str]:
    """Return the feeds that name a hub, by path, each with a digest of its bytes."""
    paths = (
        f"{folder}/{name}"
        for folder in _FOLDERS
        for name in sorted(output.names(folder))
        if name.endswith((".xml", ".json"))
    )
    held = ((path, output.held(path)) for path in paths)
    return {path: sha256(content).hexdigest() for path, content in held if content is not None}
