"""A reader's own feed: what their mail would tell, at an address that is theirs alone, and ends."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import builders
import feedparser
import pytest
import webroom
from feed_rules import complaints
from webroom import Answer, Room, found, page_of

from digest.addresses import parse
from digest.models import Cadence
from digest.pipeline.curating import Curator
from digest.subscribing.acts import Way

WHO = parse("canary-reader@example.org")
WAY = Way(source="test")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with webroom.opened(tmp_path) as made:
        days = {day: range(day * 10, day * 10 + 3) for day in (9, 10, 11)}
        pages = {day: webroom.flow.page(f"Mar {day}", days[day]) for day in days}
        made.letter.run(**{f"_2026_03_{day:02}_txt": page for day, page in pages.items()})
        yield made


@pytest.fixture
def number(room: Room) -> int:
    return room.office.registry.enrol(WHO, {}, WAY, room.letter.at - 9 * DAY).subscriber.id


def path_of(room: Room, number: int) -> str:
    """The feed's address as the reader finds it, without the ending."""
    page = page_of(room.get(room.token("preferences", number)))
    (link,) = found(page, "//link[@type='application/atom+xml']/@href")
    return str(link).removesuffix(".xml")


def told(room: Room, number: int) -> list[str]:
    """The titles in the JSON Feed, newest first."""
    answer = room.get(f"{path_of(room, number)}.json")
    assert answer.status == 200, answer.text
    return [item["title"] for item in json.loads(answer.body)["items"]]


def titles(*numbers: int) -> list[str]:
    return [builders.title(number) for number in numbers]


def prefer(room: Room, number: int, **wishes: Any) -> None:
    room.office.registry.prefer(number, wishes)


def test_it_holds_what_was_due_the_latest_edition_first(room: Room, number: int) -> None:
    assert told(room, number) == titles(110, 111, 112, 100, 101, 102, 90, 91, 92)
    prefer(room, number, hour=12)  # the edition of the 11th is due at noon today
    assert told(room, number) == titles(100, 101, 102, 90, 91, 92)
    room.letter.at += 3 * HOUR
    assert told(room, number) == titles(110, 111, 112, 100, 101, 102, 90, 91, 92)


def test_it_holds_what_the_mail_does(room: Room, number: int) -> None:
    prefer(room, number, cap=1)
    assert told(room, number) == titles(110, 100, 90)
    word = builders.title(111).split()[0]
    prefer(room, number, cap=None, muted=(builders.title(111),))
    assert builders.title(111) not in told(room, number), word
    prefer(room, number, muted=(), topics=("robots",))
    assert told(room, number) == []


def test_a_weekly_reader_waits_for_the_week(room: Room, number: int) -> None:
    prefer(room, number, cadence=Cadence.WEEK)
    assert told(room, number) == []
    room.letter.at += 5 * DAY
    assert len(told(room, number)) == 9


def test_what_the_curator_keeps_back_is_not_told(tmp_path: Path) -> None:
    asking = "[edition]\napproval = true\n"
    with webroom.opened(tmp_path, more=asking) as made:
        own = made.office.registry.enrol(WHO, {}, WAY, made.letter.at - 9 * DAY).subscriber.id
        made.letter.run(_2026_03_11_txt=webroom.flow.page("Mar 11", range(110, 113)))
        store, rules, at = made.letter.store, made.letter.rules, made.letter.at
        assert told(made, own) == []
        Curator(store, rules, at, "cli").approve("2026-03-11")
        assert told(made, own) == titles(110, 111, 112)
        path = f"{path_of(made, own)}.json"
        before = made.get(path)
        approved = format_datetime(made.letter.at, usegmt=True)
        assert before.headers["last-modified"] == approved
        made.letter.at += DAY
        Curator(store, rules, at + DAY, "cli").hold("2026-03-11")
        assert told(made, own) == []
        since = before.headers["last-modified"]
        assert made.get(path, If_Modified_Since=since).status == 200


def test_what_was_held_is_told_when_its_mail_goes(room: Room, number: int) -> None:
    Curator(room.letter.store, room.letter.rules, room.letter.at, "cli").hold("2026-03-10")
    assert told(room, number) == titles(110, 111, 112, 90, 91, 92)
    later = room.letter.at + HOUR
    Curator(room.letter.store, room.letter.rules, later, "cli").approve("2026-03-10")
    room.letter.at = later
    assert told(room, number) == titles(100, 101, 102, 110, 111, 112, 90, 91, 92)


def test_both_formats_are_as_the_validators_want_them(room: Room, number: int) -> None:
    path = path_of(room, number)
    atom, feed = room.get(f"{path}.xml"), room.get(f"{path}.json")
    assert atom.headers["content-type"] == "application/atom+xml"
    assert feed.headers["content-type"] == "application/feed+json"
    assert not list(complaints(atom.body, f"{webroom.WEB}{path}.xml"))
    read = feedparser.parse(atom.body)
    assert not read.bozo
    assert read.version == "atom10"
    document = json.loads(feed.body)
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["feed_url"] == f"{webroom.WEB}{path}.json"
    assert f"{webroom.WEB}{path}.xml" in [link.href for link in read.feed.links]
    assert [item["id"] for item in document["items"]] == [entry.id for entry in read.entries]
    for answer in (atom, feed):
        assert answer.headers["cache-control"].startswith("private")
        assert "noindex" in answer.headers["x-robots-tag"]
        assert WHO.address not in answer.text
    own_id = read.feed.id
    assert path.rpartition("/")[2] not in own_id


@pytest.mark.parametrize("ending", ["xml", "json"])
def test_what_the_reader_has_is_not_sent_again(room: Room, number: int, ending: str) -> None:
    path = f"{path_of(room, number)}.{ending}"
    first = room.get(path)
    etag, at = first.headers["etag"], first.headers["last-modified"]
    for asked in ({"If_None_Match": etag}, {"If_Modified_Since": at}):
        again = room.get(path, **asked)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
        assert again.headers["cache-control"].startswith("private")
    head = room.get(path, "HEAD")
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", etag)
    room.letter.run(_2026_03_12_txt=webroom.flow.page("Mar 12", range(120, 123)))
    assert room.get(path, If_None_Match=etag).status == 304  # it is not due yet
    room.letter.at += DAY
    later = room.get(path, If_None_Match=etag)
    assert later.status == 200
    assert room.get(path, If_Modified_Since=at).status == 200


def test_it_ends_where_the_reader_does(room: Room, number: int) -> None:
    path = path_of(room, number)
    room.office.registry.leave(number, WAY, room.letter.at)
    assert [room.get(f"{path}.{ending}").status for ending in ("xml", "json")] == [410, 410]
    page = page_of(room.get(room.token("preferences", number)))
    assert not found(page, "//link[@type='application/atom+xml']")
    room.office.registry.restore(number, WAY, room.letter.at)
    assert room.get(f"{path}.xml").status == 200
    room.office.registry.erase(WHO, room.letter.at)
    assert [room.get(f"{path}.{ending}").status for ending in ("xml", "json")] == [410, 410]


def test_another_address_ends_the_one_before(room: Room, number: int) -> None:
    before, own = path_of(room, number), room.token("preferences", number)
    answer = room.post(f"{own}/feed")
    assert (answer.status, answer.headers["location"]) == (303, f"{own}?done=moved")
    assert "another address" in room.get(answer.headers["location"]).text
    after = path_of(room, number)
    assert after != before
    assert room.get(f"{before}.xml").status == 410
    assert room.get(f"{after}.xml").status == 200
    room.post(f"{own}/feed")
    assert [room.get(f"{path}.xml").status for path in (before, after)] == [410, 410]
    lines = json.loads(room.post(f"{own}/data").body)["consents"]
    assert [line["act"] for line in lines][-2:] == ["moved", "moved"]


def test_only_its_own_token_opens_it(room: Room, number: int) -> None:
    for purpose in ("preferences", "unsubscribe", "confirm", "view", "form"):
        token = room.office.signer.token(purpose, str(number))
        assert room.get(f"/feeds/p/{token}.xml").status == 404
    token = path_of(room, number).rpartition("/")[2]
    for page in ("preferences", "unsubscribe", "confirm", "view"):
        assert room.get(f"/{page}/{token}").status == 404
    for other in (token.upper(), token[:-1], token + "a", "x" * 24, "%00", "é"):
        answer = room.get(f"/feeds/p/{webroom.quote(other, safe='%')}.xml")
        assert (answer.status, "noindex" in answer.headers["x-robots-tag"]) == (404, True)
    assert room.get(f"/feeds/p/{token}.rss").status == 404


def test_who_is_welcomed_is_told_of_it(room: Room) -> None:
    room.office.registry.ask(WHO, {}, WAY, room.letter.at)
    found_ = room.office.registry.find(WHO)
    assert found_ is not None
    confirm = room.token("confirm", found_.id, f".{int(room.letter.at.timestamp())}")
    page = page_of(room.post(confirm))
    (link,) = found(page, "//a[contains(@href, '/feeds/p/')]/@href")
    assert room.get(str(link)).status == 200


def test_no_log_tells_its_address(
    room: Room, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    path = path_of(room, number)
    with caplog.at_level(logging.DEBUG):
        answers: list[Answer] = [room.get(f"{path}.{ending}") for ending in ("xml", "json", "x")]
        room.letter.store.close()
        answers.append(room.get(f"{path}.xml"))
    assert [answer.status for answer in answers][:3] == [200, 200, 404]
    assert path.rpartition("/")[2] not in caplog.text
    assert WHO.address not in caplog.text
