"""What is kept for a time only, on both databases: who never confirmed, who is gone, networks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.addresses import parse
from digest.models import Consent, ConsentAct, Preferences, SubscriberState
from digest.pipeline.retention import Keep, Pruned, prune
from digest.pipeline.subscribing import Registry
from digest.store import Store
from digest.subscribing.acts import Way
from digest.tokens import Signer

NOW = datetime(2026, 3, 12, 7, tzinfo=UTC)
DAY = timedelta(days=1)
KEEP = Keep(pending_days=90, gone_days=400, network_days=30)
FORM = Way(source="web form", network="192.0.2.7")
ONE, TWO = parse("one@example.org"), parse("two@example.org")
STATE = SubscriberState


@pytest.fixture
def registry(store: Store) -> Registry:
    return Registry(store=store, signer=Signer(store.key), defaults=Preferences())


def test_who_never_confirmed_is_erased_and_may_ask_anew(registry: Registry) -> None:
    registry.ask(ONE, {}, FORM, NOW)
    registry.enrol(TWO, {}, FORM, NOW)
    assert prune(registry, KEEP, NOW + 90 * DAY).pending == 0
    assert prune(registry, KEEP, NOW + 91 * DAY).pending == 1
    held = registry.tell_all(ONE)
    assert (held.subscriber, held.suppression) == (None, None)
    assert registry.find(TWO) is not None
    assert prune(registry, KEEP, NOW + 91 * DAY) == Pruned()
    assert registry.ask(ONE, {}, FORM, NOW + 92 * DAY).subscriber.id == 3


def test_who_asked_again_has_their_time_anew(registry: Registry) -> None:
    registry.ask(ONE, {}, FORM, NOW)
    registry.ask(ONE, {}, FORM, NOW + 60 * DAY)
    assert prune(registry, KEEP, NOW + 120 * DAY).pending == 0
    assert prune(registry, KEEP, NOW + 151 * DAY).pending == 1


@pytest.mark.parametrize("state", [STATE.UNSUBSCRIBED, STATE.BOUNCED, STATE.COMPLAINED])
def test_of_who_is_gone_the_hash_stays(registry: Registry, state: SubscriberState) -> None:
    number = registry.enrol(ONE, {}, FORM, NOW).subscriber.id
    with registry.store.writing_post() as post:
        post.register.change_state(number, state, NOW, Consent(act=ConsentAct.LEFT, at=NOW))
    later = NOW + 401 * DAY
    assert prune(registry, replace(KEEP, gone_days=0), later).gone == 0
    assert prune(registry, KEEP, later).gone == 1
    held = registry.tell_all(ONE)
    assert held.subscriber is None
    assert held.suppression is not None
    assert (held.suppression.reason, held.suppression.at) == (state, later)


def test_networks_are_forgotten_and_the_record_stays(registry: Registry) -> None:
    registry.enrol(ONE, {}, FORM, NOW)
    registry.enrol(TWO, {}, FORM, NOW + 10 * DAY)
    assert prune(registry, replace(KEEP, network_days=0), NOW + 31 * DAY).networks == 0
    assert prune(registry, KEEP, NOW + 31 * DAY).networks == 2
    assert [line.network for line in registry.tell_all(ONE).consents] == ["", ""]
    assert {line.network for line in registry.tell_all(TWO).consents} == {"192.0.2.7"}
    assert [line.source for line in registry.tell_all(ONE).consents] == ["web form"] * 2


def test_many_are_erased_a_part_at_a_time(registry: Registry) -> None:
    for number in range(60):
        registry.ask(parse(f"reader{number}@example.org"), {}, FORM, NOW)
    assert prune(registry, KEEP, NOW + 91 * DAY).pending == 60
    with registry.store.reading_post() as post:
        assert post.register.counts()[STATE.ERASED] == 60
