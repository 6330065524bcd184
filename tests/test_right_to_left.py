"""Pages and mail from right to left, in Chromium: all is mirrored, and all is in sight."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import persons
import pseudo
import pytest
from deskroom import Desk
from webroom import HOST, Room

from digest.addresses import parse
from digest.cli.mailing import deliver_due
from digest.subscribing.acts import Way

pytestmark = pytest.mark.browser

SITE = (
    *("index.html", "404.html", "editions/2026-03-10/index.html", "editions/2026-W11/index.html"),
    *("editions/index.html", "trending/index.html", "topics/index.html", "topics/fos/index.html"),
    *("authors/index.html", "about/index.html", "subscribe/index.html", "feeds/index.html"),
    *("papers/2603.00007/index.html", "search/index.html", "editions/2026-03-10/email.html"),
)
DESK = ("/admin/", "/admin/dumps", "/admin/deliveries", "/admin/subscribers")
LOOK = """() => {
    const page = document.documentElement;
    const at = (element) => element.getBoundingClientRect();
    const heading = document.querySelector("h1"), words = document.createRange();
    words.selectNodeContents(heading);
    const box = at(heading), told = words.getBoundingClientRect();
    const links = [...document.querySelectorAll("nav a, .foot a")].filter((a) => at(a).width);
    const row = links.filter((a) => at(a).top === at(links[0]).top).map((a) => at(a).left);
    return {
        direction: page.dir, over: page.scrollWidth - page.clientWidth,
        left: told.left - box.left, right: box.right - told.right, row,
    };
}"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with pseudo.opened(tmp_path_factory.mktemp("rtl"), "ar") as made:
        yield made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with persons.browsing(HOST) as found:
        yield found


def look(tab: Any, address: str) -> None:
    """See that a page is mirrored, and that nothing of it is out of sight."""
    tab.goto(address)
    seen = tab.evaluate(LOOK)
    assert seen["direction"] == "rtl", address
    assert seen["over"] <= 0, (address, seen)
    assert seen["right"] < 2, (address, seen)
    assert seen["row"] == sorted(seen["row"], reverse=True), (address, seen)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_site_and_its_mail_are_mirrored(room: Room, chromium: Any, width: int) -> None:
    tab = chromium.new_page(viewport={"width": width, "height": 900})
    for path in SITE:
        look(tab, (room.letter.folder / path).as_uri())
    tab.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_readers_pages_and_the_desk_are_mirrored(room: Room, chromium: Any, width: int) -> None:
    who, base = parse(f"reader{width}@example.org"), f"http://{HOST}:{room.port}"
    reader = room.office.registry.enrol(who, {}, Way(source="test"), room.letter.at).subscriber
    own = room.token("preferences", reader.id)
    desk = Desk(room)
    assert desk.sign_in().status == 303
    context = chromium.new_context(viewport={"width": width, "height": 900})
    tab = context.new_page()
    paths = ("/subscribe", "/check", "/nowhere", own, f"{own}/erase", "/search?q=a")
    for path in paths:
        look(tab, base + path)
    context.close()
    name, _, value = desk.cookie.partition("=")
    headers = {"X-Forwarded-Proto": "https", "Cookie": f"{name}={value}"}
    context = chromium.new_context(viewport={"width": width, "height": 900})
    context.set_extra_http_headers(headers)
    tab = context.new_page()
    for path in DESK:
        look(tab, base + path)
    context.close()


def test_a_readers_mail_is_mirrored(room: Room, chromium: Any) -> None:
    who = parse("mail@example.org")
    reader = room.office.registry.enrol(who, {}, Way(source="test"), room.letter.at).subscriber
    room.letter.at += timedelta(hours=30)
    deliver_due(room.letter, threading.Event())
    tab = chromium.new_page(viewport={"width": 320, "height": 900})
    look(tab, f"http://{HOST}:{room.port}{room.token('view', reader.id, '.2026-03-11')}")
    title = tab.locator("h3").first
    assert title.get_attribute("dir") == "ltr", "Greek in a mail that runs the other way"
    tab.close()
