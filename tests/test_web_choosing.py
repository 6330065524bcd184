"""Choosing on the pages: wishes, a pause, all that is held, erasure; and a mail in the browser."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import webroom
from webroom import Room, found, page_of

from digest.addresses import parse
from digest.cli.mailing import deliver_due
from digest.models import Cadence, Preferences, SubscriberState
from digest.subscribing.acts import Way

WHO = parse("canary-reader@example.org")
WAY = Way(source="test")
ALL = {"choices": "all", "cadence": "daily", "hour": "7", "zone": "UTC", "muted": "", "cap": ""}
DAY = timedelta(days=1)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with webroom.opened(tmp_path) as found:
        yield found


@pytest.fixture
def path(room: Room) -> str:
    """The preferences of a reader."""
    before = room.letter.at - 9 * DAY
    reader = room.office.registry.enrol(WHO, {}, WAY, before).subscriber
    return room.token("preferences", reader.id)


def wants(room: Room) -> Preferences:
    reader = room.office.registry.find(WHO)
    assert reader is not None
    return reader.preferences


def mailed(room: Room) -> int:
    deliver_due(room.letter, threading.Event())
    return len(room.seen.mails)


def drop(room: Room, day: int) -> None:
    text = webroom.flow.page(f"Mar {day}", range(day * 10, day * 10 + 3))
    room.letter.run(**{f"_2026_03_{day}_txt": text})


def test_what_is_chosen_is_kept_and_shown(room: Room, path: str) -> None:
    chosen = {
        **ALL,
        "cadence": "monthly",
        "hour": "23",
        "zone": "Africa/Lagos",
        "topics": ["robots"],
        "muted": "deep fake\r\n\r\n  blockchain ",
        "cap": "12",
        "wants_empty": "1",
    }
    answer = room.post(path, chosen)
    assert (answer.status, answer.headers["location"]) == (303, f"{path}?done=saved")
    assert wants(room) == Preferences(
        cadence=Cadence.MONTH,
        hour=23,
        zone="Africa/Lagos",
        topics=("robots",),
        muted=("deep fake", "blockchain"),
        cap=12,
        wants_empty=True,
    )
    page = page_of(room.get(f"{path}?done=saved"))
    assert found(page, "//*[@role='status']")
    (form,) = [each for each in page.forms if each.action == path]
    shown = dict(form.form_values())
    assert shown["muted"].split() == ["deep", "fake", "blockchain"]
    assert {name: shown[name] for name in ("cadence", "hour", "zone", "cap")} == {
        "cadence": "monthly",
        "hour": "23",
        "zone": "Africa/Lagos",
        "cap": "12",
    }
    room.post(path, ALL)
    assert wants(room) == Preferences()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("muted", "a;b"),
        ("muted", "x" * 101),
        ("cap", "many"),
        ("cap", "-1"),
        ("zone", "nowhere"),
        ("topics", "nothing"),
    ],
)
def test_what_is_wrong_changes_nothing_and_stays_typed(
    room: Room, path: str, field: str, value: str
) -> None:
    before = wants(room)
    answer = room.post(path, ALL | {"hour": "3", field: value})
    assert answer.status == 422
    page = page_of(answer)
    assert found(page, f"#{field}-error")
    assert found(page, "//*[@id='hour']/option[@selected]")[0].get("value") == "3"
    if field in {"muted", "cap"}:
        (typed,) = found(page, f"#{field}")
        assert typed.value.strip() == value
    assert wants(room) == before


def test_nothing_goes_out_in_a_pause_and_nothing_is_made_up_for(room: Room, path: str) -> None:
    room.letter.at = room.letter.at.replace(hour=6)
    room.post(f"{path}/pause", {"weeks": "1"})
    drop(room, 11)
    room.letter.at += timedelta(hours=6)
    assert mailed(room) == 0
    assert "No mail until 2026-03-19" in room.get(path).text
    room.post(f"{path}/pause", {"resume": "1"})
    assert "No mail until" not in room.get(path).text
    assert mailed(room) == 0
    drop(room, 12)
    room.letter.at += DAY
    assert mailed(room) == 1


def test_a_pause_ends_by_itself_or_never(room: Room, path: str) -> None:
    room.post(f"{path}/pause", {"weeks": "1"})
    room.letter.at += 7 * DAY
    drop(room, 19)
    room.letter.at += DAY
    assert mailed(room) == 1
    room.post(f"{path}/pause", {"weeks": "0"})
    assert "No mail until you say so" in room.get(path).text


def test_all_that_is_held_is_sent(room: Room, path: str) -> None:
    answer = room.post(f"{path}/data")
    assert "attachment" in answer.headers["content-disposition"]
    told = json.loads(answer.text)
    assert told["subscriber"]["address"] == WHO.address
    assert told["consents"][0]["source"] == "test"
    assert room.get(f"{path}/data").status in {404, 405}


def test_erasing_asks_first_and_leaves_nothing(
    room: Room, path: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    room.post(path, ALL | {"muted": "canarysecret"})
    room.post("/subscribe", {"address": WHO.address})
    room.mails()
    asked = room.get(f"{path}/erase")
    assert asked.status == 200
    assert wants(room).muted == ("canarysecret",)
    answer = room.post(f"{path}/erase")
    assert "Everything is erased" in answer.text
    held = room.office.registry.tell_all(WHO)
    assert held.subscriber is None
    assert held.suppression is not None
    for method in (room.get, room.post):
        assert method(path).status == 404
    for file in tmp_path.iterdir():
        if file.is_file():
            content = file.read_bytes().lower()
            assert b"canary" not in content, file
    assert "canary" not in caplog.text.lower()
    assert path.rsplit("/", 1)[1] not in caplog.text
    with sqlite3.connect(tmp_path / "digest.db") as connection:
        assert connection.execute("SELECT count(*) FROM invitations").fetchone() == (0,)


def test_the_pages_change_nothing_when_they_are_looked_at(
    room: Room, path: str, tmp_path: Path
) -> None:
    before = webroom.flow.rows(tmp_path)
    for each in (path, f"{path}/erase", f"{path}?done=saved", f"{path}?done=<b>"):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert room.get(each.replace("<", "%3C"), method).status < 300
    assert webroom.flow.rows(tmp_path) == before


def test_a_form_of_another_site_is_refused(room: Room, path: str) -> None:
    before = wants(room)
    for origin in (webroom.flow.SITE, "https://evil.example", "null"):
        assert room.post(path, ALL | {"hour": "1"}, Origin=origin).status == 403
    assert wants(room) == before
    assert room.post(path, ALL | {"hour": "1"}, Origin=webroom.WEB).status == 303


def test_a_mail_is_shown_in_the_browser_as_it_was_sent(room: Room, path: str) -> None:
    room.letter.at = room.letter.at.replace(hour=6)
    drop(room, 11)
    room.letter.at += timedelta(hours=6)
    assert mailed(room) == 1
    (mail,) = room.seen.mails
    answer = room.get(room.path_in(mail, "view"))
    assert answer.status == 200
    assert answer.headers["content-security-policy"].endswith(
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )
    assert "script-src" not in answer.headers["content-security-policy"]
    shown = page_of(answer)
    assert len(found(shown, "//h3")) == 3
    assert path in answer.text
    room.post(path, ALL | {"topics": ["video"], "muted": "tidal\nboats\ndriftwood\nvideo"})
    assert room.get(room.path_in(mail, "view")).status in {200, 404}
    reader = room.office.registry.find(WHO)
    assert reader is not None
    assert room.get(room.token("view", reader.id, ".2026-03-10")).status == 404
    room.office.registry.erase(WHO, room.letter.at)
    assert room.get(room.path_in(mail, "view")).status == 404


def test_who_left_sees_so_and_is_not_brought_back_by_saving(room: Room, path: str) -> None:
    room.office.registry.leave(WHO, WAY, room.letter.at)
    assert "not subscribed now" in room.get(path).text
    room.post(path, ALL)
    reader = room.office.registry.find(WHO)
    assert reader is not None
    assert reader.state is SubscriberState.UNSUBSCRIBED
