"""A curator's day in Chromium, from the dump to signing out, with four kinds of hands.

They type the password, make the day's edition what it is to be, see it, approve it the morning
after, and look after what came back. What readers get is what the mail server was given.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import deskroom
import pytest
import returned_mails
import webroom
from builders import title
from persons import HANDS, Person, browsing, somebody
from webroom import HOST, Room, flow

from digest.addresses import parse
from digest.cli.mailing import deliver_due
from digest.mailbox import Mail
from digest.models.returns import ReturnEffect
from digest.pipeline.returns import Desk
from digest.subscribing.acts import Way

pytestmark = pytest.mark.browser

DAY = flow.AT.date().isoformat()
EDITION = "Thursday 12 March 2026"
READERS = ("reader@example.org", "gone@example.org")
MORE = f"""{deskroom.ADMIN}
[edition]
approval = true

[mail]
return_path = "bounces@{HOST}"
"""
PAGES = ("/admin/", f"/admin/editions/{DAY}", "/admin/dumps", "/admin/deliveries")
PAGES += ("/admin/subscribers",)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browsing(HOST) as found:
        yield found


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with webroom.opened(tmp_path, more=MORE, **webroom.UNLIMITED) as found:
        way, before = Way(source="test"), found.letter.at - timedelta(days=9)
        for each in READERS:
            found.office.registry.enrol(parse(each), {}, way, before)
        found.letter.drop(f"{DAY}.json", flow.api((1, 2, 3, 4)))
        found.letter.run()
        yield found


@pytest.fixture(params=HANDS)
def curator(request: pytest.FixtureRequest, chromium: Any, room: Room) -> Iterator[Person]:
    base = f"http://127.0.0.1:{room.port}"
    with somebody(chromium, request.param, base, "desk") as found:
        site = f"{flow.SITE}/**"
        found.tab.route(site, lambda route: route.fulfill(body=flow.DOT, content_type="image/png"))
        yield found


def test_a_curators_day(room: Room, curator: Person) -> None:
    signs_in(curator)
    looks_at_the_dumps(curator)
    chooses_papers(curator)
    writes_a_note(curator)
    sees_how_it_will_look(curator)
    tries_the_mail(room, curator)

    assert the_hour_comes(room) == []
    curator.goes_to("/admin/deliveries", "Sign in")  # the session of yesterday is over
    signs_in(curator)
    curator.presses("Approve")
    curator.is_told("The edition is approved.")
    mails = the_hour_comes(room)
    assert sorted(str(message_from_bytes(mail)["To"]) for mail in mails) == sorted(
        f"<{each}>" for each in READERS
    )
    for mail in mails:
        text = text_of(mail)
        assert "Read this first." in text
        assert text.index(title(4)) < text.index(title(3)) < text.index(title(1))
        assert title(2) not in text

    sees_what_came_back(room, curator)
    erases_who_is_gone(room, curator)
    signs_out(curator)


def signs_in(curator: Person) -> None:
    curator.goes_to("/admin/", "Sign in")
    curator.writes("Password", deskroom.PASSWORD)
    curator.presses("Sign in")
    curator.sees(EDITION)


def looks_at_the_dumps(curator: Person) -> None:
    curator.presses("Dumps", is_link=True)
    curator.sees("Dumps")
    (dump,) = curator.tab.locator("ol.entries > li").all()
    assert dump.get_by_role("heading").inner_text() == f"{DAY}.json"
    assert dump.get_by_text("4 new, 0 seen").count() == 1
    curator.presses("Draft", is_link=True)
    curator.sees(EDITION)
    curator.tab.get_by_text("not approved: it will not be mailed").wait_for()


def chooses_papers(curator: Person) -> None:
    assert shown(curator) == [title(number) for number in (1, 2, 3, 4)]
    for number in (3, 4):
        curator.presses(f"Pin “{title(number)}”")
        curator.tab.get_by_role("button", name=f"Unpin “{title(number)}”").wait_for()
    assert shown(curator) == [title(number) for number in (3, 4, 1, 2)]
    curator.presses(f"Up “{title(4)}”")
    curator.is_told("The paper stands higher.")
    curator.presses(f"Hide “{title(2)}”")
    curator.is_told("The paper is left out.")
    curator.sees(EDITION)
    assert shown(curator) == [title(number) for number in (4, 3, 1)]


def shown(curator: Person) -> list[str]:
    return list(curator.tab.locator("ol.draft h3").all_inner_texts())


def writes_a_note(curator: Person) -> None:
    curator.presses("Write it", is_link=True)
    curator.sees("A note on the edition")
    curator.writes("In Markdown; empty for none", "Read *this* first.")
    curator.presses("Preview")
    preview = curator.tab.get_by_role("region", name="As readers see it")
    preview.wait_for()
    assert preview.locator("em").inner_text() == "this"
    curator.sees("A note on the edition")
    curator.presses("Keep it")
    curator.is_told("The note is kept.")
    curator.sees(EDITION)


def sees_how_it_will_look(curator: Person) -> None:
    for link in ("The mail as it will look", "The page as it will look"):
        curator.presses(link, is_link=True)
        curator.tab.wait_for_url(f"**/{DAY}/{link.split()[1]}")
        curator.sees("")
        curator.tab.get_by_text("Read this first.").first.wait_for()
        headings = curator.tab.get_by_role("heading")
        counts = [headings.filter(has_text=title(number)).count() for number in range(1, 5)]
        assert counts == [1, 0, 1, 1]
        curator.tab.go_back()
        curator.sees(EDITION)


def tries_the_mail(room: Room, curator: Person) -> None:
    curator.writes("To one address; nothing of it is kept", "curator@example.org")
    curator.presses("Send it")
    curator.is_told("The mail server took the trial mail.")
    (mail,) = room.seen.mails
    assert message_from_bytes(mail)["To"] == "<curator@example.org>"
    assert "Read this first." in text_of(mail)
    with room.letter.store.reading_post() as post:
        assert post.outbox.counts() == {}


def the_hour_comes(room: Room) -> list[bytes]:
    """Let it be the readers' hour; return the mails that went out."""
    before = len(room.seen.mails)
    room.letter.at = flow.AT.replace(day=13, hour=7)
    room.letter.run()
    deliver_due(room.letter, threading.Event())
    return room.seen.mails[before:]


def text_of(mail: bytes) -> str:
    part = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).replace("*", "").split())


def sees_what_came_back(room: Room, curator: Person) -> None:
    curator.presses("Deliveries", is_link=True)
    curator.sees("Deliveries")
    row = curator.tab.get_by_role("row").filter(has_text=DAY)
    assert [int(cell) for cell in row.locator("td").all_inner_texts()] == [2, 0, 2, 0, 0, 0]
    curator.tab.get_by_text("0 subscribers; 0 in the last").first.wait_for()
    desk = Desk(store=room.letter.store, signer=room.office.signer, most_soft=3)
    report = Mail(name="m", content=returned_mails.report(token_of(room, READERS[1])))
    (handled,) = desk.deal([report], room.letter.at)
    assert handled.effect is ReturnEffect.BOUNCED
    curator.tab.reload()
    curator.tab.get_by_text("1 subscriber; 1 in the last").wait_for()


def token_of(room: Room, address: str) -> str:
    """Return the token of the return path under which a reader was sent their mail."""
    (at,) = [i for i, each in enumerate(room.seen.commands) if f"RCPT TO:<{address}>" in each]
    sender = next(each for each in room.seen.commands[at::-1] if each.startswith("MAIL FROM"))
    return sender.partition("bounces+")[2].partition("@")[0]


def erases_who_is_gone(room: Room, curator: Person) -> None:
    curator.presses("Subscribers", is_link=True)
    curator.sees("Subscribers")
    assert "@" not in curator.tab.inner_text("main")
    curator.writes("The whole address", "gone")
    curator.presses("Look")
    curator.tab.get_by_role("alert").wait_for()
    curator.sees("Subscribers")
    curator.writes("The whole address", "%@example.org")
    curator.presses("Look")
    curator.sees("%@example.org")
    curator.tab.get_by_text("Nobody of this address is here.").wait_for()
    curator.presses("To all subscribers", is_link=True)
    curator.sees("Subscribers")
    curator.writes("The whole address", READERS[1])
    curator.presses("Look")
    curator.sees(READERS[1])
    curator.tab.get_by_text("bounced, since").wait_for()
    curator.presses("Erase everything…")
    curator.sees("Erase everything about them?")
    assert room.office.registry.find(parse(READERS[1])) is not None
    curator.presses("Erase everything")
    curator.is_told("Erased.")
    curator.sees("Subscribers")
    assert room.office.registry.find(parse(READERS[1])) is None


def signs_out(curator: Person) -> None:
    curator.presses("Deliveries", is_link=True)
    curator.sees("Deliveries")
    curator.presses("Sign out")
    curator.sees("Sign in")
    assert curator.tab.context.cookies() == []
    curator.tab.go_back()
    curator.sees("Sign in")
    for path in PAGES:
        curator.goes_to(path, "Sign in")
