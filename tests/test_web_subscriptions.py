"""Subscriptions by the API: the same acts as on the pages, the same silence about who is known."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import webroom
from webroom import Answer, Room

from digest.addresses import parse
from digest.models import Cadence, ConsentAct, Preferences, Subscriber, SubscriberState
from digest.subscribing.acts import Way

WHO = parse("canary-reader@example.org")
WAY = Way(source="test")
JSON = "application/json"
ALL = "/api/subscriptions"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with webroom.opened(tmp_path) as made:
        yield made


@pytest.fixture
def path(room: Room) -> str:
    """The address of a reader's subscription."""
    at = room.letter.at - timedelta(days=9)
    number = room.office.registry.enrol(WHO, {}, WAY, at).subscriber.id
    return ALL + room.token("preferences", number).removeprefix("/preferences")


def send(room: Room, path: str, value: object, method: str = "POST", **headers: str) -> Answer:
    return room.send(path, json.dumps(value).encode(), JSON, method=method, **headers)


def reader(room: Room) -> Subscriber:
    found = room.office.registry.find(WHO)
    assert found is not None
    return found


def errors(answer: Answer) -> dict[str, str]:
    assert answer.status == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return {each["pointer"]: each["detail"] for each in json.loads(answer.body)["errors"]}


def test_who_asks_by_the_api_is_mailed_and_confirms_as_on_the_page(room: Room) -> None:
    wishes = {
        "cadence": "weekly",
        "hour": 21,
        "zone": "Africa/Lagos",
        "topics": ["robots"],
        "muted": ["deep fake"],
        "cap": 12,
        "wants_empty": True,
    }
    answer = send(room, ALL, {"address": WHO.address, **wishes})
    assert answer.status == 202
    assert room.bell.is_set()
    (mail,) = room.mails()
    room.post(room.path_in(mail, "confirm"))
    found = reader(room)
    assert found.state is SubscriberState.ACTIVE
    assert found.preferences == Preferences(
        cadence=Cadence.WEEK,
        hour=21,
        zone="Africa/Lagos",
        topics=("robots",),
        muted=("deep fake",),
        cap=12,
        wants_empty=True,
    )
    held = room.office.registry.tell_all(WHO)
    asked = next(line for line in held.consents if line.act is ConsentAct.ASKED)
    assert (asked.source, asked.network) == ("web: api", "127.0.0.0/24")


def test_the_answer_is_the_same_whoever_is_meant(room: Room) -> None:
    registry, at = room.office.registry, room.letter.at
    others = {state: parse(f"{state}@example.org") for state in ("active", "left", "erased")}
    for who in others.values():
        registry.enrol(who, {}, WAY, at)
    registry.leave(others["left"], WAY, at)
    registry.erase(others["erased"], at)
    asked = [WHO, WHO, *others.values()]
    answers = [send(room, ALL, {"address": who.address}) for who in asked]
    told = {(answer.status, answer.body, tuple(_undated(answer).items())) for answer in answers}
    assert len(told) == 1
    assert WHO.address not in answers[0].text


def _undated(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}


def test_many_requests_for_one_are_answered_by_one_mail(room: Room) -> None:
    for _ in range(20):
        assert send(room, ALL, {"address": WHO.address}).status == 202
    assert len(room.mails()) == 1


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, {"#/address"}),
        ({"address": 5}, {"#/address"}),
        ({"address": "nobody"}, {"#/address"}),
        ({"address": "a@example.org", "hour": 24}, {"#/hour"}),
        ({"address": "a@example.org", "hour": True}, {"#/hour"}),
        ({"address": "a@example.org", "hour": "7"}, {"#/hour"}),
        ({"address": "a@example.org", "zone": "Mars/Olympus"}, {"#/zone"}),
        ({"address": "a@example.org", "zone": "../../etc/passwd"}, {"#/zone"}),
        ({"address": "a@example.org", "zone": "\ud800"}, {"#/zone"}),
        ({"address": "a@example.org", "topics": "robots"}, {"#/topics"}),
        ({"address": "a@example.org", "topics": ["none"]}, {"#/topics"}),
        ({"address": "a@example.org", "topics": [["robots"]]}, {"#/topics"}),
        ({"address": "a@example.org", "muted": ["a\nb;"]}, {"#/muted"}),
        ({"address": "a@example.org", "cap": -1}, {"#/cap"}),
        ({"address": "a@example.org", "cap": 10**40}, {"#/cap"}),
        ({"address": "a@example.org", "cap": 1.5}, {"#/cap"}),
        ({"address": "a@example.org", "wants_empty": 1}, {"#/wants_empty"}),
        ({"address": "a@example.org", "cadence": None}, {"#/cadence"}),
        ({"address": "a@example.org", "a/b~c é": 1}, {"#/a~1b~0c%20%C3%A9"}),
        (
            {"address": "", "cadence": "hourly", "state": "active"},
            {"#/address", "#/cadence", "#/state"},
        ),
    ],
)
def test_what_is_wrong_is_told_by_field_and_nothing_is_kept(
    room: Room, sent: dict[str, Any], wrong: set[str]
) -> None:
    found = errors(send(room, ALL, sent))
    assert found.keys() == wrong
    assert all(found.values())
    assert room.mails() == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"address": "a@example.org"}', "text/plain", 415),
        (b'{"address": "a@example.org"}', "", 415),
        (b"address=a%40example.org", webroom.FORM, 415),
        (b"", JSON, 400),
        (b"{", JSON, 400),
        (b'{"hour": NaN}', JSON, 400),
        (b'{"address": "\xff"}', JSON, 400),
        (b"[" * 20_000, JSON, 400),
        (b"[]", JSON, 422),
        (b"null", JSON, 422),
    ],
)
def test_what_is_no_object_is_refused(room: Room, body: bytes, kind: str, status: int) -> None:
    answer = room.send(ALL, body, kind)
    assert (answer.status, json.loads(answer.body)["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_page_of_another_site_is_refused(room: Room, path: str) -> None:
    for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert send(room, ALL, {"address": WHO.address}, **headers).status == 403
        assert send(room, path, {"hour": 3}, "PATCH", **headers).status == 403
        assert room.get(path, "DELETE", **headers).status == 403
    asked = room.get(ALL, "OPTIONS", Origin="https://evil.example")
    assert "access-control-allow-methods" not in asked.headers
    assert reader(room).state is SubscriberState.ACTIVE


def test_choices_are_read_and_changed(room: Room, path: str) -> None:
    first = room.get(path)
    assert first.headers["cache-control"] == "private, no-store"
    assert "access-control-allow-origin" not in first.headers
    shown = json.loads(first.body)
    assert (shown["state"], shown["cadence"], shown["hour"], shown["cap"]) == (
        "active",
        "daily",
        7,
        None,
    )
    assert WHO.address not in first.text
    assert room.get(path, If_None_Match=first.headers["etag"]).status == 304
    changed = send(room, path, {"hour": 9, "topics": ["video"], "cap": 3}, "PATCH")
    assert changed.status == 200
    again = room.get(path, If_None_Match=first.headers["etag"])
    assert again.status == 200
    assert json.loads(again.body) == json.loads(changed.body)
    assert json.loads(again.body) == shown | {"hour": 9, "topics": ["video"], "cap": 3}
    assert reader(room).preferences.topics == ("video",)
    for cap in (None, 0):
        assert json.loads(send(room, path, {"cap": cap}, "PATCH").body)["cap"] is None
    before = reader(room)
    assert errors(send(room, path, {"hour": 3, "address": "a@example.org"}, "PATCH")).keys() == {
        "#/address"
    }
    assert reader(room) == before
    feeds = json.loads(again.body)["feeds"]
    for kind, ending in (("atom", ".xml"), ("json", ".json")):
        assert feeds[kind].endswith(ending)
        assert room.get(feeds[kind].removeprefix(webroom.WEB)).status == 200


def test_a_pause_and_its_end(room: Room, path: str) -> None:
    paused = json.loads(send(room, f"{path}/pause", {"weeks": 2}).body)["paused_until"]
    assert paused == (room.letter.at + timedelta(weeks=2)).isoformat()
    assert json.loads(room.get(f"{path}/pause", "DELETE").body)["paused_until"] is None
    assert reader(room).preferences.paused_until == room.letter.at
    for value in ({}, {"weeks": None}):
        assert json.loads(send(room, f"{path}/pause", value).body)["paused_until"] > "9000"
    for wrong in ({"weeks": 3}, {"weeks": True}, {"weeks": "2"}, {"weeks": [2]}):
        assert errors(send(room, f"{path}/pause", wrong)).keys() == {"#/weeks"}
    assert errors(send(room, f"{path}/pause", {"days": 1})).keys() == {"#/days"}


def test_leaving_ends_mail_and_feed_and_may_be_said_twice(room: Room, path: str) -> None:
    for _ in range(2):
        answer = room.get(path, "DELETE")
        assert (answer.status, answer.body) == (204, b"")
    assert reader(room).state is SubscriberState.UNSUBSCRIBED
    shown = json.loads(room.get(path).body)
    assert (shown["state"], shown["feeds"]) == ("unsubscribed", None)


def test_all_that_is_held_is_told_and_erased(
    room: Room, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        told = room.get(f"{path}/data")
        assert told.headers["cache-control"] == "private, no-store"
        held = json.loads(told.body)
        assert held["subscriber"]["address"] == WHO.address
        page = room.post(f"/preferences/{path.rpartition('/')[2]}/data")
        assert held == json.loads(page.body)
        assert room.get(f"{path}/data", If_None_Match=told.headers["etag"]).status == 304
        assert room.get(f"{path}/data", "DELETE").status == 204
    assert room.office.registry.find(WHO) is None
    for method in ("GET", "DELETE"):
        assert room.get(path, method).status == 404
        assert room.get(f"{path}/data", method).status == 404
    assert send(room, path, {"hour": 3}, "PATCH").status == 404
    assert WHO.address not in caplog.text
    assert path.rpartition("/")[2] not in caplog.text


def test_only_the_token_of_their_preferences_counts(room: Room, path: str) -> None:
    number = reader(room).id
    for purpose in ("unsubscribe", "confirm", "view", "feed", "form"):
        other = f"{ALL}/{room.office.signer.token(purpose, str(number))}"
        for method in ("GET", "DELETE"):
            assert room.get(other, method).status == 404
            assert room.get(f"{other}/data", method).status == 404
    assert room.get(path.upper().replace(ALL.upper(), ALL)).status == 404
    assert reader(room).state is SubscriberState.ACTIVE


def test_limits_are_those_of_the_pages(tmp_path: Path) -> None:
    limits = {"asks_per_hour": 2, "forms_per_hour": 1}
    with webroom.opened(tmp_path, **limits) as pages:
        told = {"Content-Type": JSON}
        bodies = [json.dumps({"address": f"a{n}@example.org"}) for n in range(3)]
        answers = [pages.ask(ALL, "POST", body, **told) for body in bodies]
        assert [answer.status for answer in answers] == [202, 202, 429]
        assert json.loads(answers[2].body)["status"] == 429
        assert int(answers[2].headers["retry-after"]) > 0
        assert pages.post("/subscribe", {"address": "b@example.org"}).status == 429
        at = pages.letter.at - timedelta(days=9)
        number = pages.office.registry.enrol(WHO, {}, WAY, at).subscriber.id
        path = f"{ALL}/{pages.office.signer.token('preferences', str(number))}"
        changes = [pages.ask(path, "PATCH", '{"hour": 3}', **told) for _ in range(2)]
        assert [answer.status for answer in changes] == [200, 429]
        assert [pages.ask(path, "DELETE").status for _ in range(3)] == [204] * 3
