"""The mails that ask to confirm, sent to real servers: taken, refused, broken off, sent by two."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from builders import SITE
from mailroom import Clock
from smtp_faults import DROP, KEEP_AND_DROP, Seen, serving

from digest.addresses import parse
from digest.errors import DeliverError
from digest.models import (
    DeliveryState,
    Envelope,
    Invitation,
    Preferences,
    SubscriberState,
)
from digest.pipeline.inviting import Usher
from digest.pipeline.judging import Judge
from digest.pipeline.retention import Keep, prune
from digest.pipeline.subscribing import CONFIRM_WITHIN, Registry
from digest.render.text import FILTERS
from digest.render.to_invitation import Inviting, confirm_token
from digest.render.to_letters import Postmark
from digest.smtp.connection import Connection, Server
from digest.store import Store
from digest.subscribing.acts import Way
from digest.theme import load
from digest.tokens import Signer

WHO, OTHER = parse("reader@example.org"), parse("other@example.org")
WAY = Way(source="web: page", wording="1", network="192.0.2.0/24")
STATE, DAY = SubscriberState, timedelta(days=1)
SIGNER = Signer(b"key")
OWN = replace(SITE, web_url="https://lists.example.org")
TEMPLATES = load(None, FILTERS)


@dataclass(slots=True)
class Door:
    """Where people ask, and what mails them."""

    registry: Registry
    clock: Clock

    def ask(self, *who: object) -> None:
        for each in who or (WHO,):
            self.registry.invite(each, {}, WAY, self.clock())  # type: ignore[arg-type]

    def send(
        self,
        port: int,
        letter: Callable[[Invitation], Envelope | None] | None = None,
        *,
        resends: bool = True,
        wait: Callable[[float], bool] = lambda _: False,
    ) -> dict[DeliveryState, int]:
        where = Server(
            host="127.0.0.1",
            port=port,
            tls="none",
            timeout_seconds=5,
            end_timeout_seconds=5,
        )
        return Usher(
            store=self.registry.store,
            connect=lambda: Connection(where),
            letter=letter or inviting().envelope,
            judge=Judge(self.clock, resends_doubt=resends),
            clock=self.clock,
            wait=wait,
        ).invite_due()

    @contextmanager
    def sent(self, script: Mapping[str, str], **more: object) -> Iterator[Seen]:
        with serving(script) as (port, seen):
            self.send(port, **more)  # type: ignore[arg-type]
            yield seen

    def held(self) -> Invitation:
        found = self.registry.tell_all(WHO).invitation
        assert found is not None
        return found


@pytest.fixture
def door(store: Store) -> Door:
    return Door(Registry(store=store, signer=SIGNER, defaults=Preferences()), Clock())


def inviting(return_path: str = "") -> Inviting:
    return Inviting(OWN, TEMPLATES, Postmark(signer=SIGNER, return_path=return_path), 7)


def asked(state: SubscriberState = STATE.PENDING) -> Invitation:
    return Invitation(subscriber_id=7, address=WHO.address, state=state, asked_at=Clock()())


def test_who_asked_is_mailed_once(door: Door) -> None:
    door.ask(WHO, OTHER)
    with door.sent({}) as seen:
        assert len(seen.mails) == 2
        assert seen.connections == 1
    door.ask()
    with door.sent({}) as seen:
        assert seen.mails == []
    assert door.held().sent_at == door.clock()
    assert door.held().asks == 2


def test_the_mail_says_the_same_each_time_and_no_more_than_it_must() -> None:
    first, again = (inviting().envelope(asked()) for _ in range(2))
    assert first == again
    assert first is not None
    assert first.sender == SITE.mail_from
    assert confirm_token(SIGNER, asked()).encode() in first.content.replace(b"=\r\n", b"")
    assert inviting().envelope(replace(asked(), asked_at=Clock()() + DAY)) != first


def test_its_id_gives_no_token_away() -> None:
    made = inviting().envelope(asked())
    assert made is not None
    head = made.content.partition(b"\r\n\r\n")[0]
    assert confirm_token(SIGNER, asked())[:16].encode() not in head


def test_bounces_of_it_are_known_by_their_address() -> None:
    made = inviting("bounces@example.org").envelope(asked())
    assert made is not None
    assert made.sender.startswith("bounces+")


@pytest.mark.parametrize("state", [STATE.UNSUBSCRIBED, STATE.BOUNCED, STATE.ERASED])
def test_nobody_else_is_mailed(state: SubscriberState) -> None:
    assert inviting().envelope(asked(state)) is None


def test_who_left_meanwhile_is_not_mailed(door: Door) -> None:
    door.ask()
    door.registry.leave(WHO, WAY, door.clock())
    with door.sent({}) as seen:
        assert seen.mails == []


def test_what_is_refused_for_now_goes_later(door: Door) -> None:
    door.ask()
    with door.sent({"rcpt": "451 4.7.1 come back"}) as seen:
        assert seen.mails == []
    with door.sent({}) as seen:
        assert seen.mails == []
    door.clock.at += timedelta(minutes=10)
    with door.sent({}) as seen:
        assert len(seen.mails) == 1
    assert door.held().attempts == 2


def test_an_address_that_is_none_counts_as_bounced(door: Door) -> None:
    door.ask()
    with door.sent({"rcpt": "550 5.1.1 nobody here"}):
        pass
    found = door.registry.find(WHO)
    assert found is not None
    assert found.state is STATE.BOUNCED
    door.clock.at += DAY / 2
    with door.sent({}) as seen:
        assert seen.mails == []


@pytest.mark.parametrize(
    "script", [{"greeting": DROP}, {"mail": "550 5.7.1 not you"}, {"ehlo": "421 later"}]
)
def test_while_the_server_takes_nothing_it_waits(door: Door, script: dict[str, str]) -> None:
    door.ask()
    with serving(script) as (port, _), pytest.raises(DeliverError, match="mail server"):
        door.send(port)
    with door.sent({}) as seen:
        assert len(seen.mails) == 1


def test_in_doubt_the_same_bytes_go_again_or_none(door: Door) -> None:
    door.ask()
    with door.sent({"end": KEEP_AND_DROP}) as seen:
        (before,) = seen.mails
    door.clock.at += timedelta(minutes=2)
    with door.sent({}) as seen:
        assert seen.mails == [before]
    door.ask(OTHER)
    with door.sent({"end": KEEP_AND_DROP}, resends=False) as seen:
        assert len(seen.mails) == 1
    door.clock.at += DAY
    with door.sent({}) as seen:
        assert seen.mails == []


def test_what_a_dead_sender_had_goes_again_once_its_lease_is_over(door: Door) -> None:
    door.ask()

    def die(_: Invitation) -> Envelope:
        raise KeyboardInterrupt

    with serving({}) as (port, _), pytest.raises(KeyboardInterrupt):
        door.send(port, die)
    with door.sent({}) as seen:
        assert seen.mails == []
    door.clock.at += timedelta(minutes=21)
    with door.sent({}) as seen:
        assert len(seen.mails) == 1


def test_one_that_cannot_be_made_holds_up_no_other(door: Door) -> None:
    door.ask(WHO, OTHER)

    def made(invitation: Invitation) -> Envelope | None:
        if invitation.address == WHO.address:
            raise ValueError(invitation.address)
        return inviting().envelope(invitation)

    with door.sent({}, letter=made) as seen:
        assert len(seen.mails) == 1


def test_two_senders_mail_nobody_twice(door: Door) -> None:
    door.ask(*(parse(f"reader{n}@example.org") for n in range(20)))
    with serving({}) as (port, seen):
        threads = [threading.Thread(target=door.send, args=(port,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(seen.mails) == len(set(seen.mails)) == 20


def test_it_ends_when_told(door: Door) -> None:
    door.ask()
    with door.sent({}, wait=lambda _: True) as seen:
        assert seen.mails == []


def test_who_did_not_confirm_is_forgotten_after_a_week(door: Door) -> None:
    keep = Keep(pending_days=90, gone_days=0, network_days=0)
    door.ask()
    door.registry.ask(OTHER, {}, WAY, door.clock())
    door.clock.at += CONFIRM_WITHIN
    assert prune(door.registry, keep, door.clock()).pending == 0
    door.clock.at += timedelta(seconds=1)
    assert prune(door.registry, keep, door.clock()).pending == 1
    assert door.registry.find(WHO) is None
    assert door.registry.find(OTHER) is not None
    door.ask()
    with door.sent({}) as seen:
        assert len(seen.mails) == 1
