"""Joining on the pages: the form, the mail, the link that confirms; and what it tells nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import lxml.html
import pytest
import webroom
from webroom import WEB, Answer, Room, found, page_of

from digest.addresses import parse
from digest.models import Cadence, ConsentAct, Preferences, Subscriber, SubscriberState
from digest.pipeline.retention import Keep, prune
from digest.store import Store
from digest.subscribing.acts import Way

WHO = parse("reader@example.org")
DAY = timedelta(days=1)
STATE = SubscriberState
FORM = {"form": "page", "choices": "all", "cadence": "weekly", "hour": "9", "zone": "Asia/Tokyo"}
KEEP = Keep(pending_days=90, gone_days=0, network_days=30)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with webroom.opened(tmp_path) as found:
        yield found


def ask(room: Room, address: str = WHO.address, **more: object) -> Answer:
    return room.post("/subscribe", {"address": address, **FORM, **more})


def find(room: Room) -> Subscriber | None:
    return room.office.registry.find(WHO)


def test_asking_and_confirming_subscribes_with_what_was_chosen(room: Room) -> None:
    answer = ask(room, topics=["video", "robots"])
    assert (answer.status, answer.headers["location"]) == (303, "/check")
    assert room.bell.is_set() or room.office.store is not None
    asked = find(room)
    assert asked is not None
    assert asked.state is STATE.PENDING
    (mail,) = room.mails()
    path = room.path_in(mail, "confirm")
    assert b"One click" in room.get(path).body
    assert find(room) == asked
    answer = room.post(path)
    assert answer.status == 200
    assert "You are subscribed" in answer.text
    reader = find(room)
    assert reader is not None
    assert reader.state is STATE.ACTIVE
    assert reader.preferences == Preferences(
        cadence=Cadence.WEEK, hour=9, zone="Asia/Tokyo", topics=("video", "robots")
    )
    assert room.post(path).text == answer.text
    assert len(room.mails()) == 1


def test_the_record_of_consent_says_how_and_to_which_words(room: Room) -> None:
    ask(room)
    room.post(room.path_in(room.mails()[0], "confirm"))
    held = room.office.registry.tell_all(WHO)
    asked, confirmed = held.consents
    assert (asked.act, asked.source) == (ConsentAct.ASKED, "web: page")
    assert (confirmed.act, confirmed.source) == (ConsentAct.CONFIRMED, "web: confirm")
    assert asked.wording == confirmed.wording == "2026-11-21"
    assert asked.network == "127.0.0.0/24"
    assert held.invitation is not None
    assert held.invitation.sent_at == room.letter.at


def test_the_answer_is_the_same_whoever_is_meant(room: Room) -> None:
    registry, now = room.office.registry, room.letter.at
    way = Way(source="test")
    registry.enrol(parse("active@example.org"), {}, way, now)
    registry.ask(parse("pending@example.org"), {}, way, now)
    registry.enrol(parse("gone@example.org"), {}, way, now)
    registry.leave(parse("gone@example.org"), way, now)
    registry.enrol(parse("erased@example.org"), {}, way, now)
    registry.erase(parse("erased@example.org"), now)
    names = ("unknown", "active", "pending", "gone", "erased", "unknown")
    answers = [ask(room, f"{name}@example.org") for name in names]
    told = {
        (each.status, each.body, tuple(pair for pair in each.headers.items() if pair[0] != "date"))
        for each in answers
    }
    assert len(told) == 1
    assert len(room.mails()) == 5


def test_who_is_subscribed_is_told_so_by_mail_and_stays_as_they_are(room: Room) -> None:
    registry = room.office.registry
    before = registry.enrol(WHO, {"hour": 5}, Way(source="test"), room.letter.at).subscriber
    ask(room)
    (mail,) = room.mails()
    assert b"You are subscribed" in mail
    assert room.get(room.path_in(mail, "preferences")).status == 200
    assert find(room) == before


def test_many_posts_for_one_victim_are_one_mail_a_day(room: Room) -> None:
    for _ in range(30):
        ask(room)
        room.mails()
    assert len(room.mails()) == 1
    held = room.office.registry.tell_all(WHO)
    assert held.invitation is not None
    assert held.invitation.asks == 30
    assert len(held.consents) == 1
    room.letter.at += DAY + timedelta(seconds=1)
    ask(room)
    ask(room)
    assert len(room.mails()) == 2


def test_nothing_that_was_typed_stands_in_the_mail(room: Room) -> None:
    ask(room, form="Buy now", topics="video", wording="Buy now", name="Buy now", subject="Buy now")
    (mail,) = room.mails()
    head, _, body = mail.partition(b"\r\n\r\n")
    assert b"Buy now" not in mail
    assert b"video" not in body.lower()
    assert b"Auto-Submitted: auto-replied" in head
    assert b"List-Unsubscribe" not in head
    consent = room.office.registry.tell_all(WHO).consents[0]
    assert consent.source == "web: other"


def test_the_link_expires_after_a_week_and_says_how_to_go_on(room: Room) -> None:
    ask(room)
    path = room.path_in(room.mails()[0], "confirm")
    room.letter.at += 7 * DAY
    assert room.get(path).status == 200
    room.letter.at += timedelta(seconds=1)
    for answer in (room.get(path), room.post(path)):
        assert answer.status == 410
        assert 'href="/"' in answer.text
    reader = find(room)
    assert reader is not None
    assert reader.state is STATE.PENDING
    assert prune(room.office.registry, KEEP, room.letter.at).pending == 1
    assert find(room) is None
    assert room.get(path).status == 410


def test_who_left_is_not_brought_back_by_an_old_link(room: Room) -> None:
    ask(room)
    path = room.path_in(room.mails()[0], "confirm")
    room.post(path)
    room.office.registry.leave(WHO, Way(source="test"), room.letter.at)
    assert room.post(path).status == 410
    reader = find(room)
    assert reader is not None
    assert reader.state is STATE.UNSUBSCRIBED


def test_a_filled_honeypot_is_answered_alike_and_does_nothing(room: Room) -> None:
    answer = ask(room, website="https://spam.example")
    assert (answer.status, answer.headers["location"]) == (303, "/check")
    assert find(room) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", ""),
        ("address", "no address"),
        ("address", "a@example.org\r\nBcc: b@example.org"),
        ("address", "<script>alert(1)</script>@example.org"),
        ("zone", "../../etc/passwd"),
        ("zone", "Europe/Nowhere"),
        ("cadence", "hourly"),
        ("hour", "24"),
        ("hour", "x"),
        ("topics", "<b>none</b>"),
    ],
)
def test_what_is_wrong_is_shown_at_its_field_and_what_was_typed_is_kept(
    room: Room, field: str, value: str
) -> None:
    answer = ask(room, **({"topics": "video"} | {field: value}))
    assert answer.status == 422
    page = page_of(answer)
    (error,) = found(page, ".error")
    assert error.get("id") == f"{field}-error"
    (link,) = found(page, "//*[@id='wrong']/..//a")
    assert found(page, str(link.get("href")))
    assert not found(page, "//script | //b")
    if field != "address":
        assert found(page, "#address")[0].get("value") == WHO.address
    if field != "topics":
        assert found(page, "//input[@value='video' and @checked]")
    assert room.mails() == []


def test_the_form_is_labelled_and_shows_the_last_edition_and_the_week(room: Room) -> None:
    empty = room.get("/")
    assert empty.status == 200
    assert not found(page_of(empty), "//aside")
    room.letter.run(_2026_03_11_txt=webroom.flow.page("Mar 11", range(1, 9)))
    room.letter.at += timedelta(minutes=2)
    page = page_of(room.get("/"))
    for field in found(page, "//input[not(@type='hidden')] | //select"):
        assert found(page, f"//label[@for='{field.get('id')}']"), field.get("id")
    assert found(page, "#address")[0].get("autocomplete") == "email"
    assert len(found(page, "//ol//li")) == 5
    counts = {each.getparent().text_content() for each in found(page, ".count")}
    edition = room.letter.edition("2026-03-11")
    video = sum(bool(room.office.topics["video"].match(e.paper)) for e in edition.new)
    assert f"Video {video}" in counts
    assert not found(page, "//script[not(@src) or text()] | //style | //*[@style] | //*[@onclick]")


def test_a_form_elsewhere_posts_here(room: Room) -> None:
    snippet = found(page_of(room.get("/embed")), "//pre")[0]
    form = lxml.html.fragment_fromstring(snippet.text_content())
    assert form.get("action") == f"{WEB}/subscribe"
    fields = dict(form.form_values()) | {"address": WHO.address}
    answer = room.post("/subscribe", fields, Origin=webroom.flow.SITE)
    assert answer.status == 303
    assert room.office.registry.tell_all(WHO).consents[0].source == "web: embed"
    assert room.post("/subscribe", fields, Origin="https://evil.example").status == 403


def test_get_and_head_change_nothing(room: Room, tmp_path: Path) -> None:
    ask(room)
    paths = ["/", "/subscribe", "/check", "/embed", room.path_in(room.mails()[0], "confirm")]
    before = webroom.flow.rows(tmp_path)
    for path in paths:
        for method in ("GET", "HEAD", "OPTIONS"):
            assert room.get(path, method).status < 300
    assert webroom.flow.rows(tmp_path) == before


def test_no_bit_of_a_token_may_differ_nor_its_purpose(room: Room) -> None:
    ask(room)
    path = room.path_in(room.mails()[0], "confirm")
    page, token = path.rsplit("/", 1)
    for place in range(len(token)):
        for bit in range(8):
            letter = chr(ord(token[place]) ^ 1 << bit)
            if letter.isascii() and letter.isalnum():
                forged = f"{page}/{token[:place]}{letter}{token[place + 1 :]}"
                assert room.get(forged).status == 404, forged
    for other in ("preferences", "unsubscribe", "view"):
        assert room.get(f"/{other}/{token}").status == 404


def test_both_databases_ask_and_confirm(store: Store, store_url: str, tmp_path: Path) -> None:
    assert store.change == 0
    with webroom.opened(tmp_path, store_url) as room:
        ask(room)
        ask(room)
        room.post(room.path_in(room.mails()[0], "confirm"))
        reader = find(room)
        assert reader is not None
        assert reader.state is STATE.ACTIVE
        assert len(room.mails()) == 1
