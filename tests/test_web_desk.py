"""The curator's draft pages on a real server: seen, curated, approved, tried."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from itertools import pairwise
from pathlib import Path

import deskroom
import lxml.html
import pytest
import test_planning as readers
import webroom
from builders import title
from deskroom import Desk
from flow import AT, api
from webroom import Answer, found, page_of

from digest.cli.mailing import deliver_due

DAY = AT.date().isoformat()
OWN = f"/admin/editions/{DAY}"
API = f"/api/admin/editions/{DAY}"
KEYS = tuple(f"arxiv:2603.{number:05d}" for number in range(1, 5))
ACTS = ("pin", "first", "unpin", "up", "down", "hide", "unhide", "note", "approve", "hold")
ASKING = f"{deskroom.ADMIN}\n[edition]\napproval = true\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The desk of a newsletter that asks for approval, with four papers today; signed in."""
    with deskroom.opened(tmp_path, admin=ASKING) as own:
        own.room.letter.drop(f"{DAY}.json", api((1, 2, 3, 4)))
        own.room.letter.run()
        assert own.sign_in().status == 303
        yield own


def do(desk: Desk, act: str, number: int = 0, **fields: object) -> Answer:
    paper = {"paper": KEYS[number - 1]} if number else {}
    return desk.post(f"{OWN}/{act}", paper | fields)


def shown(desk: Desk) -> list[str]:
    page = page_of(desk.get("/admin/"))
    return [str(each.text_content()) for each in found(page, "//ol//h3")]


def change(desk: Desk) -> str:
    return str(found(page_of(desk.get(OWN)), "//input[@name='change']/@value")[0])


def approval(desk: Desk) -> str | None:
    with desk.room.letter.store.reading() as tx:
        record = tx.edition(DAY)
    assert record is not None
    return "approved" if record.approved_at else "held" if record.held_at else None


def test_the_first_page_shows_the_draft_with_reasons_scores_and_buttons(desk: Desk) -> None:
    answer = desk.get("/admin/")
    page = page_of(answer)
    assert shown(desk) == [title(number) for number in (1, 2, 3, 4)]
    told = page.text_content()
    assert "a draft" in told
    assert "not approved: it will not be mailed" in told
    assert "score" in told
    assert len(found(page, "//form[contains(@action, '/pin')]")) == 4
    assert not found(page, "//script")
    assert answer.headers["cache-control"] == "no-store"
    for path, current in (("/admin/", "page"), (OWN, "true")):
        (here,) = found(page_of(desk.get(path)), "//header//a[@aria-current]")
        assert (here.get("href"), here.get("aria-current")) == ("/admin/", current)
    names = {each.get("href") for each in found(page, "//ul[@class='pages']//a")}
    assert names == {f"/admin/editions/{name}" for name in (DAY, "2026-W11", "2026-03")}
    for name in names:
        assert desk.get(str(name)).status == 200


def test_every_form_has_the_stamp_and_every_button_its_paper(desk: Desk) -> None:
    do(desk, "pin", 2)
    page = page_of(desk.get(OWN))
    for form in found(page, "//main//form"):
        assert form.get("method") == "post"
        assert form.xpath("string(.//input[@name='stamp']/@value)")
    names = [" ".join(button.text_content().split()) for button in found(page, "//ol//button")]
    assert f"Unpin “{title(2)}”" in names
    assert len(names) == len(set(names))


def test_papers_are_pinned_moved_hidden_and_shown_again(desk: Desk) -> None:
    for number in (3, 4):
        answer = do(desk, "pin", number)
        assert (answer.status, answer.headers["location"]) == (303, f"{OWN}?done=pin")
    assert shown(desk) == [title(number) for number in (3, 4, 1, 2)]
    assert "The paper is pinned." in desk.get(f"{OWN}?done=pin").text
    do(desk, "up", 4)
    do(desk, "first", 2)
    assert shown(desk) == [title(number) for number in (2, 4, 3, 1)]
    do(desk, "down", 2)
    do(desk, "unpin", 3)
    assert shown(desk) == [title(number) for number in (4, 2, 1, 3)]
    do(desk, "hide", 4)
    assert shown(desk) == [title(number) for number in (2, 1, 3)]
    page = page_of(desk.get(OWN))
    assert found(page, "//section[h2[@id='hidden']]//li//p")[0].text_content() == title(4)
    assert "hidden in the edition of its day" in desk.get("/admin/editions/2026-W11").text
    do(desk, "unhide", 4)
    assert len(shown(desk)) == 4


def test_a_note_is_seen_before_it_is_kept_and_is_harmless(desk: Desk) -> None:
    text = "Read *this*.\n\n<script>alert(1)</script>"
    form = desk.get(f"{OWN}/note?paper={KEYS[0]}")
    assert title(1) in form.text
    before = desk.room.letter.store.change
    preview = do(desk, "preview", 1, text=text)
    assert preview.status == 200
    assert desk.room.letter.store.change == before
    for answer in (preview, desk.get(do(desk, "note", 1, text=text).headers["location"])):
        (note,) = found(page_of(answer), "//main//div[@class='note']")
        assert note.xpath("string(.//em)") == "this"
        assert not note.xpath(".//script")
    assert desk.get(f"{OWN}/note?paper={KEYS[0]}").text.count("&lt;script&gt;") == 1
    do(desk, "note", text="Quiet.")
    assert "Quiet." in page_of(desk.get(OWN)).text_content()
    do(desk, "note", text="")
    assert "There is none." in page_of(desk.get(OWN)).text_content()
    for missing in ("?paper=arxiv:2603.99999", "?paper=%00"):
        assert desk.get(f"{OWN}/note{missing}").status == 404


def test_what_is_approved_is_what_was_shown(desk: Desk) -> None:
    seen = change(desk)
    do(desk, "hide", 1)
    refused = do(desk, "approve", change=seen)
    assert refused.status == 409
    assert "changed since it was shown" in refused.text
    for told in ("", "-1", "²", "9" * 30):
        assert do(desk, "approve", change=told).status == 409
    assert approval(desk) is None
    desk.room.office.knock.__self__.clear()  # type: ignore[attr-defined]
    assert do(desk, "approve", change=change(desk)).status == 303
    assert desk.room.bell.is_set()
    assert approval(desk) == "approved"
    assert "approved on 2026-03-12" in desk.get(OWN).text
    do(desk, "unhide", 1)
    assert approval(desk) is None
    do(desk, "hold")
    assert approval(desk) == "held"
    assert "nothing more of it goes out" in desk.get(OWN).text


def test_mail_arrives_only_after_approval_and_as_it_was_shown(desk: Desk) -> None:
    room = desk.room
    readers.join(room.letter)
    room.letter.at = readers.datetime(2026, 3, 13, 7, tzinfo=readers.UTC)
    assert desk.sign_in().status == 303
    room.letter.run()
    assert room.seen.mails == []
    assert deliver_due(room.letter, threading.Event()).json["unapproved"] == [DAY]
    do(desk, "hide", 2)  # its day is over, and it waits
    do(desk, "approve", change=change(desk))
    assert deliver_due(room.letter, threading.Event()).json["counts"] == {"sent": 1}
    (mail,) = room.seen.mails
    text = text_of(mail)
    assert title(1) in text
    assert title(2) not in text
    refused = do(desk, "unhide", 2)
    assert (refused.status, "sealed" in refused.text) == (409, True)
    page = page_of(desk.get(OWN))
    assert "sealed since" in page.text_content()
    assert "1 sent" in page.text_content()
    assert not found(page, "//ol//form")


def text_of(mail: bytes) -> str:
    part = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def test_the_mail_and_the_page_are_shown_as_they_will_look_each_time_anew(desk: Desk) -> None:
    for kind, style in (("mail", "'unsafe-inline'"), ("page", "'self'")):
        do(desk, "unhide", 3)
        before = desk.get(f"{OWN}/{kind}")
        assert before.status == 200
        rules = before.headers["content-security-policy"]
        assert "sandbox" in rules
        assert "default-src 'none'" in rules
        assert f"style-src {style}" in rules
        assert "script" not in rules.replace("allow-scripts", "script")
        assert title(3) in page_of(before).text_content()
        do(desk, "hide", 3)
        assert title(3) not in page_of(desk.get(f"{OWN}/{kind}")).text_content()
    page = page_of(desk.get(f"{OWN}/page"))
    (style_at,) = found(page, "//link[@rel='stylesheet']/@href")
    assert style_at == "/assets/style.css"
    assert desk.get(str(style_at)).status == 200


def test_a_trial_goes_to_any_address_and_is_no_delivery(desk: Desk) -> None:
    answer = do(desk, "test", address="curator@example.org")
    assert (answer.status, answer.headers["location"]) == (303, f"{OWN}?done=test")
    (mail,) = desk.room.seen.mails
    assert message_from_bytes(mail)["To"] == "<curator@example.org>"
    assert title(1) in text_of(mail)
    with desk.room.letter.store.reading_post() as post:
        assert post.outbox.counts() == {}
    assert approval(desk) is None
    for wrong in ("", "nobody", "a@b\r\nBcc: c@example.org", "a@b.example, c@d.example"):
        assert do(desk, "test", address=wrong).status in {400, 403, 409}
    assert len(desk.room.seen.mails) == 1


def test_what_the_mail_server_refuses_is_told(tmp_path: Path) -> None:
    script = {"rcpt": "550 no such user"}
    web = webroom.UNLIMITED | {"trusted_proxies": ["127.0.0.1"]}
    with webroom.opened(tmp_path, script=script, more=deskroom.ADMIN, **web) as room:
        room.letter.drop(f"{DAY}.json", api((1,)))
        room.letter.run()
        own = Desk(room)
        own.sign_in()
        answer = own.post(f"{OWN}/test", {"address": "curator@example.org"})
    assert answer.status == 409
    assert "the mail was not taken: 550" in answer.text


def test_nothing_is_shown_or_done_without_signing_in(desk: Desk) -> None:
    before = desk.room.letter.store.change
    stamp, desk.cookie = desk.stamp(), ""
    for path in ("/admin/", OWN, f"{OWN}/note", f"{OWN}/mail", f"{OWN}/page"):
        answer = desk.get(path)
        assert (answer.status, answer.headers["location"]) == (303, "/admin/sign-in")
    for act in (*ACTS, "preview", "test"):
        sent = {"stamp": stamp, "paper": KEYS[0], "text": "x", "address": "a@example.org"}
        assert desk.bare(f"{OWN}/{act}", sent).status == 403
    assert desk.room.letter.store.change == before
    assert desk.room.seen.mails == []


def test_a_form_without_the_stamp_does_nothing_nor_does_a_get(desk: Desk) -> None:
    before = desk.room.letter.store.change
    for act in (*ACTS, "preview", "test"):
        assert desk.bare(f"{OWN}/{act}", {"paper": KEYS[0], "change": change(desk)}).status == 403
        elsewhere = desk.post(f"{OWN}/{act}", {"paper": KEYS[0]}, Origin="https://evil.example")
        assert elsewhere.status == 403
        if act != "note":
            assert desk.get(f"{OWN}/{act}").status == 404
    for path in ("/admin/", OWN, f"{OWN}/note", f"{OWN}/mail", f"{OWN}/page"):
        assert desk.get(path).status == 200
    assert desk.room.letter.store.change == before
    assert approval(desk) is None


@pytest.mark.parametrize(
    "name",
    ["2026-01-01", "yesterday", "2026-13-01", "%00", "2026-W11.html", "9999-W99", "٢٠٢٦-03-12"],
)
def test_an_edition_that_is_not_there_is_not_found(desk: Desk, name: str) -> None:
    own = f"/admin/editions/{webroom.quote(name, safe='%')}"
    for path in (own, f"{own}/note", f"{own}/mail", f"{own}/page"):
        assert desk.get(path).status == 404
    for act in ("hold", "approve", "test"):
        assert desk.post(f"{own}/{act}", {"address": "a@example.org"}).status == 404
    assert desk.script(own.replace("/admin", "/api/admin")).status == 404
    assert desk.script(f"{own.replace('/admin', '/api/admin')}/hold", b"{}").status == 404


def test_what_a_form_lacks_or_holds_too_much_is_refused_in_words(desk: Desk) -> None:
    for act in ("pin", "first", "up", "hide", "unhide", "unpin"):
        for paper in ("", "arxiv:2603.99999", "'; DROP TABLE papers; --", "x" * 4000):
            answer = desk.post(f"{OWN}/{act}", {"paper": paper})
            assert answer.status == 409
            assert "no paper" in answer.text
    assert do(desk, "note", 1, text="x" * 8001).status == 413
    assert do(desk, "note", 1, text="a\x00b").status == 400


def test_titles_and_notes_of_strangers_stay_text(tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>\"'{{7*7}}"
    dump = json.loads(api((1,)))
    dump[0]["paper"]["title"] = evil
    with deskroom.opened(tmp_path) as own:
        own.room.letter.drop(f"{DAY}.json", json.dumps(dump))
        own.room.letter.run()
        own.sign_in()
        for answer in (own.get("/admin/"), own.get(f"{OWN}/note?paper={KEYS[0]}")):
            page = page_of(answer)
            assert evil in page.text_content()
            assert not found(page, "//main//img | //script | //*[@onerror]")


def test_there_is_a_page_before_there_is_an_edition(tmp_path: Path) -> None:
    with deskroom.signed_in(tmp_path) as own:
        answer = own.get("/admin/")
    assert (answer.status, "no edition yet" in answer.text) == (200, True)


def script(desk: Desk, act: str, **given: object) -> tuple[int, dict[str, object]]:
    answer = desk.script(f"{API}/{act}", json.dumps(given).encode())
    return answer.status, json.loads(answer.body)


def test_scripts_do_the_same_acts(desk: Desk) -> None:
    told = json.loads(desk.script(API).body)
    assert [paper["key"] for paper in told["new"]] == list(KEYS)
    assert told["draft"]["approval"] == "awaited"
    assert script(desk, "pin", paper="2603.00003") == (
        200,
        {"edition": DAY, "paper": KEYS[2], "done": "pinned", "withdrew": False},
    )
    assert script(desk, "pin", paper=KEYS[3], place=1)[0] == 200
    assert script(desk, "order", papers=[KEYS[1], KEYS[3]])[0] == 200
    assert script(desk, "unpin", paper=KEYS[2])[0] == 200
    assert script(desk, "hide", paper=KEYS[0])[0] == 200
    assert script(desk, "note", text="Quiet.")[0] == 200
    assert script(desk, "note", paper=KEYS[1], text="Read.")[0] == 200
    told = json.loads(desk.script(API).body)
    assert told["edition"]["note"] == "Quiet."
    assert told["draft"]["pinned"] == [KEYS[1], KEYS[3]]
    assert told["draft"]["hidden"] == [KEYS[0]]
    assert script(desk, "approve", change=0)[0] == 409
    assert script(desk, "approve", change=told["draft"]["change"])[0] == 200
    told = json.loads(desk.script(API).body)["draft"]
    assert (told["approval"], told["decided_by"]) == ("approved", "api")
    assert script(desk, "unhide", paper=KEYS[0])[1]["withdrew"] is True
    assert script(desk, "hold")[0] == 200
    assert json.loads(desk.script(API).body)["draft"]["approval"] == "held"


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("pin", {}),
        ("pin", {"paper": 7}),
        ("pin", {"paper": "a\x00"}),
        ("pin", {"paper": "\ud800"}),
        ("pin", {"paper": KEYS[0], "place": -1}),
        ("pin", {"paper": KEYS[0], "place": True}),
        ("pin", {"paper": KEYS[0], "place": 10**30}),
        ("hide", {"paper": "x" * 9000}),
        ("note", {}),
        ("note", {"text": None}),
        ("order", {}),
        ("order", {"papers": []}),
        ("order", {"papers": "all"}),
        ("order", {"papers": [KEYS[0], 1]}),
        ("approve", {"change": "7"}),
    ],
)
def test_what_scripts_ask_wrongly_is_a_problem(
    desk: Desk, act: str, given: dict[str, object]
) -> None:
    before = desk.room.letter.store.change
    answer = desk.script(f"{API}/{act}", json.dumps(given).encode())
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert desk.room.letter.store.change == before


def test_scripts_without_the_key_do_nothing(desk: Desk) -> None:
    before = desk.room.letter.store.change
    assert desk.script(API, key="wrong").status == 401
    for act in ("pin", "hold", "approve"):
        assert desk.script(f"{API}/{act}", b"{}", key="wrong").status == 401
    assert desk.room.letter.store.change == before
    assert approval(desk) is None


def test_the_description_tells_of_each_address(desk: Desk) -> None:
    told = json.loads(desk.get("/api/openapi.json").body)["paths"]
    acts = ("pin", "unpin", "hide", "unhide", "note", "order", "approve", "hold")
    assert "get" in told["/api/admin/editions/{name}"]
    for act in acts:
        assert "post" in told[f"/api/admin/editions/{{name}}/{act}"]


def test_no_address_of_a_trial_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        do(desk, "test", address="curator@example.org")
        do(desk, "test", address="not an address curator")
    assert "curator" not in caplog.text


def test_pages_read_well_without_a_style(desk: Desk) -> None:
    do(desk, "pin", 1)
    page = lxml.html.document_fromstring(desk.get(OWN).text)
    levels = [int(each.tag[1]) for each in page.xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
