"""Forms: read strictly within bounds, taken from our own pages only; hostile text does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import lxml.html
import pytest
import webroom
import xss
from hypothesis import given
from hypothesis import strategies as st
from webroom import FORM, WEB, Room

from digest.addresses import parse
from digest.subscribing.acts import Way
from digest.web.fields import Form, NotAFormError, read

MULTIPART = "multipart/form-data; boundary=xyz"
SQL = (
    "' OR '1'='1",
    "'; DROP TABLE subscribers; --",
    "1; SELECT pg_sleep(9)",
    "\" UNION SELECT value FROM meta WHERE key='key' --",
    "%' AND 1=0 --",
    "\\'; DELETE FROM consents; --",
)
TRAVERSAL = (
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "....//....//etc/passwd",
    "file:///etc/passwd",
    "//evil.example/x",
)
HEADERS = (
    "a@example.org\r\nBcc: evil@example.org",
    "a@example.org\nSet-Cookie: x=1",
    "a@example.org%0d%0aLocation:%20https://evil.example",
    "a@example.org\r\n\r\n<script>alert(1)</script>",
    "a@example.org, evil@example.org",
    '"\r\nX: y"@example.org',
    "Europe/Berlin\r\nX-Injected: 1",
)
HOSTILE = (*xss.HTML, *xss.TEMPLATES, *SQL, *TRAVERSAL, *HEADERS, "x" * 9_000, "-1", "1e9", "٣")
FIELDS = ("address", "cadence", "hour", "zone", "topics", "muted", "cap", "wants_empty", "stamp")


def part(name: str, value: str, more: str = "") -> str:
    disposition = f'Content-Disposition: form-data; name="{name}"{more}'
    return f"--xyz\r\n{disposition}\r\n\r\n{value}\r\n"


def multipart(*parts: str) -> bytes:
    return ("".join(parts) + "--xyz--\r\n").encode()


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        (FORM, b"a=1&b=2&a=3", (("a", "1"), ("b", "2"), ("a", "3"))),
        (f"{FORM}; charset=UTF-8", b"a=%C3%A9+x", (("a", "é x"),)),
        (FORM.upper(), b"a=", (("a", ""),)),
        (FORM, b"a=1%0D%0A2", (("a", "1\n2"),)),
        (FORM, b"", ()),
        ("", b"", ()),
        (MULTIPART, multipart(part("a", "1"), part("b", "é")), (("a", "1"), ("b", "é"))),
        (MULTIPART, multipart(part("a", "")), (("a", ""),)),
    ],
)
def test_both_encodings_are_read(
    kind: str, body: bytes, expected: tuple[tuple[str, str], ...]
) -> None:
    assert read(kind, body).pairs == expected


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("text/plain", b"a=1", 415),
        ("", b"a=1", 415),
        (FORM, b"a=%FF", 400),
        (FORM, "a=é".encode(), 400),
        (FORM, b"a=%00", 400),
        (FORM, b"a=%1b%5b31m", 400),
        (FORM, b"a=%E2%80%A8", 400),
        (FORM, b"a=%ED%A0%80", 400),
        (FORM, b"&".join([b"a=1"] * 201), 400),
        (FORM, b"a=" + b"x" * 8_001, 413),
        (FORM, b"x" * 101 + b"=1", 413),
        (MULTIPART, multipart(*[part("a", "1")] * 201), 413),
        (MULTIPART, multipart(part("a", "1", '; filename="x.txt"')), 400),
        (MULTIPART, multipart(part("a", "\x00")), 400),
        (MULTIPART, b"--xyz\r\nnonsense", 400),
        (MULTIPART, b"not a part at all", 400),
        ("multipart/form-data", multipart(part("a", "1")), 400),
        (MULTIPART, part("a", "1").encode(), 400),
    ],
)
def test_what_is_no_form_is_refused(kind: str, body: bytes, status: int) -> None:
    with pytest.raises(NotAFormError) as caught:
        read(kind, body)
    assert caught.value.status == status


@given(st.binary(max_size=300), st.sampled_from([FORM, MULTIPART, "multipart/form-data", "x/y"]))
def test_whatever_is_sent_is_read_or_refused(body: bytes, kind: str) -> None:
    with suppress(NotAFormError):
        assert all(isinstance(value, str) for _, value in read(kind, body).pairs)


def test_a_form_gives_its_fields() -> None:
    form = Form((("a", " 1 "), ("b", "2"), ("a", "3"), ("website", "")))
    assert (form.one("a"), form.all("a"), form.one("c", "x")) == ("1", ("1", "3"), "x")
    assert not form.is_trapped
    assert Form((("website", "http://x"),)).is_trapped


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Room]:
    told = {"asks_per_hour": 0, "asks_per_hour_in_all": 0, "forms_per_hour": 0}
    with webroom.opened(
        tmp_path, requests_per_minute=0, embedded_on=["https://blog.example"], **told
    ) as found:
        yield found


@pytest.fixture
def own(pages: Room) -> str:
    """The preferences of a reader."""
    way = Way(source="test")
    who = parse("reader@example.org")
    found = pages.office.registry.enrol(who, {}, way, pages.letter.at).subscriber
    return f"/preferences/{pages.office.signer.token('preferences', str(found.id))}"


@pytest.mark.parametrize(
    ("headers", "to_join", "to_choose"),
    [
        ({}, True, True),
        ({"Origin": WEB}, True, True),
        ({"Origin": "null", "Sec_Fetch_Site": "same-origin"}, True, True),
        ({"Origin": "https://blog.example", "Sec_Fetch_Site": "cross-site"}, True, False),
        ({"Origin": "https://papers.example.org"}, True, False),
        ({"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"}, False, False),
        ({"Origin": "https://evil.example"}, False, False),
        ({"Origin": "null"}, False, False),
    ],
)
def test_a_form_of_another_site_is_refused(
    pages: Room, own: str, headers: dict[str, str], to_join: bool, to_choose: bool
) -> None:
    if headers.get("Origin") == "https://papers.example.org":
        headers = {"Origin": pages.office.site.url}
    joined = pages.post("/subscribe", {"address": "new@example.org"}, **headers)
    assert (joined.status != 403) is to_join
    chosen = pages.post(own, {"choices": "1", "cadence": "weekly"}, **headers)
    assert (chosen.status != 403) is to_choose


def test_where_the_browser_hides_it_the_stamp_tells(pages: Room, own: str) -> None:
    def stamp(path: str) -> str:
        page = lxml.html.document_fromstring(pages.ask(path).body)
        return str(page.xpath("string(//input[@name='stamp']/@value)"))

    def status(value: str) -> int:
        return pages.post(own, {"stamp": value, "cadence": "weekly"}, Origin="null").status

    good = stamp(own)
    assert good
    assert status(good) != 403
    assert status(stamp("/")) == 403  # anybody can get that one
    assert status(good[:-1]) == 403
    assert status("") == 403
    pages.letter.at += timedelta(days=3)
    assert status(good) == 403


@pytest.mark.parametrize("field", FIELDS)
def test_hostile_text_does_nothing_in_any_field(pages: Room, own: str, field: str) -> None:
    before = pages.office.registry.find(parse("reader@example.org"))
    assert before is not None
    for path in ("/subscribe", own):
        for text in HOSTILE:
            told = {"address": "new@example.org", "cadence": "weekly", "choices": "1", field: text}
            answer = pages.post(path, told)
            assert answer.status in {200, 303, 400, 413, 422}, (path, text, answer.body)
            assert not {"set-cookie", "x-injected", "bcc", "x"} & answer.headers.keys()
            assert "evil" not in answer.headers.get("location", "")
            insist_inert(answer.body)
    after = pages.office.registry.find(parse("reader@example.org"))
    assert after is not None
    assert after.address == before.address
    assert pages.office.store.check() == []


def insist_inert(body: bytes) -> None:
    """Refuse a page in which something of a form became active."""
    if not body:
        return
    page = lxml.html.document_fromstring(body)
    assert not page.xpath("//script | //iframe | //object | //embed | //style | //base | //svg")
    assert not page.xpath("//meta[@http-equiv]")
    assert not page.xpath("//img[@onerror] | //*[@onload] | //*[@onmouseover] | //*[@style]")
    for address in page.xpath("//@href | //@action | //@src | //@formaction"):
        assert not str(address).lower().strip().startswith(("javascript:", "data:", "//"))
        assert "evil" not in str(address)
    assert b"49 digest@" not in body  # {{ 7*7 }} {{ site.mail_from }}
    assert b"root:" not in body


def test_what_programs_fill_in_and_people_do_not_see_does_nothing(pages: Room) -> None:
    trapped = pages.post("/subscribe", {"address": "bot@example.org", "website": "http://x"})
    asked = pages.post("/subscribe", {"address": "new@example.org", "website": ""})
    assert (trapped.status, trapped.headers.get("location"), trapped.body) == (
        asked.status,
        asked.headers.get("location"),
        asked.body,
    )
    assert pages.office.registry.find(parse("bot@example.org")) is None
    assert pages.office.registry.find(parse("new@example.org")) is not None
