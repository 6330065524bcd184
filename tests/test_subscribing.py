"""What acts on subscriptions come to, on both databases: states, consent, suppression, erasure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from store_values import day_edition

from digest.addresses import parse
from digest.errors import UsageError
from digest.models import (
    Cadence,
    ConsentAct,
    DeliveryState,
    Preferences,
    Result,
    SubscriberState,
    Suppression,
)
from digest.models.returns import ReturnKind
from digest.pipeline.returns import failure_mark
from digest.pipeline.subscribing import Registry
from digest.store import Store, open_store
from digest.subscribing.acts import Way
from digest.tokens import Signer

NOW = datetime(2026, 3, 12, 7, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
FORM = Way(source="web form", wording="v1", network="192.0.2.7")
DESK = Way(source="paper form")
WHO = parse("Reader@Bücher.example.org")
ACT, STATE = ConsentAct, SubscriberState
WEEKLY = {"cadence": Cadence.WEEK, "topics": ("vision",)}


@pytest.fixture
def registry(store: Store) -> Registry:
    return Registry(
        store=store, signer=Signer(store.key), defaults=Preferences(zone="Europe/Berlin")
    )


def acts(registry: Registry) -> list[ConsentAct]:
    return [line.act for line in registry.tell_all(WHO).consents]


def state(registry: Registry) -> SubscriberState:
    found = registry.find(WHO)
    assert found is not None
    return found.state


def suppress(registry: Registry, reason: SubscriberState) -> None:
    with registry.store.writing_post() as post:
        post.register.suppress(Suppression(hash=registry.hash_of(WHO), reason=reason, at=NOW))


def put_into(registry: Registry, wanted: SubscriberState) -> None:
    """Let them be there in a state."""
    registry.ask(WHO, {}, FORM, NOW)
    if wanted is not STATE.PENDING:
        registry.confirm(WHO, DESK, NOW)
    act = {STATE.BOUNCED: ACT.BOUNCED, STATE.COMPLAINED: ACT.COMPLAINED}.get(wanted)
    if wanted is STATE.UNSUBSCRIBED:
        registry.leave(WHO, DESK, NOW)
    elif act:
        with registry.store.writing_post() as post:
            found = post.register.by_key(WHO.key)
            assert found is not None
            post.register.change_state(found.id, wanted, NOW, DESK.line(act, NOW))


def test_who_asks_is_pending_until_they_confirm(registry: Registry) -> None:
    asked = registry.ask(WHO, WEEKLY, FORM, NOW)
    assert (asked.before, asked.is_change) == (None, True)
    assert asked.subscriber == registry.find(WHO)
    assert asked.subscriber.state is STATE.PENDING
    assert asked.subscriber.active_since is None
    wants = asked.subscriber.preferences
    assert (wants.zone, wants.cadence, wants.topics) == (
        "Europe/Berlin",
        Cadence.WEEK,
        ("vision",),
    )
    confirmed = registry.confirm(asked.subscriber.id, DESK, LATER)
    assert confirmed.subscriber.state is STATE.ACTIVE
    assert confirmed.subscriber.active_since == LATER
    told = registry.tell_all(WHO).consents
    assert told == (FORM.line(ACT.ASKED, NOW), DESK.line(ACT.CONFIRMED, LATER))
    assert told[0].network == "192.0.2.7"
    again = registry.confirm(WHO, DESK, LATER)
    assert not again.is_change
    assert len(acts(registry)) == 2


def test_asking_again_waits_on_and_is_written_down(registry: Registry) -> None:
    registry.ask(WHO, {}, FORM, NOW)
    again = registry.ask(parse("reader@XN--BCHER-KVA.example.org"), WEEKLY, FORM, LATER)
    assert again.subscriber.state is STATE.PENDING
    assert again.subscriber.preferences.cadence is Cadence.WEEK
    assert acts(registry) == [ACT.ASKED, ACT.ASKED]


def test_a_stranger_changes_nothing_of_who_is_active(registry: Registry) -> None:
    put_into(registry, STATE.ACTIVE)
    before = registry.tell_all(WHO)
    asked = registry.ask(WHO, WEEKLY, FORM, LATER)
    assert not asked.is_change
    assert registry.tell_all(WHO) == before


@pytest.mark.parametrize("gone", [STATE.UNSUBSCRIBED, STATE.BOUNCED, STATE.COMPLAINED])
def test_who_is_gone_comes_back_only_by_their_own_will(
    registry: Registry, gone: SubscriberState
) -> None:
    """A proposal is refused; an asking waits, suppressed for lists, until it is confirmed."""
    put_into(registry, gone)
    with pytest.raises(UsageError, match="not subscribed: ") as told:
        registry.propose(WHO, {}, DESK, LATER)
    assert "--source" in told.value.hint
    assert WHO.address not in f"{told.value} {told.value.hint}"
    assert state(registry) is gone
    registry.ask(WHO, {}, FORM, LATER)
    assert state(registry) is STATE.PENDING
    suppression = registry.tell_all(WHO).suppression
    assert suppression is not None
    assert suppression.reason is gone
    registry.confirm(WHO, FORM, LATER)
    assert state(registry) is STATE.ACTIVE
    assert registry.tell_all(WHO).suppression is None


@pytest.mark.parametrize("gone", [STATE.UNSUBSCRIBED, STATE.COMPLAINED])
def test_a_confirmation_alone_brings_back_nobody_who_left(
    registry: Registry, gone: SubscriberState
) -> None:
    put_into(registry, gone)
    with pytest.raises(UsageError, match="not subscribed: they"):
        registry.confirm(WHO, DESK, LATER)
    assert state(registry) is gone


@pytest.mark.parametrize("reason", [each for each in STATE if each in {"erased", "bounced"}])
def test_a_suppressed_address_without_a_subscriber(
    registry: Registry, reason: SubscriberState
) -> None:
    suppress(registry, reason)
    with pytest.raises(UsageError, match="not subscribed: "):
        registry.propose(WHO, {}, DESK, NOW)
    assert registry.find(WHO) is None
    enrolled = registry.enrol(WHO, WEEKLY, DESK, LATER)
    assert enrolled.subscriber.state is STATE.ACTIVE
    assert registry.tell_all(WHO).suppression is None
    assert acts(registry) == [ACT.ASKED, ACT.CONFIRMED]


@pytest.mark.parametrize("before", [None, *(each for each in STATE if each != "erased")])
def test_enrolling_leads_to_active_from_everywhere(
    registry: Registry, before: SubscriberState | None
) -> None:
    if before:
        put_into(registry, before)
    done = registry.enrol(WHO, WEEKLY, DESK, LATER)
    assert done.subscriber.state is STATE.ACTIVE
    assert done.subscriber.preferences.topics == ("vision",)
    assert (done.before.state if done.before else None) == before
    assert done.subscriber == registry.find(WHO)


def test_leaving_holds_and_is_told_once(registry: Registry) -> None:
    put_into(registry, STATE.ACTIVE)
    left = registry.leave(WHO, FORM, LATER)
    assert left.subscriber.state is STATE.UNSUBSCRIBED
    assert left.subscriber.since == LATER
    assert not registry.leave(WHO, FORM, LATER + timedelta(days=1)).is_change
    assert acts(registry) == [ACT.ASKED, ACT.CONFIRMED, ACT.LEFT]


def test_leaving_does_not_weaken_a_complaint(registry: Registry) -> None:
    put_into(registry, STATE.COMPLAINED)
    assert not registry.leave(WHO, FORM, LATER).is_change
    assert state(registry) is STATE.COMPLAINED


def test_only_what_is_named_changes(registry: Registry) -> None:
    put_into(registry, STATE.ACTIVE)
    done = registry.prefer(WHO, {"hour": 9})
    assert done.is_change
    assert done.subscriber.preferences == Preferences(zone="Europe/Berlin", hour=9)
    assert not registry.prefer(WHO, {"hour": 9}).is_change


def test_nobody_is_told_apart_from_who_was_erased(registry: Registry) -> None:
    for who in (WHO, 7):
        for act in (registry.confirm, registry.leave):
            with pytest.raises(UsageError, match="no such subscriber"):
                act(who, DESK, NOW)
        with pytest.raises(UsageError, match="no such subscriber"):
            registry.prefer(who, WEEKLY)
    with pytest.raises(UsageError, match="no such subscriber"):
        registry.erase(WHO, NOW)
    put_into(registry, STATE.ACTIVE)
    registry.erase(WHO, LATER)
    with pytest.raises(UsageError, match="no such subscriber"):
        registry.leave(1, DESK, LATER)


def test_who_is_there_is_proposed_no_second_time(registry: Registry) -> None:
    registry.propose(WHO, {}, DESK, NOW)
    with pytest.raises(UsageError, match="there already: pending"):
        registry.propose(WHO, {}, DESK, NOW)


def test_a_dry_run_keeps_nothing(registry: Registry) -> None:
    assert registry.propose(WHO, {}, DESK, NOW, is_dry=True).subscriber.state is STATE.PENDING
    assert registry.enrol(WHO, {}, DESK, NOW, is_dry=True).subscriber.state is STATE.ACTIVE
    assert registry.find(WHO) is None
    put_into(registry, STATE.PENDING)
    before = registry.tell_all(WHO)
    assert registry.confirm(WHO, DESK, LATER, is_dry=True).is_change
    assert registry.leave(WHO, DESK, LATER, is_dry=True).is_change
    assert registry.prefer(WHO, {"hour": 9}, is_dry=True).is_change
    assert registry.tell_all(WHO) == before


def test_all_that_is_held_is_told_and_then_erased(registry: Registry) -> None:
    """Deliveries, returns, consents, soft failures; of all that the suppression stays."""
    put_into(registry, STATE.ACTIVE)
    with registry.store.writing() as tx:
        tx.open_edition(day_edition())
    with registry.store.writing_post() as post:
        post.outbox.plan_for("2026-03-11", None, [1], NOW)
        post.outbox.lease("a", NOW, NOW, 1)
        failed = Result(
            edition="2026-03-11", subscriber_id=1, state=DeliveryState.FAILED, code=550, said="no"
        )
        post.outbox.record("a", [failed], NOW)
        mark = failure_mark(registry.signer, ReturnKind.SOFT, 1, "2026-03-11")
        post.returns.remember(mark, LATER)
        post.returns.count_soft(1, LATER, NOW)
    held = registry.tell_all(WHO)
    assert held.returns == ((ReturnKind.SOFT, "2026-03-11", LATER),)
    assert held.soft_bounces == (1, LATER)
    assert [(each.edition, each.said) for each in held.deliveries] == [("2026-03-11", "no")]
    done = registry.erase(WHO, LATER)
    assert (done.number, done.is_clean) == (1, True)
    left = registry.tell_all(WHO)
    assert left.suppression is not None
    assert left.suppression.reason is STATE.ERASED
    assert (left.subscriber, left.consents, left.deliveries, left.returns) == (None, (), (), ())
    again = registry.erase(WHO, LATER)
    assert (again.number, again.is_clean) == (0, True)
    with pytest.raises(UsageError, match="everything about them erased"):
        registry.propose(WHO, {}, DESK, LATER)


def test_erasing_again_writes_the_file_anew(tmp_path: Path) -> None:
    """What another process kept from going, or a kill, may be known to nobody any more."""
    store = open_store(f"sqlite:///{tmp_path / 'digest.db'}")
    registry = Registry(store=store, signer=Signer(store.key), defaults=Preferences())
    put_into(registry, STATE.ACTIVE)
    with store.writing_post() as post:
        for n in range(300):
            post.register.add_consent(1, Way(source=f"{n} " * 500).line(ACT.ASKED, NOW))
    assert registry.erase(WHO, NOW).is_clean
    before = (tmp_path / "digest.db").stat().st_size
    assert registry.erase(WHO, NOW).is_clean
    assert (tmp_path / "digest.db").stat().st_size < before / 2
    store.close()
