"""Every text that readers see comes out of a catalogue: a made-up language marks each of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import flow
import pseudo
import pytest
import webroom
from deskroom import Desk
from webroom import Answer, Room

from digest.addresses import parse
from digest.cli.mailing import deliver_due
from digest.models import Channel, ChannelKind
from digest.render import to_channels
from digest.subscribing.acts import Way

WHO, WAY = parse("reader@example.org"), Way(source="test")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A newsletter in the made-up language that came out on three days, and its pages."""
    with pseudo.opened(tmp_path_factory.mktemp("pseudo")) as made:
        yield made


def test_every_file_of_the_output_says_nothing_outside_the_catalogue(room: Room) -> None:
    files = flow.tree(room.letter.folder)
    seen = 0
    for path, content in files.items():
        texts = list(pseudo.said_in(path, content))
        assert pseudo.unmarked(texts) == [], path
        seen += any(pseudo.OPEN in text for text in texts)
    assert seen > 25


@pytest.mark.parametrize("kind", [ChannelKind.SLACK, ChannelKind.DISCORD, ChannelKind.TELEGRAM])
def test_every_post_says_nothing_outside_the_catalogue(room: Room, kind: ChannelKind) -> None:
    letter = room.letter
    channel = Channel(name="team", kind=kind, url="https://hooks.example.org/x", token="1:x")
    with letter.store.reading() as tx:
        record = tx.edition("2026-03-10")
    assert record is not None
    edition = letter.edition("2026-03-10")
    notice = to_channels.render(edition, letter.site, letter.press.templates, channel, letter.at)
    texts = list(strings_in(notice.body))
    assert any(pseudo.OPEN in text for text in texts)
    assert pseudo.unmarked(texts) == []


def strings_in(body: bytes) -> Iterator[str]:
    import json
    import re

    def walk(value: object, name: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for key, each in value.items():
                yield from walk(each, key)
        elif isinstance(value, list):
            for each in value:
                yield from walk(each, name)
        elif isinstance(value, str) and name in {"text", "title", "description"}:
            plain = re.sub(r"<(https?://[^|>]*)\||</?[a-z]+[^>]*>|\]\([^)]*\)|\\", " ", value)
            yield plain

    return walk(json.loads(body))


def test_a_readers_mail_says_nothing_outside_the_catalogue(room: Room) -> None:
    reader = room.office.registry.enrol(WHO, {"topics": ("fos",)}, WAY, room.letter.at).subscriber
    room.letter.at += timedelta(hours=30)
    deliver_due(room.letter, threading.Event())
    shown = room.get(room.token("view", reader.id, ".2026-03-11"))
    assert shown.status == 200
    assert pseudo.unmarked(pseudo.of_html(shown.text)) == []


PAGES = (
    *("/", "/subscribe", "/check", "/embed", "/search", "/search?q=%CF%86", "/nowhere"),
    *("/search?q=%CF%86%CE%B1%CE%BD%CE%AC%CF%81%CE%B9%CE%B1", "/search?q=%CE%BE%CE%BE"),
    "/search?q=%22",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_for_all_says_nothing_outside_the_catalogue(room: Room, path: str) -> None:
    insist(room.get(path))


def insist(answer: Answer, *, with_names: bool = True, status: int | None = None) -> None:
    assert status is None or answer.status == status
    texts = list(pseudo.of_html(answer.text, with_names=with_names))
    assert any(pseudo.OPEN in text for text in texts)
    assert pseudo.unmarked(texts) == []


def test_a_readers_pages_say_nothing_outside_the_catalogue(room: Room) -> None:
    who = parse("other@example.org")
    reader = room.office.registry.enrol(who, {}, WAY, room.letter.at).subscriber
    own, leaving = room.token("preferences", reader.id), room.token("unsubscribe", reader.id)
    for path in (own, f"{own}?done=saved", f"{own}?done=moved", f"{own}/erase", leaving):
        insist(room.get(path), status=200)
    insist(room.get(room.token("view", reader.id, ".2026-03-10")), status=404)
    stamp = webroom.page_of(room.get(own)).xpath("string(//input[@name='stamp']/@value)")
    wrong = {"stamp": stamp, "choices": "all", "cadence": "ποτέ", "hour": "99", "zone": "Άρης"}
    wrong |= {"topics": "ξ", "muted": "α;β\n" + "\n".join(map(chr, range(945, 970))), "cap": "ξ"}
    insist(room.post(own, wrong), status=422)
    insist(room.post(own, {"stamp": stamp, "choices": "all", "muted": "ξ" * 200}), status=422)
    insist(room.post("/subscribe", {"stamp": stamp, "address": "ξ", "hour": "ξ"}), status=422)
    insist(room.post("/subscribe", {"stamp": stamp, "address": ""}), status=422)
    insist(room.post("/subscribe", {}, Sec_Fetch_Site="cross-site"), status=403)
    insist(room.send("/subscribe", b"x", "text/plain"), status=415)
    for weeks in ("2", "0"):
        room.post(f"{own}/pause", {"stamp": stamp, "weeks": weeks})
        insist(room.get(own), status=200)
    insist(room.post(leaving, {}), status=200)
    insist(room.get(own), status=200)
    insist(room.post(leaving, {"undo": "1"}), status=200)
    insist(room.post(f"{own}/erase", {"stamp": stamp}), status=200)


def test_who_asks_to_subscribe_reads_nothing_outside_the_catalogue(room: Room) -> None:
    stamp = webroom.page_of(room.get("/")).xpath("string(//input[@name='stamp']/@value)")
    asked = {"stamp": stamp, "form": "page", "choices": "all", "address": "new@example.org"}
    assert room.post("/subscribe", asked).status == 303
    mail = room.mails()[-1]
    confirm = room.path_in(mail, "confirm")
    insist(room.get(confirm), status=200)
    insist(room.post(confirm, {"stamp": stamp}), status=200)
    html = webroom_html(mail)
    assert pseudo.unmarked(pseudo.of_html(html)) == []
    room.letter.at += timedelta(days=2)
    assert room.post("/subscribe", asked).status == 303
    assert pseudo.unmarked(pseudo.of_html(webroom_html(room.mails()[-1]))) == []
    room.letter.at += timedelta(days=30)
    late = room.token("confirm", 77, ".1")
    insist(room.get(late), status=410)


def webroom_html(mail: bytes) -> str:
    import email
    import email.policy

    part = email.message_from_bytes(mail, policy=email.policy.default).get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_the_desk_says_nothing_outside_the_catalogue(room: Room) -> None:
    desk = Desk(room)
    insist(desk.get("/admin/sign-in"), status=200)
    insist(desk.bare("/admin/sign-in", {"password": "ξ", "stamp": "ξ"}), status=403)
    assert desk.sign_in().status == 303
    own = "/admin/editions/2026-03-11"
    paths = ("/admin/", own, f"{own}?done=approve", f"{own}/note", "/admin/dumps")
    more = ("/admin/dumps?status=rejected", "/admin/deliveries", "/admin/subscribers")
    for path in (*paths, *more, "/admin/dumps?p=ξ", "/admin/editions/2026-W11"):
        insist(desk.get(webroom.quote(path, safe="/?=")), with_names=False)
    for address in (WHO.address, "nobody@example.org", "ξ"):
        answer = desk.post("/admin/subscribers/search", {"address": address})
        insist(answer, with_names=False)
    insist(desk.post("/admin/subscribers/erase", {"address": WHO.address}), with_names=False)
