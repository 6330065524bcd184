"""The desk's pages: dumps, deliveries, subscribers; what scripts are told of the same."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import deskroom
import lxml.html
import pytest
import webroom
import xss
from deskroom import Desk
from webroom import flow

from digest.addresses import parse
from digest.models import Cadence, ConsentAct, DeliveryState, Result, SubscriberState
from digest.store import Store
from digest.subscribing.acts import Way

WHO = "reader@example.org"
DAY = "2026-03-11"
LATER = timedelta(minutes=10)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with deskroom.signed_in(tmp_path) as found:
        yield found


def told(desk: Desk, path: str, sent: object = None) -> Any:
    """Return what a script is told."""
    answer = desk.script(path, None if sent is None else json.dumps(sent).encode())
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return json.loads(answer.body)


def said(desk: Desk, path: str) -> str:
    """Return the words of a page's content."""
    return words(desk.get(path))


def words(answer: webroom.Answer) -> str:
    (main,) = webroom.page_of(answer).xpath("//main")
    return " ".join(main.text_content().split())


def publish(desk: Desk) -> None:
    desk.room.letter.run(_2026_03_11_txt=flow.page("Mar 11", range(1, 4)))


def enrol(desk: Desk, *addresses: str) -> list[int]:
    registry, now = desk.room.office.registry, desk.room.letter.at
    return [
        registry.enrol(parse(each), {}, Way(source="test"), now).subscriber.id for each in addresses
    ]


def deliver(desk: Desk, *states: DeliveryState, code: int | None = None) -> None:
    """Let the edition go to readers 1, 2, …, each with what became of it."""
    numbers = range(1, len(states) + 1)
    now = desk.room.letter.at
    with desk.room.office.store.writing_post() as post:
        post.outbox.plan_for(DAY, Cadence.DAY, numbers, now)
        post.outbox.lease("test", now, now + LATER, 99)
        keys = [(DAY, number) for number in numbers]
        post.outbox.start("test", keys, now + LATER)
        results = [
            Result(
                edition=DAY,
                subscriber_id=number,
                state=state,
                due_at=now + LATER if state is DeliveryState.PENDING else None,
                code=code,
                said="so it was",
            )
            for number, state in zip(numbers, states, strict=True)
        ]
        post.outbox.record("test", results, now)


def test_a_link_leads_to_each_page_and_the_one_here_is_marked(desk: Desk) -> None:
    for path in ("/admin/dumps", "/admin/deliveries", "/admin/subscribers"):
        page = webroom.page_of(desk.get(path))
        (here,) = page.xpath("//header//a[@aria-current='page']")
        assert here.get("href") == path
        assert len(page.xpath("//h1")) == 1


def test_without_a_session_nothing_is_shown_nor_done(tmp_path: Path) -> None:
    with deskroom.opened(tmp_path) as desk:
        for path in ("/admin/dumps", "/admin/deliveries", "/admin/subscribers"):
            assert desk.get(path).headers["location"] == "/admin/sign-in"
            assert desk.get(f"/api{path}").status == 401
        for path in ("deliveries/resolve", "subscribers/search", "subscribers/erase"):
            assert desk.bare(f"/admin/{path}", {"address": WHO}).status == 403
            assert desk.get(f"/admin/{path}").status == 404


def test_dumps_are_shown_with_what_became_of_them(desk: Desk) -> None:
    assert "No dump has come yet" in said(desk, "/admin/dumps")
    publish(desk)
    desk.room.letter.at += LATER
    desk.room.letter.run(broken_txt="nothing of a listing")
    text = said(desk, "/admin/dumps")
    assert text.index("broken.txt") < text.index("2026-03-11.txt")
    assert "3 new, 0 seen, 0 revised" in text
    assert ".reason.txt" in text
    only = said(desk, "/admin/dumps?status=rejected")
    assert "broken.txt" in only
    assert "2026-03-11.txt" not in only
    heard = told(desk, "/api/admin/dumps")
    assert heard["counts"] == {"read": 1, "empty": 0, "rejected": 1}
    assert [each["file"] for each in heard["dumps"]] == ["broken.txt", "2026-03-11.txt"]
    assert heard["dumps"][0]["reason"] in text


def test_dumps_come_a_page_at_a_time(desk: Desk) -> None:
    for number in range(28):
        desk.room.letter.at += LATER
        desk.room.letter.run(**{f"broken{number:02}_txt": f"no listing {number}"})
    first = webroom.page_of(desk.get("/admin/dumps"))
    assert len(first.xpath("//ol/li")) == 25
    (older,) = first.xpath("//a[@rel='next']/@href")
    last = webroom.page_of(desk.get(str(older)))
    assert len(last.xpath("//ol/li")) == 3
    assert last.xpath("//a[@rel='prev']")
    assert not last.xpath("//a[@rel='next']")
    assert len(told(desk, "/api/admin/dumps?limit=7&p=3")["dumps"]) == 7


@pytest.mark.parametrize("asked", ["p=x", "p=-1", "p=99999999", "status=odd", "limit=0"])
def test_what_is_asked_wrongly_is_told(desk: Desk, asked: str) -> None:
    assert desk.get(f"/admin/dumps?{asked}").status == 400
    assert desk.script(f"/api/admin/dumps?{asked}").status == 422


def test_a_hostile_name_stays_text(desk: Desk) -> None:
    for number, text in enumerate(xss.HTML[:9]):
        desk.room.letter.at += LATER
        name = text.replace("/", "∕").replace("\0", "")[:60]
        desk.room.letter.run(**{f"{number}{name}_txt": f"no listing {number}"})
    page = webroom.page_of(desk.get("/admin/dumps"))
    assert not page.xpath("//script | //img | //svg | //iframe | //*[@onload] | //*[@onerror]")


def test_deliveries_are_counted_by_edition(desk: Desk) -> None:
    assert "There is no edition here" in said(desk, "/admin/deliveries")
    publish(desk)
    enrol(desk, *[f"r{number}@{'bad' if number > 2 else 'good'}.example" for number in range(1, 6)])
    state = DeliveryState
    deliver(desk, state.SENT, state.SENT, state.FAILED, state.PENDING, state.HELD, code=550)
    heard = told(desk, "/api/admin/deliveries")
    (own,) = [each for each in heard["editions"] if each["edition"] == DAY]
    assert own == {
        "edition": DAY,
        "planned": 5,
        "waiting": 1,
        "sent": 2,
        "failed": 1,
        "skipped": 0,
        "held": 1,
    }
    assert heard["failing"] == [{"domain": "bad.example", "failed": 1, "waiting": 1, "code": 550}]
    assert heard["held"] == {
        "total": 1,
        "first": [{"edition": DAY, "subscriber": 5, "reason": "so it was"}],
    }
    page = webroom.page_of(desk.get("/admin/deliveries"))
    (row,) = page.xpath(f"//tr[th='{DAY}']")
    assert [cell.text_content() for cell in row.xpath("td")] == ["5", "1", "2", "1", "0", "1"]
    assert "r5@" not in lxml.html.tostring(page).decode()


def test_bounces_and_complaints_are_counted(desk: Desk) -> None:
    numbers = enrol(desk, *[f"r{number}@example.org" for number in range(4)])
    way, at = Way(source="test"), desk.room.letter.at
    with desk.room.office.store.writing_post() as post:
        for number, state, act, when in (
            (numbers[0], SubscriberState.BOUNCED, ConsentAct.BOUNCED, at),
            (numbers[1], SubscriberState.BOUNCED, ConsentAct.BOUNCED, at - timedelta(days=31)),
            (numbers[2], SubscriberState.COMPLAINED, ConsentAct.COMPLAINED, at),
        ):
            post.register.change_state(number, state, when, way.line(act, when))
        post.returns.count_soft(numbers[3], at, at)
    assert told(desk, "/api/admin/deliveries")["came_back"] == {
        "bounced": 2,
        "bounced_lately": 1,
        "complained": 1,
        "complained_lately": 1,
        "soft": 1,
    }
    assert "2 subscribers; 1 in the last 30 days" in said(desk, "/admin/deliveries")


def states(store: Store) -> dict[str, int]:
    with store.reading_post() as post:
        return post.outbox.counts(DAY)[DAY]


def test_what_is_in_doubt_is_decided(desk: Desk) -> None:
    publish(desk)
    enrol(desk, *[f"r{number}@example.org" for number in range(5)])
    deliver(desk, *[DeliveryState.HELD] * 5)
    store, path = desk.room.office.store, "/admin/deliveries/resolve"
    one = {"edition": DAY, "subscriber": "2", "resolve": "sent"}
    answer = desk.post(path, one)
    assert (answer.status, answer.headers["location"]) == (303, "/admin/deliveries?done=resolved")
    assert states(store) == {"held": 4, "sent": 1}
    assert not desk.room.bell.is_set()
    desk.post(path, {**one, "subscriber": "3", "resolve": "resend"})
    assert states(store) == {"held": 3, "pending": 1, "sent": 1}
    assert desk.room.bell.is_set()
    heard = told(desk, f"/api{path}", {"resend": False, "edition": DAY, "subscriber": 4})
    assert heard == {"resolved": 1, "resend": False}
    desk.post(path, {"edition": DAY, "resolve": "sent"})
    assert states(store) == {"pending": 1, "sent": 4}
    assert told(desk, f"/api{path}", {"resend": True})["resolved"] == 0


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"resolve": "odd"},
        {"resolve": "sent", "subscriber": "1"},
        {"resolve": "sent", "edition": DAY, "subscriber": "x"},
        {"resolve": "sent", "edition": DAY, "subscriber": "9" * 40},
    ],
)
def test_a_decision_that_is_none_decides_nothing(desk: Desk, sent: dict[str, object]) -> None:
    publish(desk)
    enrol(desk, WHO)
    deliver(desk, DeliveryState.HELD)
    assert desk.post("/admin/deliveries/resolve", sent).status == 422
    assert states(desk.room.office.store) == {"held": 1}


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"resend": 1},
        {"resend": True, "edition": 3},
        {"resend": True, "edition": DAY, "subscriber": True},
        {"resend": True, "subscriber": 1},
    ],
)
def test_a_script_that_decides_wrongly_is_told(desk: Desk, sent: dict[str, object]) -> None:
    answer = desk.script("/api/admin/deliveries/resolve", json.dumps(sent).encode())
    assert answer.status == 422
    assert json.loads(answer.body)["detail"]


def test_subscribers_are_counted_and_never_listed(desk: Desk) -> None:
    enrol(desk, WHO, "other@example.org")
    desk.room.post("/subscribe", {"address": "new@example.org", "cadence": "weekly"})
    heard = told(desk, "/api/admin/subscribers")
    assert (heard["counts"]["active"], heard["counts"]["pending"]) == (2, 1)
    assert heard["cadences"]["active"] == {"daily": 2, "weekly": 0, "monthly": 0}
    assert heard["cadences"]["pending"]["weekly"] == 1
    for path in ("/admin/subscribers", "/admin/deliveries", "/admin/dumps"):
        assert "example.org" not in said(desk, path).replace("papers.example.org", "")
    assert "@" not in json.dumps(heard)


def test_one_is_found_by_the_whole_address_only(desk: Desk) -> None:
    enrol(desk, WHO)
    publish(desk)
    deliver(desk, DeliveryState.SENT)
    found = desk.post("/admin/subscribers/search", {"address": f" {WHO.upper()} "})
    assert found.status == 200
    text = words(found)
    for part in (WHO, "active, since", "daily at", "confirmed", "test", DAY, "sent"):
        assert part in text
    for typed in ("reader", "reader@example", "%@example.org", "nobody@example.org"):
        answer = desk.post("/admin/subscribers/search", {"address": typed})
        assert answer.status in {200, 422}
        assert "active, since" not in answer.text
    heard = told(desk, "/api/admin/subscribers/search", {"address": WHO})
    assert heard["subscriber"]["state"] == "active"
    assert [each["edition"] for each in heard["deliveries"]] == [DAY]
    for wrong in ({}, {"address": 1}, {"address": "x"}):
        body = json.dumps(wrong).encode()
        assert desk.script("/api/admin/subscribers/search", body).status == 422


def test_one_is_unsubscribed(desk: Desk) -> None:
    enrol(desk, WHO)
    answer = desk.post("/admin/subscribers/remove", {"address": WHO})
    assert "Unsubscribed." in words(answer)
    held = desk.room.office.registry.tell_all(parse(WHO))
    assert held.subscriber is not None
    assert held.subscriber.state is SubscriberState.UNSUBSCRIBED
    assert held.consents[-1].source == "desk: remove"
    assert not webroom.page_of(answer).xpath("//form[contains(@action, 'remove')]")
    nobody = desk.post("/admin/subscribers/remove", {"address": "nobody@example.org"})
    assert nobody.status == 422


def test_one_is_erased_once_it_is_sure(desk: Desk, tmp_path: Path) -> None:
    enrol(desk, WHO)
    asked = desk.post("/admin/subscribers/erase", {"address": WHO})
    assert "cannot be undone" in words(asked)
    assert desk.room.office.registry.find(parse(WHO)) is not None
    (form,) = webroom.page_of(asked).xpath("//main//form")
    sent = {field.get("name"): field.get("value") for field in form.xpath(".//input")}
    done = desk.bare(form.get("action"), sent)
    assert "Erased." in words(done)
    assert WHO not in done.text
    assert desk.room.office.registry.find(parse(WHO)) is None
    assert WHO.encode() not in (tmp_path / "digest.db").read_bytes()
    again = desk.post("/admin/subscribers/search", {"address": WHO})
    assert "everything about them erased" in words(again)


def test_no_address_stands_in_a_log_nor_in_an_address(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    enrol(desk, WHO)
    for act in ("search", "erase", "remove"):
        answer = desk.post(f"/admin/subscribers/{act}", {"address": WHO})
        assert "location" not in answer.headers
        for target in webroom.page_of(answer).xpath("//@href | //@action"):
            assert "reader" not in target
    told(desk, "/api/admin/subscribers/search", {"address": WHO})
    desk.post("/admin/subscribers/search", {"address": "wrong@@example.org"})
    assert not [record for record in caplog.records if "example.org" in record.getMessage()]


def test_what_scripts_are_told_is_described(desk: Desk) -> None:
    publish(desk)
    enrol(desk, WHO)
    document = json.loads(desk.get("/api/openapi.json").body, object_pairs_hook=once)
    own = {
        path: {word: each for word, each in item.items() if word != "parameters"}
        for path, item in document["paths"].items()
        if "/admin/" in path
    }
    assert set(own) >= {
        f"/api/admin/{each}"
        for each in (
            "dumps",
            "deliveries",
            "deliveries/resolve",
            "subscribers",
            "subscribers/search",
        )
    }
    sent = {"resolve": {"resend": False}, "search": {"address": WHO}}
    for path, methods in own.items():
        assert document["components"]["securitySchemes"][next(iter(*each_security(methods)))]
        if (last := path.rpartition("/")[2]) in sent:
            heard = told(desk, path, sent[last])
        elif "get" in methods and "{" not in path:
            heard = told(desk, path)
        else:
            continue
        (described,) = [each["responses"]["200"] for each in methods.values()]
        schema = described["content"]["application/json"]["schema"]
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        assert heard.keys() == schema["properties"].keys(), path


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON, in which no name stands twice."""
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)


def each_security(methods: dict[str, Any]) -> list[dict[str, Any]]:
    return [each["security"][0] for each in methods.values()]


def test_without_a_key_the_desk_is_not_described(tmp_path: Path) -> None:
    with deskroom.opened(tmp_path, admin="") as desk:
        assert "admin" not in desk.get("/api/openapi.json").text
