"""What readers do, in Chromium: from the form to the last mail, with four kinds of hands.

Each mail's links are opened as they stand in the mail; the one click of a mail program is sent as
it would be. Two of the hands come by the newsletter's name over plain http, where browsers hide
where a form comes from; the others by this machine's address, where they tell it.
"""

from __future__ import annotations

import email
import email.policy
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import webroom
from persons import HANDS, Person, browsing, somebody
from webroom import FORM, HOST, Room

from digest.addresses import parse
from digest.cli.mailing import deliver_due
from digest.models import Cadence, SubscriberState
from digest.subscribing.acts import Way

pytestmark = pytest.mark.browser

WHO = parse("reader@example.org")
WAY = Way(source="test")
DAY = timedelta(days=1)
MULTIPART = "multipart/form-data; boundary=x"
PARTS = (
    b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
)
CLICKS = {
    "mouse": (b"List-Unsubscribe=One-Click", FORM),
    "touch": (PARTS, MULTIPART),
    "keyboard": (PARTS, MULTIPART),
    "no script": (b"List-Unsubscribe=One-Click", FORM),
}
BY_NAME = {"touch", "no script"}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browsing(HOST) as found:
        yield found


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with webroom.opened(tmp_path) as found:
        found.letter.at = found.letter.at.replace(hour=6)
        drop(found, 10)
        yield found


@pytest.fixture(params=HANDS)
def person(request: pytest.FixtureRequest, chromium: Any, room: Room) -> Iterator[Person]:
    host = HOST if request.param in BY_NAME else "127.0.0.1"
    with somebody(chromium, request.param, f"http://{host}:{room.port}") as found:
        yield found


def drop(room: Room, day: int) -> None:
    text = webroom.flow.page(f"Mar {day}", range(day * 10, day * 10 + 3))
    room.letter.run(**{f"_2026_03_{day}_txt": text})


def edition_comes(room: Room, day: int) -> list[bytes]:
    """Let a day's edition come and be mailed; return the mails that it made."""
    before = len(room.seen.mails)
    room.letter.at = room.letter.at.replace(day=day, hour=6)
    drop(room, day)
    room.letter.at += timedelta(hours=20)
    deliver_due(room.letter, threading.Event())
    return room.seen.mails[before:]


def state(room: Room) -> SubscriberState | None:
    found = room.office.registry.find(WHO)
    return found.state if found else None


def one_click(room: Room, mail: bytes, body: bytes, kind: str) -> None:
    """Do what a mail program does that has a button to unsubscribe (RFC 8058)."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    links = [part.strip().strip("<>") for part in str(message["List-Unsubscribe"]).split(",")]
    (link,) = [urlsplit(each) for each in links if each.startswith("https:")]
    assert link.netloc == HOST
    answer = room.send(link.path, body, kind)
    assert answer.status == 200
    assert not {"location", "set-cookie"} & answer.headers.keys()


def test_a_reader_comes_chooses_and_leaves(room: Room, person: Person) -> None:
    person.goes_to("/", "by mail")
    person.writes("Your e-mail address", WHO.address)
    person.ticks("Video")
    person.selects("At which hour", "09:00")
    person.presses("Subscribe")
    person.sees("Check your inbox")
    (asking,) = room.mails()
    assert state(room) is SubscriberState.PENDING
    assert edition_comes(room, 11) == []

    person.goes_to(room.path_in(asking, "confirm"), "Confirm your subscription")
    person.presses("Yes, subscribe me")
    person.sees("You are subscribed")
    person.presses("Choose what you get, and when", is_link=True)
    person.sees("Your preferences")
    found = room.office.registry.find(WHO)
    assert found
    assert (found.preferences.hour, found.preferences.topics) == (9, ("video",))
    person.ticks("Video", is_on=False)
    person.presses("Save")
    person.tab.get_by_role("status").get_by_text("Your choices are kept.").wait_for()
    person.sees("Your preferences")

    (mail,) = edition_comes(room, 12)
    assert b"To: <" + WHO.address.encode() in mail
    look_at_the_mail_in_the_browser(room, person, mail)
    choose_weekly_and_back(room, person, mail)

    _of_the_day_before, last = edition_comes(room, 14)
    assert state(room) is SubscriberState.ACTIVE
    one_click(room, last, *CLICKS[person.hand])
    assert state(room) is SubscriberState.UNSUBSCRIBED
    assert edition_comes(room, 15) == []
    person.goes_to(room.path_in(last, "preferences"), "Your preferences")
    person.tab.get_by_text("You are not subscribed now").wait_for()


def look_at_the_mail_in_the_browser(room: Room, person: Person, mail: bytes) -> None:
    site = f"{webroom.flow.SITE}/**"
    person.tab.route(site, lambda route: route.fulfill(body=webroom.flow.DOT))
    person.tab.goto(f"{person.base}{room.path_in(mail, 'view')}")
    assert person.tab.get_by_role("heading", level=3).count() == 3


def choose_weekly_and_back(room: Room, person: Person, mail: bytes) -> None:
    person.goes_to(room.path_in(mail, "preferences"), "Your preferences")
    person.ticks("Once a week")
    person.writes("Most papers in a mail", "2")
    person.presses("Save")
    person.tab.get_by_text("Your choices are kept.").wait_for()
    assert edition_comes(room, 13) == []
    found = room.office.registry.find(WHO)
    assert found
    assert (found.preferences.cadence, found.preferences.cap) == (Cadence.WEEK, 2)
    person.ticks("Every day that has new papers")
    person.presses("Save")
    person.tab.get_by_text("Your choices are kept.").wait_for()


@pytest.fixture
def mail(room: Room) -> bytes:
    """The mail of a reader who is subscribed."""
    before = room.letter.at - 9 * DAY
    room.office.registry.enrol(WHO, {}, WAY, before)
    (mail,) = edition_comes(room, 11)
    return mail


def test_who_pauses_gets_nothing_until_they_resume(room: Room, person: Person, mail: bytes) -> None:
    person.goes_to(room.path_in(mail, "preferences"), "Your preferences")
    person.selects("Send me nothing", "for 2 weeks")
    person.presses("Pause")
    person.tab.get_by_text("Your mail is paused.").wait_for()
    assert edition_comes(room, 12) == []
    person.presses("Resume now")
    person.tab.get_by_text("You get mail again.").wait_for()
    person.sees("Your preferences")
    assert len(edition_comes(room, 13)) == 1


def test_who_left_by_mistake_comes_back(room: Room, person: Person, mail: bytes) -> None:
    person.goes_to(room.path_in(mail, "unsubscribe"), "Unsubscribe from")
    assert state(room) is SubscriberState.ACTIVE
    person.presses("Unsubscribe")
    person.sees("You are unsubscribed")
    assert state(room) is SubscriberState.UNSUBSCRIBED
    person.presses("Undo: keep me subscribed")
    person.sees("You are subscribed again")
    assert len(edition_comes(room, 12)) == 1


def test_who_erases_is_asked_and_gone(room: Room, person: Person, mail: bytes) -> None:
    person.goes_to(room.path_in(mail, "preferences"), "Your preferences")
    person.presses("Erase everything about me", is_link=True)
    person.sees("Erase everything about me?")
    assert state(room) is SubscriberState.ACTIVE
    person.presses("Erase everything")
    person.sees("Everything is erased")
    assert state(room) is None
    assert edition_comes(room, 12) == []


def test_what_is_wrong_is_found_from_the_summary(room: Room, person: Person) -> None:
    person.goes_to("/", "by mail")
    person.writes("Your e-mail address", "nonsense")
    person.ticks("Once a month")
    person.presses("Subscribe")
    person.tab.get_by_role("alert").wait_for()
    assert person.tab.get_by_label("Once a month").is_checked()
    person.presses("Your e-mail address", is_link=True)
    person.writes("Your e-mail address", WHO.address)
    person.presses("Subscribe")
    person.sees("Check your inbox")
    assert len(room.mails()) == 1
