"""What mails that came back change, on both databases: only what is signed, and each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
import returned_mails as mails
from sqlalchemy import create_engine, text

from digest.mail import verp
from digest.mailbox import Mail
from digest.models import (
    Cadence,
    Consent,
    ConsentAct,
    Preferences,
    Site,
    Subscriber,
    SubscriberState,
)
from digest.models.returns import Handled, ReturnEffect
from digest.pipeline.returns import Desk
from digest.render.names import ways_out
from digest.store import Store
from digest.tokens import Signer

NOW = datetime(2026, 3, 12, 7, tzinfo=UTC)
DAY = timedelta(days=1)
EFFECT, STATE = ReturnEffect, SubscriberState


class Place:
    """A store with a few readers, and the mails that come back to it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.signer = Signer(store.key)
        self.desk = Desk(store=store, signer=self.signer, most_soft=3)
        self.count = 0

    def reader(self, state: SubscriberState = STATE.ACTIVE, cadence: Cadence = Cadence.DAY) -> int:
        with self.store.writing_post() as post:
            self.count += 1
            address = f"reader{self.count}@example.org"
            told = Subscriber(
                address=address,
                state=state,
                preferences=Preferences(cadence=cadence),
                created_at=NOW,
                since=NOW,
            )
            return post.register.add(told, address, Consent(act=ConsentAct.ASKED, at=NOW))

    def token(self, number: int, edition: str = "2026-03-11", signer: Signer | None = None) -> str:
        path = verp.return_path(signer or self.signer, "bounces@lists.example.org", number, edition)
        return path.removeprefix("bounces+").partition("@")[0]

    def deal(self, *contents: bytes, at: datetime = NOW, is_dry: bool = False) -> list[Handled]:
        came: Iterable[Mail] = (Mail(name="m", content=content) for content in contents)
        return list(self.desk.deal(came, at, is_dry=is_dry))

    def effect(self, content: bytes, at: datetime = NOW) -> ReturnEffect:
        (handled,) = self.deal(content, at=at)
        return handled.effect

    def state(self, number: int) -> SubscriberState:
        with self.store.reading_post() as post:
            found = post.register.by_id(number)
        assert found is not None
        return found.state

    def acts(self, number: int) -> list[tuple[ConsentAct, str]]:
        with self.store.reading_post() as post:
            return [(line.act, line.source) for line in post.register.consents(number)[1:]]

    def suppressed(self, url: str) -> dict[str, str]:
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        try:
            with engine.connect() as connection:
                rows = connection.execute(text("SELECT hash, reason FROM suppressions")).all()
        finally:
            engine.dispose()
        return {row.hash: row.reason for row in rows}


@pytest.fixture
def place(store: Store) -> Place:
    """A new store's place for returns."""
    return Place(store)


def soft(token: str, name: str = "<soft@example.org>") -> bytes:
    return mails.report(token, status="4.2.2", said="smtp; 452 4.2.2 Mailbox full", name=name)


def test_a_hard_failure_ends_mail_and_suppresses_the_address(place: Place, store_url: str) -> None:
    number, other = place.reader(), place.reader()
    (handled,) = place.deal(mails.report(place.token(number)))
    assert (handled.effect, handled.subscriber_id) == (EFFECT.BOUNCED, number)
    assert (handled.edition, handled.status) == ("2026-03-11", "5.1.1")
    assert (place.state(number), place.state(other)) == (STATE.BOUNCED, STATE.ACTIVE)
    assert place.acts(number) == [(ConsentAct.BOUNCED, "mail hard 5.1.1")]
    hashed = place.signer.digest("address", "reader1@example.org")
    assert place.suppressed(store_url) == {hashed: "bounced"}


def test_soft_failures_end_mail_when_enough_come_in_a_row(place: Place) -> None:
    number = place.reader()
    for n, expected in enumerate((EFFECT.COUNTED, EFFECT.COUNTED, EFFECT.BOUNCED)):
        assert place.effect(soft(place.token(number, f"2026-03-1{n}")), NOW + n * DAY) is expected
    assert place.state(number) is STATE.BOUNCED


@pytest.mark.parametrize(
    ("cadence", "days", "expected"),
    [
        (Cadence.DAY, 7, EFFECT.BOUNCED),
        (Cadence.DAY, 8, EFFECT.COUNTED),
        (Cadence.WEEK, 12, EFFECT.BOUNCED),
        (Cadence.WEEK, 20, EFFECT.COUNTED),
        (Cadence.MONTH, 36, EFFECT.BOUNCED),
        (Cadence.MONTH, 60, EFFECT.COUNTED),
    ],
)
def test_a_mail_that_went_through_ends_a_row(
    place: Place, cadence: Cadence, days: int, expected: ReturnEffect
) -> None:
    number = place.reader(cadence=cadence)
    told = [
        place.effect(soft(place.token(number, f"2026-0{n}")), NOW + n * timedelta(days=days))
        for n in range(1, 4)
    ]
    assert told[-1] is expected


def test_one_edition_counts_once_however_often_its_failure_is_told(place: Place) -> None:
    number = place.reader()
    told = [soft(place.token(number), f"<{n}@example.org>") for n in range(5)]
    effects = [each.effect for each in place.deal(*told)]
    assert effects == [EFFECT.COUNTED, *[EFFECT.AGAIN] * 4]
    assert place.effect(mails.report(place.token(number))) is EFFECT.BOUNCED


def test_a_mailbox_read_again_changes_nothing_not_even_who_came_back(place: Place) -> None:
    number = place.reader()
    letters = [
        mails.report(place.token(number)),
        mails.leave(place.signer.token("unsubscribe", str(number))),
        mails.complaint(place.token(number)),
    ]
    assert EFFECT.AGAIN not in [each.effect for each in place.deal(*letters)]
    with place.store.writing_post() as post:
        again = Consent(act=ConsentAct.CONFIRMED, at=NOW)
        post.register.change_state(number, STATE.ACTIVE, NOW, again)
    assert {each.effect for each in place.deal(*letters)} == {EFFECT.AGAIN}
    assert place.state(number) is STATE.ACTIVE


def test_a_complaint_ends_mail_and_suppresses_whoever_forwards_it(
    place: Place, store_url: str
) -> None:
    one, two = place.reader(), place.reader()
    way_out = place.signer.token("unsubscribe", str(two))
    assert place.effect(mails.complaint(place.token(one))) is EFFECT.COMPLAINED
    hidden = mails.complaint("redacted", way_out=way_out)
    assert place.effect(hidden) is EFFECT.COMPLAINED
    assert {place.state(one), place.state(two)} == {STATE.COMPLAINED}
    assert set(place.suppressed(store_url).values()) == {"complained"}


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_a_wish_to_leave_is_granted_to_whoever_holds_the_token(
    place: Place, store_url: str, case: Callable[[str], str]
) -> None:
    number = place.reader()
    token = place.signer.token("unsubscribe", str(number))
    assert place.effect(mails.leave(case(token))) is EFFECT.UNSUBSCRIBED
    assert place.state(number) is STATE.UNSUBSCRIBED
    assert place.acts(number) == [(ConsentAct.LEFT, "mail leave")]
    assert place.suppressed(store_url) == {}


@pytest.mark.parametrize("web_url", ["", "https://lists.example.org/my"])
def test_the_ways_out_of_our_own_mails_lead_out(place: Place, web_url: str) -> None:
    one, two = place.reader(), place.reader()
    site = Site(web_url=web_url)
    told = [ways_out(site, place.signer.token("unsubscribe", str(number))) for number in (one, two)]
    subject = unquote(told[0][-1]).partition("?subject=")[2]
    assert place.effect(mails.leave("", subject=subject)) is EFFECT.UNSUBSCRIBED
    headers = ", ".join(f"<{way}>" for way in told[1]).encode()
    mail = mails.complaint().replace(
        b"Subject: Maps", b"List-Unsubscribe: " + headers + b"\nA: b", 1
    )
    assert place.effect(mail) is EFFECT.COMPLAINED
    assert (place.state(one), place.state(two)) == (STATE.UNSUBSCRIBED, STATE.COMPLAINED)


def test_nobody_is_changed_by_what_is_forged_unsigned_or_anothers(place: Place) -> None:
    number = place.reader()
    token, way_out = place.token(number), place.signer.token("unsubscribe", str(number))
    stranger = Signer(b"x" * 32)
    other = "ab"[token[0] == "a"] + token[1:]
    forged = [
        *("", "t", token[:-1], token + "a", other, token[::-1], way_out),
        *(place.token(number, signer=stranger), stranger.token("return", f"{number}.d1")),
        place.signer.token("preferences", str(number)),
    ]
    for each in forged:
        for mail in (mails.report(each), mails.complaint(each), soft(each)):
            assert place.effect(mail) is EFFECT.UNSIGNED
    for each in (token, stranger.token("unsubscribe", str(number)), str(number), way_out[:-1]):
        assert place.effect(mails.leave(each)) is EFFECT.UNSIGNED
    assert place.state(number) is STATE.ACTIVE
    assert place.acts(number) == []


def test_a_failure_counts_for_whom_its_token_names_whomever_it_tells_of(place: Place) -> None:
    number, other = place.reader(), place.reader()
    place.deal(mails.report(place.token(number), to="reader2@example.org"))
    assert (place.state(number), place.state(other)) == (STATE.BOUNCED, STATE.ACTIVE)


def test_what_says_nothing_changes_nothing_though_it_is_signed(place: Place) -> None:
    number = place.reader()
    token = place.token(number)
    to = mails.PLACE.format(token=token).encode()
    told = [
        mails.report(token, action="delayed", status="4.4.1"),
        mails.report(token, action="delivered", status="2.0.0", said=""),
        mails.letter("Out of office").replace(b"bounces+t@lists.example.org", to),
        mails.letter("Re: Maps").replace(b"bounces+t@lists.example.org", to),
        mails.complaint(token, "not-spam"),
    ]
    assert {each.effect for each in place.deal(*told)} == {EFFECT.UNCHANGED}
    assert place.effect(mails.report(token)) is EFFECT.BOUNCED


def test_a_reader_who_is_not_in_the_store_is_nobody(place: Place) -> None:
    assert place.effect(mails.report(place.token(99))) is EFFECT.UNCHANGED


@pytest.mark.parametrize(
    ("state", "hard", "complaint", "leave"),
    [
        (STATE.PENDING, STATE.BOUNCED, STATE.COMPLAINED, STATE.UNSUBSCRIBED),
        (STATE.ACTIVE, STATE.BOUNCED, STATE.COMPLAINED, STATE.UNSUBSCRIBED),
        (STATE.UNSUBSCRIBED, STATE.UNSUBSCRIBED, STATE.COMPLAINED, STATE.UNSUBSCRIBED),
        (STATE.BOUNCED, STATE.BOUNCED, STATE.COMPLAINED, STATE.UNSUBSCRIBED),
        (STATE.COMPLAINED, STATE.COMPLAINED, STATE.COMPLAINED, STATE.COMPLAINED),
        (STATE.ERASED, STATE.ERASED, STATE.ERASED, STATE.ERASED),
    ],
)
def test_no_state_is_left_by_a_weaker_reason(
    place: Place, state: STATE, hard: STATE, complaint: STATE, leave: STATE
) -> None:
    one, two, three = (place.reader(state) for _ in range(3))
    place.deal(
        mails.report(place.token(one)),
        mails.complaint(place.token(two)),
        mails.leave(place.signer.token("unsubscribe", str(three))),
        soft(place.token(one, "2026-03-10")),
    )
    assert [place.state(number) for number in (one, two, three)] == [hard, complaint, leave]


def test_a_dry_run_tells_the_same_and_keeps_nothing(place: Place) -> None:
    number = place.reader()
    told = mails.report(place.token(number))
    (dry,) = place.deal(told, is_dry=True)
    assert place.state(number) is STATE.ACTIVE
    assert place.deal(told) == [dry]


def test_the_envelopes_recipient_may_be_told_apart(place: Place) -> None:
    number = place.reader()
    to = mails.PLACE.format(token=place.token(number))
    bare = Mail(name="-", content=mails.exim().replace(b"+t", b""))
    (handled,) = place.desk.deal([bare], NOW, sent_to=to)
    assert handled.effect is EFFECT.BOUNCED


def test_hundreds_of_mails_are_dealt_with_in_few_transactions(place: Place) -> None:
    numbers = [place.reader() for _ in range(250)]
    handled = place.deal(*(mails.report(place.token(number)) for number in numbers))
    assert [each.subscriber_id for each in handled] == numbers
    assert {each.effect for each in handled} == {EFFECT.BOUNCED}
