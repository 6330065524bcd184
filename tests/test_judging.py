"""What a refusal means: of whom it speaks, when it is tried again, and what is written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.pace import Pace
from digest.mail.replies import Concern, asks_to_slow_down, concern
from digest.mail.retry import GIVEN_UP_AFTER, next_attempt
from digest.models import (
    Delivery,
    DeliveryState,
    Outcome,
    Phase,
    Preferences,
    SubscriberState,
    Verdict,
)
from digest.pipeline.judging import Judge, without_addresses

NOW = datetime(2026, 3, 12, 7, tzinfo=UTC)
JUDGE = Judge(lambda: NOW, resends_doubt=True)


def outcome(said: str, phase: Phase = Phase.RCPT) -> Outcome:
    """Return the outcome of an answer such as `550 5.1.1 no such user`."""
    code, _, rest = said.partition(" ")
    status = rest.split(" ")[0] if rest[:2] in ("4.", "5.") else ""
    verdict = Verdict.NEVER if code[0] == "5" else Verdict.LATER
    return Outcome(verdict=verdict, phase=phase, code=int(code), status=status, said=rest)


def delivery(attempts: int = 0, age: timedelta = timedelta()) -> Delivery:
    return Delivery(
        edition="2026-03-11",
        subscriber_id=7,
        address="reader@example.org",
        preferences=Preferences(),
        planned_at=NOW - age,
        attempts=attempts,
    )


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ("550 5.1.1 unknown", Concern.ADDRESS),
        ("550 5.1.10 null MX", Concern.ADDRESS),
        ("554 5.1.2 no such domain", Concern.ADDRESS),
        ("550 5.2.1 disabled", Concern.ADDRESS),
        ("551 5.1.6 moved", Concern.ADDRESS),
        ("550 no such user here", Concern.ADDRESS),
        ("553 bad name", Concern.ADDRESS),
        ("550 5.0.0 rejected", Concern.ADDRESS),
        ("550 5.4.4 no such host", Concern.ADDRESS),
        ("550 5.7.13 disabled", Concern.ADDRESS),
        ("550 your network is on the blocklist of example.org", Concern.MAIL),
        ("550 5.0.0 blocked for spam", Concern.MAIL),
        ("550 relay not permitted", Concern.MAIL),
        ("550 5.7.1 no such user", Concern.MAIL),
        ("550 5.1.8 your domain is unknown", Concern.MAIL),
        ("450 4.4.4 no such host, for now", Concern.MAILBOX),
        ("454 4.7.1 relay access denied", Concern.MAIL),
        ("550 5.7.14 trust needed", Concern.MAIL),
        ("452 4.2.2 full", Concern.MAILBOX),
        ("552 5.2.2 full", Concern.MAILBOX),
        ("450 4.1.1 cannot verify", Concern.MAILBOX),
        ("450 busy", Concern.MAILBOX),
        ("550 5.7.1 refused by policy", Concern.MAIL),
        ("550 5.7.26 unauthenticated", Concern.MAIL),
        ("554 5.6.0 bad content", Concern.MAIL),
        ("552 5.3.4 too big", Concern.MAIL),
        ("554 no", Concern.MAIL),
        ("530 5.7.0 log in first", Concern.SERVER),
        ("535 5.7.8 wrong password", Concern.SERVER),
        ("454 4.7.0 no TLS now", Concern.SERVER),
        ("421 4.3.2 going down", Concern.SERVER),
    ],
)
def test_a_refusal_speaks_of_somebody(said: str, about: Concern) -> None:
    assert concern(outcome(said)) is about


def test_what_is_refused_before_a_mail_is_the_servers_affair() -> None:
    assert concern(outcome("550 5.1.1 go away", Phase.GREETING)) is Concern.SERVER


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ("550 5.1.0 sender rejected", Concern.SERVER),
        ("550 5.1.1 sender unknown", Concern.SERVER),
        ("553 5.7.1 not yours", Concern.SERVER),
        ("554 no", Concern.SERVER),
        ("552 5.3.4 too big", Concern.MAIL),
        ("552 too big", Concern.MAIL),
        ("555 what is SMTPUTF8", Concern.MAIL),
        ("550 5.6.7 no such letters", Concern.MAIL),
        ("451 4.3.0 later", Concern.MAIL),
        ("450 4.1.8 cannot find your domain", Concern.MAIL),
    ],
)
def test_a_refused_sender_says_nothing_of_any_reader(said: str, about: Concern) -> None:
    """Else a wrong setting would end every subscription."""
    assert concern(outcome(said, Phase.MAIL)) is about


@given(
    st.sampled_from([*Phase]),
    st.integers(400, 599),
    st.sampled_from(["", "1.1", "2.1", "1.10", "0.0", "7.13"]),
    st.sampled_from(["", "no such user", "blocked: spam"]),
)
def test_only_a_final_refusal_of_a_recipient_can_end_a_subscription(
    phase: Phase, code: int, status: str, words: str
) -> None:
    told = f"{code // 100}.{status} " if status else ""
    about = concern(outcome(f"{code} {told}{words}", phase))
    if code < 500 or phase not in (Phase.RCPT, Phase.END):
        assert about is not Concern.ADDRESS


def test_content_refused_says_nothing_of_the_address() -> None:
    assert concern(outcome("550 blocked", Phase.END)) is Concern.MAIL


@pytest.mark.parametrize(
    ("said", "slow"),
    [
        ("421 too many connections", True),
        ("450 4.7.28 rate limited", True),
        ("451 4.4.5 congested", True),
        ("450 4.2.1 later", False),
        ("550 5.7.28 limited", False),
    ],
)
def test_some_ask_for_less_at_a_time(said: str, slow: bool) -> None:
    assert asks_to_slow_down(outcome(said)) is slow


@given(st.integers(0, 500), st.floats(0, 1), st.floats(0, 4.99))
def test_delays_grow_within_bounds_until_it_is_given_up(
    attempts: int, spread: float, days: float
) -> None:
    planned = NOW - timedelta(days=days)
    due = next_attempt(planned, attempts, NOW, spread)
    assert due is not None
    assert timedelta(minutes=3) < due - NOW <= timedelta(hours=5)
    later = next_attempt(planned, attempts + 2, NOW, spread)
    assert later is not None
    assert later >= due
    assert next_attempt(NOW - GIVEN_UP_AFTER, attempts, NOW, spread) is None


def test_an_address_that_is_none_marks_its_subscriber() -> None:
    judged = JUDGE.judge(delivery(), outcome("550 5.1.1 <reader@example.org> unknown"))
    assert judged.result.state is DeliveryState.FAILED
    assert judged.result.said == "5.1.1 <(address)> unknown"
    (gone,) = judged.departures
    assert (gone.subscriber_id, gone.state) == (7, SubscriberState.BOUNCED)
    assert gone.consent.source == "SMTP 550 5.1.1"


def test_policy_fails_the_mail_and_leaves_the_subscriber() -> None:
    judged = JUDGE.judge(delivery(), outcome("550 5.7.1 spam"))
    assert (judged.result.state, judged.departures) == (DeliveryState.FAILED, ())


def test_later_is_later_and_after_five_days_never() -> None:
    judged = JUDGE.judge(delivery(2), outcome("451 4.3.0 later"))
    assert judged.result.state is DeliveryState.PENDING
    assert judged.result.due_at is not None
    assert judged.result.due_at > NOW + timedelta(minutes=14)
    old = delivery(30, timedelta(days=5))
    assert JUDGE.judge(old, outcome("451 later")).result.state is DeliveryState.FAILED


def test_a_server_that_refuses_all_mail_stops_the_sender() -> None:
    judged = JUDGE.judge(delivery(), outcome("530 5.7.0 log in", Phase.MAIL))
    assert judged.stops
    assert judged.result.state is DeliveryState.PENDING


def test_a_server_going_away_is_given_time() -> None:
    judged = JUDGE.judge(delivery(), outcome("421 busy", Phase.MAIL))
    assert (judged.slow, judged.stops) == (True, "")
    assert judged.result.state is DeliveryState.PENDING


@pytest.mark.parametrize(
    ("resends", "state"), [(True, DeliveryState.PENDING), (False, DeliveryState.HELD)]
)
def test_a_doubt_is_resent_or_held(resends: bool, state: DeliveryState) -> None:
    judge = Judge(lambda: NOW, resends_doubt=resends)
    lost = Outcome(verdict=Verdict.DOUBT, phase=Phase.END, closes=True)
    result = judge.judge(delivery(), lost).result
    assert (result.state, result.is_doubt) == (state, True)


def test_a_mail_that_is_in_doubt_for_the_third_time_is_held() -> None:
    """A server that keeps it and drops the connection would have it for ever."""
    lost = Outcome(verdict=Verdict.DOUBT, phase=Phase.END, closes=True)
    states = [
        JUDGE.judge(replace(delivery(), crashes=crashes), lost).result.state for crashes in range(4)
    ]
    assert states == [DeliveryState.PENDING] * 2 + [DeliveryState.HELD] * 2


def test_a_connection_that_breaks_is_tried_soon_then_more_seldom_then_no_more() -> None:
    broken = Outcome(verdict=Verdict.UNTAKEN, phase=Phase.DATA, closes=True)
    dues = [JUDGE.judge(delivery(tried), broken).result.due_at for tried in range(5)]
    waits = [due - NOW for due in dues if due is not None]
    assert waits[:2] == [timedelta(minutes=1)] * 2
    assert waits == sorted(waits)
    assert waits[2] > timedelta(minutes=14)
    old = JUDGE.judge(delivery(30, timedelta(days=5)), broken)
    assert old.result.state is DeliveryState.FAILED
    assert old.departures == ()


def test_a_mail_that_cannot_be_made_is_held_at_the_third_time() -> None:
    states = [JUDGE.spoiled(delivery(n), KeyError("x")).result.state for n in range(3)]
    assert states == [DeliveryState.PENDING, DeliveryState.PENDING, DeliveryState.HELD]


def test_no_address_is_kept() -> None:
    assert "@" not in without_addresses("no <a.b+c@bücher.example> or 'x@y', z@w.example;")


def test_the_pace_is_kept_in_all_and_by_domain() -> None:
    pace = Pace(10, 60)
    assert pace.ready_at("a.example", 100) == 100
    pace.take("a.example", 100)
    assert pace.ready_at("b.example", 100) == pytest.approx(100.1)
    assert pace.ready_at("a.example", 100) == pytest.approx(101)
    assert pace.ready_at("a.example", 500) == 500  # nothing is saved up
    pace.take("a.example", 500)
    assert pace.ready_at("b.example", 500) == pytest.approx(500.1)


def test_the_pace_remembers_only_domains_that_wait() -> None:
    pace = Pace(0, 1)
    for n in range(30_000):
        pace.take(f"d{n}.example", n)  # each waits for a minute, so sixty do
    assert len(pace._next_of) <= 10_001
    before = process_time()
    crowd = Pace(0, 1)
    for n in range(60_000):  # all of them wait
        crowd.take(f"d{n}.example", 0)
    assert process_time() - before < 5
    assert crowd.ready_at("d0.example", 1) == pytest.approx(60)


def test_without_limits_mail_goes_at_once() -> None:
    pace = Pace(0, 0)
    for _ in range(3):
        pace.take("a.example", 1)
        assert pace.ready_at("a.example", 1) == 1
