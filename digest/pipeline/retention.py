"""What is known of readers and was kept for its time: erased, a few hundred at a time.

Done whenever mail goes out. Of who is gone the keyed hash stays, so that no list brings them back;
of who never confirmed nothing stays, and they may ask anew: who asked on a page and let the link to
confirm expire, or was put down otherwise and kept for the days that are set.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest import addresses
from digest.models import SubscriberState, Suppression
from digest.pipeline.subscribing import CONFIRM_WITHIN, Registry
from digest.store import Post
from digest.subscribing.states import GONE

_MOST = 500
_MOST_SEARCHED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """For how many days things are kept; 0 is for ever."""

    pending_days: int
    gone_days: int
    network_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """How many were erased who never confirmed, who were gone; how many networks forgotten."""

    pending: int = 0
    gone: int = 0
    networks: int = 0


def prune(place: Registry, keep: Keep, now: datetime) -> Pruned:
    """Erase what was kept for its time: each kind in one transaction, up to 500 readers."""
    pending = _erase_unconfirmed(place, now)
    pending += _erase(place, frozenset({SubscriberState.PENDING}), keep.pending_days, now)
    gone = _erase(place, GONE, keep.gone_days, now)
    networks = _forget(place, keep.network_days, now)
    return Pruned(pending=pending, gone=gone, networks=networks)


def _forget(place: Registry, days: int, now: datetime) -> int:
    before = now - timedelta(days=days)
    with place.store.reading_post() as post:
        if not days or not post.register.has_networks(before):
            return 0
    with place.store.writing_post() as post:
        return post.register.forget_networks(before)


def _erase(place: Registry, states: frozenset[SubscriberState], days: int, now: datetime) -> int:
    if not days:
        return 0
    before = now - timedelta(days=days)
    return _erase_found(place, lambda post, most: post.register.stale(states, before, most), now)


def _erase_unconfirmed(place: Registry, now: datetime) -> int:
    before = now - CONFIRM_WITHIN
    return _erase_found(place, lambda post, most: post.register.unconfirmed(before, most), now)


def _erase_found(place: Registry, find: Callable[[Post, int], Sequence[int]], now: datetime) -> int:
    with place.store.reading_post() as post:
        if not find(post, 1):
            return 0
    traces: list[str] = []
    with place.store.writing_post() as post:
        numbers = find(post, _MOST)
        for number in numbers:
            traces += _erase_one(place, post, number, now)
    place.store.scrub(traces, anew=len(traces) > _MOST_SEARCHED)
    return len(numbers)


def _erase_one(place: Registry, post: Post, number: int, now: datetime) -> tuple[str, ...]:
    found = post.register.by_id(number)
    if found is not None and found.state in GONE:
        hashed = place.hash_of(addresses.parse(found.address))
        post.register.suppress(Suppression(hash=hashed, reason=found.state, at=now))
    return post.register.erase(number, now)
