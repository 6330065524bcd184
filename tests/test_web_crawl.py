"""Scanners follow links: GET, HEAD and OPTIONS change nothing; only a whole token works."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import deskroom
import lxml.html
import pytest
import webroom
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from webroom import WEB, Answer, Room

from digest.addresses import Address, parse
from digest.cli.mailing import deliver_due
from digest.subscribing.acts import Way
from digest.tokens import Signer

WAY = Way(source="test")
WHO, OTHER = parse("reader@example.org"), parse("other@example.org")
PURPOSES = ("confirm", "preferences", "unsubscribe", "view")
OTHER_PURPOSES = ("form", "feed", "session", "admin", "verp", "visit", "address", "")
EXAMPLES = {"token": "x", "name": "style.css", "path": "x", "paper": "2603.00001"}
_LEADS = "//@href | //@action | //@formaction | //@src"
_SIGNED = re.compile(r"/[a-z]+/[a-z2-7]{16,}")


def rows(url: str) -> dict[str, list[Any]]:
    """Every row of the store, by table."""
    engine = create_engine(make_url(url.replace("postgresql:", "postgresql+psycopg:")))
    try:
        with engine.connect() as connection:
            return {
                table: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{table}"'))))
                for table in inspect(connection).get_table_names()
            }
    finally:
        engine.dispose()


def files(url: str) -> dict[str, bytes]:
    """The bytes of a SQLite store, journal and all; its shared memory is no part of it."""
    path = Path(url.removeprefix("sqlite:///"))
    names = [path, path.with_name(f"{path.name}-wal")] if url.startswith("sqlite") else []
    return {each.name: each.read_bytes() for each in names if each.exists()}


@pytest.fixture
def pages(tmp_path: Path, store_url: str) -> Iterator[Room]:
    none = {"asks_per_hour": 0, "asks_per_hour_in_all": 0, "forms_per_hour": 0}
    told = {"serves_output": True, "metrics_for": ["127.0.0.1"], "requests_per_minute": 0, **none}
    with webroom.opened(tmp_path, store_url, **told) as found:
        place = found.office.registry
        place.enrol(WHO, {}, WAY, found.letter.at - timedelta(days=9))
        place.invite(OTHER, {}, WAY, found.letter.at)
        yield found


def number_of(pages: Room, who: Address) -> int:
    found = pages.office.registry.find(who)
    assert found
    return found.id


def links_in_mails(pages: Room) -> set[str]:
    """Let mails go out, of both kinds; return each address of ours in them, heads and all."""
    pages.letter.at -= timedelta(hours=4)
    pages.letter.run(_2026_03_11_txt=webroom.flow.page("Mar 11", range(1, 4)))
    pages.letter.at += timedelta(hours=4)
    deliver_due(pages.letter, threading.Event())
    mails = pages.mails()
    assert len(mails) == 2
    whole = b"".join(mails).replace(b"=\r\n", b"").replace(b"=3D", b"=").decode()
    return {each[1] for each in re.finditer(rf"{re.escape(WEB)}(/[^\s\"'<>]*)", whole)}


def links_of_mails(pages: Room) -> set[str]:
    """Address each page that a mail may link to, with what its token says."""
    signer = pages.office.signer
    reader, asked = number_of(pages, WHO), number_of(pages, OTHER)
    stamp = int(pages.letter.at.timestamp())
    said = {
        "unsubscribe": [f"{reader}", f"{asked}"],
        "preferences": [f"{reader}", f"{asked}"],
        "view": [f"{reader}", f"{reader}.2026-03-11"],
        "confirm": [f"{asked}", f"{asked}.{stamp}"],
    }
    return {
        f"/{page}/{signer.token(page, each)}" for page, values in said.items() for each in values
    }


def routes(pages: Room) -> set[str]:
    paths = {getattr(route, "path", "/") for route in pages.app.routes}
    return {
        re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: EXAMPLES.get(found[1], "1"), path)
        for path in paths
    }


def crawled(pages: Room, methods: tuple[str, ...], mailed: set[str]) -> set[str]:
    """Ask for all that is linked from anywhere, by each method; return what was asked for."""
    return followed(pages.ask, methods, beginnings(pages) | mailed)


def beginnings(pages: Room) -> set[str]:
    own = links_of_mails(pages)
    more = {f"{path}/{each}" for path in own for each in ("erase", "data")}
    return {"/", "/subscribe", *routes(pages), *own, *more}


def followed(
    ask: Callable[[str, str], Answer], methods: tuple[str, ...], waiting: set[str]
) -> set[str]:
    """Ask for these by each method, and for all that they link to; return what was asked for."""
    waiting, done = set(waiting), set[str]()
    while waiting - done:
        path = (waiting - done).pop()
        done.add(path)
        for method in methods:
            answer = ask(path, method)
            assert answer.status < 500, (method, path)
            if method != "GET":
                assert answer.body == b""
            elif "text/html" in answer.headers.get("content-type", "") and answer.body:
                page = lxml.html.document_fromstring(answer.body)
                found = {str(each) for each in page.xpath(_LEADS)}
                found = {each.removeprefix(WEB) for each in found}
                waiting |= {each.partition("#")[0] for each in found if each.startswith("/")}
    return done


def test_whatever_link_is_followed_the_store_stays_the_same(pages: Room, store_url: str) -> None:
    mailed = links_in_mails(pages)
    assert {path.split("/")[1] for path in mailed} >= set(PURPOSES)
    crawled(pages, ("GET",), mailed)  # what is made once, such as the summary of a page
    before, bytes_before = rows(store_url), files(store_url)
    done = crawled(pages, ("GET", "HEAD", "OPTIONS"), mailed)
    assert done >= mailed
    assert sum(bool(_SIGNED.match(path)) for path in done) >= 8
    assert len(done) >= 15
    assert rows(store_url) == before
    assert files(store_url) == bytes_before


@pytest.fixture
def desk(tmp_path: Path, store_url: str) -> Iterator[deskroom.Desk]:
    """The desk, signed in, with something to show on each of its pages."""
    with deskroom.signed_in(tmp_path, store_url) as found:
        room = found.room
        room.office.registry.enrol(WHO, {}, WAY, room.letter.at - timedelta(days=9))
        room.office.registry.invite(OTHER, {}, WAY, room.letter.at)
        assert links_in_mails(room)
        room.letter.run(_2026_03_12_txt=webroom.flow.page("Mar 12", range(4, 9)), odd_txt="no dump")
        with room.letter.store.writing_post() as post:
            now, later = room.letter.at, room.letter.at + timedelta(minutes=1)
            post.outbox.plan_for("2026-03-12", None, [number_of(room, WHO)], now)
            post.outbox.lease("test", now, later, 9)
            post.outbox.start("test", [("2026-03-12", number_of(room, WHO))], later)
        room.letter.at += timedelta(minutes=5)
        deliver_due(room.letter, threading.Event())  # what was being sent then is in doubt now
        yield found


def test_whatever_is_asked_for_at_the_desk_the_store_stays_the_same(
    desk: deskroom.Desk, store_url: str
) -> None:
    key = {"Authorization": f"Bearer {deskroom.KEY}"}
    own = {"Cookie": desk.cookie, **deskroom.HTTPS}
    begun = beginnings(desk.room) | {"/admin/?done=test", "/api/admin/editions/2026-03-12"}

    def ask(path: str, method: str) -> Answer:
        return desk.room.ask(path, method, **own, **(key if path.startswith("/api") else {}))

    before, bytes_before = rows(store_url), files(store_url)
    done = followed(ask, ("GET", "HEAD", "OPTIONS"), begun)
    shown = {path for path in done if path.startswith(("/admin", "/api/admin"))}
    told = {path for path in shown if ask(path, "GET").status == 200}
    assert {"/admin/", "/admin/dumps", "/admin/deliveries", "/admin/subscribers"} <= told
    assert {f"/admin/editions/2026-03-12{more}" for more in ("", "/mail", "/page", "/note")} <= told
    assert {path for path in told if "/note?paper=" in path}
    assert {"/api/admin/dumps", "/api/admin/editions/2026-03-12"} <= told
    assert {"/admin/deliveries/resolve", "/admin/editions/2026-03-12/preview"} <= shown - told
    assert "In doubt" in ask("/admin/deliveries", "GET").text
    assert rows(store_url) == before
    assert files(store_url) == bytes_before


@pytest.mark.parametrize("page", PURPOSES)
def test_no_token_with_a_flipped_bit_is_taken(pages: Room, page: str) -> None:
    before = pages.office.registry.tell_all(WHO), pages.office.registry.tell_all(OTHER)
    stamp = int(pages.letter.at.timestamp())
    said = {"confirm": f"{number_of(pages, OTHER)}.{stamp}", "view": f"{number_of(pages, WHO)}.x"}
    token = pages.office.signer.token(page, said.get(page, str(number_of(pages, WHO))))
    with pages.line() as line:
        known = line.ask(f"/{page}/{token}")
        assert b"There is no such page" not in known.body
        whole = token.encode()
        for at in range(len(whole) * 8):
            flipped = bytearray(whole)
            flipped[at // 8] ^= 1 << at % 8
            path = f"/{page}/" + "".join(f"%{byte:02x}" for byte in flipped)
            answer = line.ask(path)
            assert answer.status in {404, 405}, flipped
            assert answer.body != known.body
            if at % 8 < 2:
                assert line.post(path, {"cadence": "weekly", "choices": "1"}).status in {404, 405}
    after = pages.office.registry.tell_all(WHO), pages.office.registry.tell_all(OTHER)
    assert after == before


def test_no_token_is_worth_anything_for_another_purpose(pages: Room) -> None:
    signer, reader = pages.office.signer, str(number_of(pages, WHO))
    before = pages.office.registry.tell_all(WHO)
    for made_for in (*PURPOSES, *OTHER_PURPOSES):
        token = signer.token(made_for, reader)
        for page in PURPOSES:
            if page != made_for:
                assert pages.ask(f"/{page}/{token}").status == 404, (made_for, page)
                assert pages.post(f"/{page}/{token}", {"choices": "1"}).status in {404, 405}
                own = {"choices": "1", "stamp": token}
                path = f"/{page}/{signer.token(page, reader)}"
                if page != "unsubscribe":  # one click comes without a stamp
                    assert pages.post(path, own, Origin="null").status in {403, 405}
    assert pages.office.registry.tell_all(WHO) == before


def test_no_token_of_another_newsletter_is_taken(pages: Room) -> None:
    before = pages.office.registry.tell_all(WHO)
    reader = str(number_of(pages, WHO))
    for key in (b"", bytes(32), b"another newsletter's own key ...", pages.office.store.key[:-1]):
        for page in PURPOSES:
            path = f"/{page}/{Signer(key).token(page, reader)}"
            assert pages.ask(path).status == 404
            assert pages.post(path, {"choices": "1"}).status in {404, 405}
    assert pages.office.registry.tell_all(WHO) == before


@pytest.mark.parametrize("more", ["a", "=", "%20", "%00", "/", "%0a", "%2f", ".", "%c4%b1", "-"])
def test_nothing_may_be_added_to_a_token(pages: Room, more: str) -> None:
    token = pages.office.signer.token("preferences", str(number_of(pages, WHO)))
    for path in (f"/preferences/{token}{more}", f"/preferences/{more}{token}"):
        assert pages.ask(path).status in {404, 405}
    assert pages.ask(f"/preferences/{token.upper()}").status == 404
    assert pages.ask(f"/preferences/{token[:-1]}").status == 404
