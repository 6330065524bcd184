"""Leaving: by a button, by a mail program's click, for ever; and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import webroom
from webroom import FORM, Room

from digest.addresses import parse
from digest.models import ConsentAct, SubscriberState
from digest.subscribing.acts import Way

WHO = parse("reader@example.org")
WAY = Way(source="test")
STATE = SubscriberState
MULTIPART = "multipart/form-data; boundary=x"
PARTS = (
    b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with webroom.opened(tmp_path) as found:
        yield found


@pytest.fixture
def path(room: Room) -> str:
    """The way out of a reader."""
    reader = room.office.registry.enrol(WHO, {}, WAY, room.letter.at).subscriber
    return room.token("unsubscribe", reader.id)


def state(room: Room) -> SubscriberState | None:
    found = room.office.registry.find(WHO)
    return found.state if found else None


@pytest.mark.parametrize(
    ("body", "kind"), [(b"List-Unsubscribe=One-Click", FORM), (PARTS, MULTIPART)]
)
def test_one_click_acts_at_once_in_both_encodings(
    room: Room, path: str, body: bytes, kind: str
) -> None:
    answer = room.send(path, body, kind)
    assert answer.status == 200
    assert answer.text == "You are unsubscribed.\n"
    assert not {"location", "set-cookie"} & answer.headers.keys()
    assert state(room) is STATE.UNSUBSCRIBED
    line = room.office.registry.tell_all(WHO).consents[-1]
    assert (line.act, line.source) == (ConsentAct.LEFT, "web: one-click")
    assert room.send(path, body, kind).body == answer.body


@pytest.mark.parametrize("body", [b"", b"%%%", b"\xff\xfe", b"x" * 5000])
@pytest.mark.parametrize("kind", [FORM, MULTIPART, "text/plain", "application/json"])
def test_whatever_is_sent_the_reader_is_out(room: Room, path: str, body: bytes, kind: str) -> None:
    assert room.send(path, body, kind).status == 200
    assert state(room) is STATE.UNSUBSCRIBED


def test_one_click_counts_as_often_as_it_comes_and_from_anywhere(room: Room, path: str) -> None:
    headers = {"Origin": "https://mail.example", "Sec_Fetch_Site": "cross-site"}
    answer = room.post(path, {"List-Unsubscribe": "One-Click"}, **headers)
    assert answer.status == 200
    assert state(room) is STATE.UNSUBSCRIBED


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_scanners_that_follow_the_link_change_nothing(
    room: Room, path: str, method: str, tmp_path: Path
) -> None:
    before = webroom.flow.rows(tmp_path)
    assert room.get(path, method).status < 300
    assert webroom.flow.rows(tmp_path) == before


def test_the_button_leads_to_an_undo(room: Room, path: str) -> None:
    assert "<button" in room.get(path).text
    answer = room.post(path, {"leave": "1"})
    assert answer.status == 200
    assert 'name="undo"' in answer.text
    assert 'name="undo"' in room.get(path).text
    assert "subscribed again" in room.post(path, {"undo": "1"}).text
    assert state(room) is STATE.ACTIVE
    assert "subscribed again" in room.post(path, {"undo": "1"}).text
    held = room.office.registry.tell_all(WHO)
    assert [line.source for line in held.consents[-2:]] == ["web: unsubscribe", "web: undo"]
    assert held.suppression is None


def test_a_day_later_it_cannot_be_undone(room: Room, path: str) -> None:
    room.post(path)
    room.letter.at += timedelta(days=1, seconds=1)
    assert 'name="undo"' not in room.get(path).text
    assert 'name="undo"' not in room.post(path, {"undo": "1"}).text
    assert state(room) is STATE.UNSUBSCRIBED


def test_who_never_confirmed_is_not_subscribed_by_an_undo(room: Room) -> None:
    reader = room.office.registry.ask(WHO, {}, WAY, room.letter.at).subscriber
    path = room.token("unsubscribe", reader.id)
    room.post(path)
    room.post(path, {"undo": "1"})
    assert state(room) is STATE.UNSUBSCRIBED


def test_the_link_is_good_for_ever_and_of_the_erased_too(room: Room, path: str) -> None:
    room.letter.at += timedelta(days=20_000)
    assert room.get(path).status == 200
    room.office.registry.erase(WHO, room.letter.at)
    assert "You are unsubscribed" in room.get(path).text
    assert room.send(path, b"List-Unsubscribe=One-Click", FORM).status == 200
    assert "You are unsubscribed" in room.post(path, {"undo": "1"}).text


def test_no_other_token_leads_out(room: Room, path: str) -> None:
    token = path.rsplit("/", 1)[1]
    for forged in (token.upper(), f"{token}a", token[:-1], "a", "é"):
        assert room.post(f"/unsubscribe/{webroom.quote(forged)}").status == 404
    reader = room.office.registry.find(WHO)
    assert reader is not None
    for page in ("preferences", "confirm", "view"):
        other = room.token(page, reader.id).rsplit("/", 1)[1]
        assert room.post(f"/unsubscribe/{other}").status == 404
    assert state(room) is STATE.ACTIVE
