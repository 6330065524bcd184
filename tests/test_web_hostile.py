"""Lists of hostile strings through every field, parameter and header: all stay text, or nothing.

The lists: npm's big-list-of-naughty-strings, and ours of markup, templates, SQL, paths and header
lines. An answer is taken apart: it may hold no element, attribute or address of another kind than
the same page has for harmless words.
"""

from __future__ import annotations

import email
import email.policy
import json
import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import judged
import lxml.html
import pytest
import webroom
from test_web_forms import HOSTILE
from webroom import Answer, Line, Room

from digest.addresses import parse
from digest.subscribing.acts import Way

NAUGHTY = judged.MODULES / "big-list-of-naughty-strings" / "blns.json"
WAY = Way(source="test")
WHO = parse("reader@example.org")
CALLERS = 8
JOINING = ("address", "cadence", "hour", "zone", "topics", "form", "choices", "stamp", "website")
CHOOSING = ("cadence", "hour", "zone", "topics", "muted", "cap", "wants_empty", "choices", "stamp")
HARMLESS = ("word", "two words", "7", "", "reader@example.org", "Europe/Berlin", "daily", "x" * 900)
HARMLESS += ("\a", "x" * 9_000, "video", "0", "a;b")
ROUNDS = 9
"""So often a harmless string takes its turn in a form: there are 13, and no field is missed."""

HEADERS = ("User-Agent", "Referer", "Cookie", "X-Forwarded-For", "Forwarded", "Accept-Language")
HEADERS += ("If-None-Match", "If-Modified-Since", "X-Forwarded-Host", "Sec-Fetch-Site", "Origin")
QUERIES = {
    "/search": ("q", "p", "limit"),
    "/api/search": ("q", "p", "limit"),
    "/api/daily_papers": ("date", "week", "month", "sort", "limit", "p", "submitter"),
}
LINKS = frozenset(("href", "action", "formaction", "src", "srcset", "data", "poster", "xlink:href"))
Act = Callable[[Line, str], Iterable[Answer]]


@pytest.fixture(scope="module")
def strings() -> list[str]:
    judged.want("big-list-of-naughty-strings")
    found: list[str] = json.loads(NAUGHTY.read_text("utf-8"))
    assert len(found) > 400
    return [*dict.fromkeys([*found, *HOSTILE])]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with webroom.opened(tmp_path, serves_output=True, **webroom.UNLIMITED) as found:
        found.letter.run(_2026_03_11_txt=webroom.flow.page("Mar 11", range(1, 9)))
        yield found


@pytest.fixture
def number(room: Room) -> int:
    """A reader's."""
    return room.office.registry.enrol(WHO, {}, WAY, room.letter.at).subscriber.id


def kinds(answer: Answer) -> set[tuple[str, ...]]:
    """What a page is made of: elements with their attributes, and where each leads that leads."""
    if "text/html" not in answer.headers.get("content-type", "") or not answer.body:
        return set()
    found: set[tuple[str, ...]] = set()
    for each in lxml.html.document_fromstring(answer.body).iter(lxml.html.etree.Element):
        names = sorted(each.keys())
        found.add((str(each.tag), *names))
        for link in LINKS.intersection(names):
            parts = urlsplit(str(each.get(link)))
            found.add(("to", parts.scheme, parts.netloc, str(each.get(link))[:2] == "//"))
    return found


def insist(
    room: Room,
    strings: list[str],
    act: Act,
    caplog: pytest.LogCaptureFixture,
    rounds: int = 1,
) -> list[Answer]:
    """Do something with each string; refuse what no harmless string leads to."""
    known: set[tuple[str, ...]] = set()
    with room.line() as line:
        for text in HARMLESS * rounds:
            for answer in act(line, text):
                known |= kinds(answer)
    with ThreadPoolExecutor(CALLERS) as callers:
        done = callers.map(lambda part: _done(room, part, act), strided(strings))
        pairs = [pair for part in done for pair in part]
    names = {name for _, answer in pairs for name in answer.headers}
    assert not names & {"set-cookie", "bcc", "x-injected", "x", "refresh", "link"}
    for text, answer in pairs:
        assert answer.status < 500, (text, answer.body)
        assert kinds(answer) <= known, (text, kinds(answer) - known)
        place = urlsplit(answer.headers.get("location", "/"))
        assert (place.scheme, place.netloc) in {("", ""), ("https", webroom.HOST)}, text
        assert not answer.headers.get("location", "").startswith(("//", "/\\")), text
        assert b"root:" not in answer.body
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []
    return [answer for _, answer in pairs]


def strided(strings: list[str]) -> list[list[str]]:
    return [strings[first::CALLERS] for first in range(CALLERS)]


def _done(room: Room, strings: list[str], act: Act) -> list[tuple[str, Answer]]:
    with room.line() as line:
        return [(text, answer) for text in strings for answer in act(line, text)]


def forms(path: str, names: tuple[str, ...], good: dict[str, str]) -> Act:
    """Put a string into each field by turns, the others being good; and into all of them."""
    turns = iter(range(10**9))

    def act(line: Line, text: str) -> Iterator[Answer]:
        safe = text.encode("utf-8", "replace").decode()
        name = names[next(turns) % len(names)]
        yield line.post(path, good | {name: safe})
        yield line.post(path, dict.fromkeys(names, safe))
        yield line.post(path, [(safe[:90], "1"), *good.items()])

    return act


def test_the_form_to_subscribe(
    room: Room, strings: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    good = {"address": "new@example.org", "cadence": "weekly", "choices": "1"}
    answers = insist(room, strings, forms("/subscribe", JOINING, good), caplog, ROUNDS)
    assert {answer.status for answer in answers} >= {303, 422}
    assert room.office.store.check() == []


def test_preferences_and_what_hangs_on_them(
    room: Room, number: int, strings: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    own = room.token("preferences", number)
    insist(room, strings, forms(own, CHOOSING, {"cadence": "weekly"}), caplog, ROUNDS)
    insist(room, strings[::6], forms(f"{own}/pause", ("weeks", "resume"), {}), caplog, 2)
    insist(room, strings[1::12], forms(f"{own}/data", ("stamp", "x"), {}), caplog)

    def shown(line: Line, text: str) -> Iterator[Answer]:
        yield line.ask(f"{own}?{urlencode({'done': text.encode('utf-8', 'replace')})}")

    insist(room, strings[::4], shown, caplog)
    after = room.office.registry.find(number)
    assert after
    assert after.address == WHO.address
    assert room.office.store.check() == []


def test_the_ways_in_and_out(
    room: Room, number: int, strings: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    out = room.token("unsubscribe", number)
    insist(room, strings[::4], forms(out, ("undo", "leave", "List-Unsubscribe"), {}), caplog, 3)
    confirm = room.token("confirm", number, f".{int(room.letter.at.timestamp())}")
    insist(room, strings[1::6], forms(confirm, ("stamp", "x"), {}), caplog)
    erase = f"{room.token('preferences', number)}/erase"
    insist(room, strings[:40], forms(erase, ("stamp", "sure"), {}), caplog)


def test_every_parameter_of_an_address(
    room: Room, strings: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    for path, names in QUERIES.items():
        turns = iter(range(10**9))

        def act(
            line: Line,
            text: str,
            path: str = path,
            names: tuple[str, ...] = names,
            turns: Iterator[int] = turns,
        ) -> Iterator[Answer]:
            raw = text.encode("utf-8", "replace")
            yield line.ask(f"{path}?{urlencode({names[next(turns) % len(names)]: raw})}")
            yield line.ask(f"{path}?q={quote(raw)}")

        insist(room, strings, act, caplog)


def test_every_part_of_a_path(
    room: Room, strings: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    (room.letter.folder.parent / "secret.txt").write_text("root:x")
    every = ("/", "/api/papers/")
    others = ("/assets/", "/editions/", "/papers/", "/feeds/")
    others += ("/confirm/", "/preferences/", "/unsubscribe/", "/view/", "/api/", "/assets/x/")
    turns = iter(range(10**9))

    def act(line: Line, text: str) -> Iterator[Answer]:
        raw = text.encode("utf-8", "replace")[:3_000]
        if text.startswith(("/", "\\", "%2", "//")) or len(text) < 3:
            raw += b"x"
        for start in (*every, others[next(turns) % len(others)]):
            is_bare = next(turns) % 3  # also as browsers would write it
            yield line.ask(start + quote(raw, safe="/:?#[]@!$&'()*+,;=.%" if is_bare else ""))

    answers = insist(room, strings, act, caplog)
    assert 404 in {answer.status for answer in answers}


def test_every_header_that_is_looked_at(
    room: Room, strings: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    turns = iter(range(10**9))

    def act(line: Line, text: str) -> Iterator[Answer]:
        told = " ".join(text.encode("latin-1", "replace").decode("latin-1").split())
        told = "".join(each for each in told if each.isprintable())[:900]
        yield line.ask("/", **{HEADERS[next(turns) % len(HEADERS)]: told})
        yield line.ask("/search?q=the", **{"If-None-Match": told, "User-Agent": told})
        yield line.ask("/check", **{"Host": told})
        yield line.ask("/subscribe", "POST", b"address=a", **{"Content-Type": told})

    insist(room, strings[::4], act, caplog)


def test_no_mail_holds_what_somebody_typed(room: Room, strings: list[str]) -> None:
    for turn, some in enumerate(strings[at : at + 60] for at in range(0, len(strings), 60)):
        good = {"address": f"new{turn}@example.org", "choices": "1", "cadence": "weekly"}
        more = {f"more{place}": _clean(each) for place, each in enumerate(some)}
        named = dict.fromkeys(("form", "subject", "name", "from", "to", "cc"), _clean(some[-1]))
        assert room.post("/subscribe", good | more | named).status == 303
    with ThreadPoolExecutor(CALLERS) as callers:
        told = [{"address": _clean(text)} for text in strings]
        [*callers.map(lambda fields: room.post("/subscribe", fields), told)]
    mails = room.mails()
    assert len(mails) >= turn + 1
    usual = said(mails[0])
    heads = [key.lower() for key in email.message_from_bytes(mails[0])]
    for mail in mails:
        message = email.message_from_bytes(mail, policy=email.policy.default)
        assert [key.lower() for key in message] == heads
        to = str(message["To"]).strip("<>")
        assert parse(to).address == to
        assert said(mail) == usual


def said(mail: bytes) -> list[str]:
    """What a mail says, but for its link."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    whole = [str(message["Subject"]), str(message["From"])]
    whole += [str(part.get_content()) for part in message.walk() if not part.is_multipart()]
    return [" ".join(w for w in each.split() if f"{webroom.HOST}/" not in w) for each in whole]


def _clean(text: str) -> str:
    """Return what a form may hold of it: other strings are refused before anything is read."""
    safe = text.encode("utf-8", "replace").decode()
    return "".join(each for each in safe if each.isprintable() or each == " ")[:7_000]
