"""Messages: read back exactly, safe in every header, the same bytes for the same letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import EmailMessage
from typing import Any

import mail_rules
import pytest
import xss
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import DigestError
from digest.mail.message import Letter, build_message, recipient

LETTER = Letter(
    name="2026-03-11",
    subject="Lanterns, and 4 more",
    text="Hello\n\nthere\n",
    html="<p>Hello</p>\n",
    sent=datetime(2026, 3, 11, 7, 30, tzinfo=UTC),
    from_name="Trending papers",
    from_address="digest@papers.example.org",
    to_name="Trending papers",
    to_address="digest@papers.example.org",
    list_name="Trending papers",
    list_id="digest.papers.example.org",
)
HEADERS = [
    *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "Content-Language"),
    *("MIME-Version", "Content-Type"),
]


WEB = st.text("abc/?&=%~-._é <>\r\n", max_size=700).map("https://example.org/{}".format)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.text('ab =?_.,()"\\<>@:;\t', max_size=300),
    st.lists(st.text(min_size=1, max_size=80), max_size=20).map(" ".join),
    st.sampled_from(xss.STRINGS),
)


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def bodies(message: EmailMessage) -> list[str]:
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    return [unix(part.get_content()) for part in parts if isinstance(part, EmailMessage)]


def check_lines(data: bytes) -> None:
    assert data.isascii()
    assert b"\0" not in data
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    head = data.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert all(len(line) <= 76 for line in head if b"=?utf-8?" in line)


def test_a_plain_letter_reads_as_expected() -> None:
    message = parsed(build_message(LETTER))
    assert message.keys() == HEADERS
    assert message["From"] == message["To"] == "Trending papers <digest@papers.example.org>"
    assert message["Subject"] == "Lanterns, and 4 more"
    assert message["Date"].datetime == LETTER.sent
    assert message["List-Id"] == '"Trending papers" <digest.papers.example.org>'
    assert message["Message-ID"].startswith("<2026-03-11.")
    assert message["Message-ID"].endswith("@digest.papers.example.org>")
    assert message.get_content_type() == "multipart/alternative"
    assert bodies(message) == [LETTER.text, LETTER.html]


@pytest.mark.parametrize("hostile", xss.STRINGS)
def test_no_text_adds_a_header_or_a_part_and_all_is_read_back(hostile: str) -> None:
    changes: dict[str, Any] = dict.fromkeys(("from_name", "to_name", "list_name"), hostile[:80])
    given = replace(LETTER, subject=hostile[:120], text=f"{hostile}\n", html=hostile, **changes)
    data = build_message(given)
    check_lines(data)
    message = parsed(data)
    assert message.keys() == HEADERS
    assert message["Subject"] == one_line(hostile[:120])
    assert message["From"].addresses[0].addr_spec == LETTER.from_address
    assert decoded(message["To"].addresses[0].display_name) == decoded(one_line(hostile[:80]))
    assert len(message["To"].addresses) == 1
    assert bodies(message) == [f"{unix(hostile)}\n", unix(hostile)]


def decoded(name: str) -> str:
    """Forget spaces: `email` of 3.11 reads one between the encoded words of a long name."""
    return name.replace(" ", "")


def one_line(text: str) -> str:
    controls = dict.fromkeys([*range(32), *range(127, 160), 8232, 8233, 55296, 57343], " ")
    return " ".join(text.translate(controls).split())


def unix(text: str) -> str:
    """What a body keeps: line ends as line feeds, and half a character as a question mark."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return lines.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("field", ["from_address", "to_address", "list_id", "name", "language"])
@pytest.mark.parametrize("hostile", [*xss.HEADERS, *xss.CHARACTERS, "", "<>", "a>b<c"])
def test_no_setting_adds_a_header(field: str, hostile: str) -> None:
    data = build_message(replace(LETTER, **{field: hostile}))
    if field == "to_address":  # the one thing that is not ASCII where a reader's address is not
        data = data.decode().encode("ascii", "replace")
    check_lines(data)
    message = message_from_bytes(data, policy=policy.default)
    assert message.keys() == HEADERS
    assert message["Message-ID"].count("@") == 1


@pytest.mark.parametrize(
    "text",
    [
        "trailing space \ntab\t\nend",
        "=3D =\n==\n",
        ".\n..\n.leading",
        "From here\n>From there\n",
        "a" * 5000,
        "\n\n\n",
        "",
        "é" * 300 + "\n漢字 \U0001f600",
        "a\x0bb\x0cc\x85d\u2028e",
        "--=_boundary--\n",
    ],
)
def test_bodies_are_read_back_exactly(text: str) -> None:
    data = build_message(replace(LETTER, text=text, html=text))
    check_lines(data)
    assert bodies(parsed(data)) == [text, text]


def test_every_kind_of_line_end_is_read_back_as_one() -> None:
    data = build_message(replace(LETTER, text="a\rb\r\nc\n"))
    assert b"a\r\nb\r\nc\r\n" in data


@pytest.mark.parametrize(
    "subject",
    [
        "x" * 70,
        "é" * 70,
        "漢" * 70,
        "\U0001f600" * 70,
        "two words with an é in them, and a long tail of plain words after it",
        "=?utf-8?q?already?= encoded",
        "",
    ],
)
def test_subjects_are_read_back_exactly(subject: str) -> None:
    data = build_message(replace(LETTER, subject=subject))
    check_lines(data)
    assert parsed(data)["Subject"] == subject


def test_a_long_plain_subject_is_folded_before_a_word_and_stays_readable() -> None:
    subject = "Lanterns: small language models that say when they don't know, and 4 more"
    data = build_message(replace(LETTER, subject=subject))
    assert b"\r\nSubject: Lanterns: small language models that say when they" in data
    assert max(map(len, data.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78
    assert parsed(data)["Subject"] == subject


@pytest.mark.parametrize(
    "name",
    ["Ada", "Ada, B.", 'A "q" \\ B', "Äda Ö.", "=?x?q?y?=", "n" * 90, "ñ" * 15, "a@b (c)", ""],
)
def test_names_are_read_back_exactly(name: str) -> None:
    data = build_message(replace(LETTER, from_name=name, list_name=name))
    check_lines(data)
    (address,) = parsed(data)["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, LETTER.from_address)


def test_a_long_name_is_parted_as_rfc_2047_says() -> None:
    head = build_message(replace(LETTER, from_name="ñ á" * 40)).partition(b"\r\nTo:")[0]
    (text, charset), (address, _) = decode_header(head.decode().removeprefix("From: "))
    assert (text.decode(charset), address) == ("ñ á" * 40, b"<digest@papers.example.org>")


def test_an_address_of_the_web_is_neither_folded_nor_encoded() -> None:
    web = "https://papers.example.org/unsubscribe/" + "a1" * 420
    for url in (web, f"mailto:leave@example.org?subject={'a%20' * 40}&body=out,now;"):
        data = build_message(replace(LETTER, addresses=(("List-Unsubscribe", (url,)),)))
        assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in data
        check_lines(data)


def test_an_address_of_the_web_cannot_end_its_header() -> None:
    url = "https://papers.example.org/>\r\nBcc: <victim@example.org"
    data = build_message(replace(LETTER, addresses=(("List-Unsubscribe", (url,)),)))
    assert b"\r\nBcc" not in data
    assert "Bcc" not in parsed(data)


def test_the_same_letter_gives_the_same_bytes_and_another_gives_another_id() -> None:
    first = build_message(LETTER)
    assert build_message(replace(LETTER)) == first
    changed = [
        replace(LETTER, text="Other\n"),
        replace(LETTER, html="<p>Other</p>"),
        replace(LETTER, subject="Other"),
        replace(LETTER, name="2026-03-12"),
        replace(LETTER, list_id="other.example.org"),
        replace(LETTER, sent=LETTER.sent + timedelta(minutes=1)),
    ]
    ids = {parsed(build_message(letter))["Message-ID"] for letter in [LETTER, *changed]}
    assert len(ids) == 7


def test_the_date_keeps_its_zone() -> None:
    zone = timezone(timedelta(hours=2))
    letter = replace(LETTER, sent=datetime(2026, 7, 1, 9, 0, tzinfo=zone))
    assert b"\r\nDate: Wed, 01 Jul 2026 09:00:00 +0200\r\n" in build_message(letter)


@settings(deadline=None, max_examples=2000)
@given(TEXTS, TEXTS, TEXTS, st.lists(WEB, max_size=3), st.text("abc \r\n\x00é", max_size=30))
def test_raw_bytes_keep_the_rules(
    subject: str, name: str, body: str, urls: list[str], mark: str
) -> None:
    letter = replace(
        LETTER,
        subject=subject,
        from_name=name,
        list_name=name,
        text=body,
        html=f"{body}\n{subject}",
        addresses=(("List-Unsubscribe", tuple(urls)),) * bool(urls),
        marks=(("Feedback-ID", f"a:{mark}"),),
    )
    content = build_message(letter)
    assert mail_rules.broken(content) == []
    assert parsed(content)["Subject"] == one_line(subject)


def test_of_many_addresses_as_many_stand_there_as_a_line_holds() -> None:
    first, second, third = (f"https://example.org/{'a' * size}" for size in (300, 800, 300))
    letter = replace(LETTER, addresses=(("List-Unsubscribe", (first, second, third)),))
    found = mail_rules.fields(build_message(letter))["list-unsubscribe"]
    assert found == f"<{first}>, <{third}>".encode()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("ada@EXAMPLE.org", "ada@EXAMPLE.org"),
        ("jürgen@bücher.example", "jürgen@xn--bcher-kva.example"),
        ("ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"),
    ],
)
def test_domains_are_written_in_ascii_and_names_of_mailboxes_as_they_are(
    address: str, expected: str
) -> None:
    assert recipient(address) == expected
    content = build_message(replace(LETTER, to_name="", to_address=address))
    assert f"\r\nTo: <{expected}>\r\n".encode() in content
    assert mail_rules.broken(content, is_utf8=not expected.isascii()) == []


def test_an_address_that_cannot_be_written_is_an_error_that_does_not_tell_it() -> None:
    with pytest.raises(DigestError) as caught:
        recipient("ada@a\u0488b.example")
    assert "ada" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: Lant", b"Subject: L\nant"),
        (b"Subject: Lant", b"Subject: Lant\r\n \r\n x"),
        (b"Subject: ", b"Subject: " + b"word " * 20),
        (b"Subject: ", b"Subject: =?utf-8?b?%s?=" % (b"YWFh" * 20)),
        (b"Subject: ", b"Subject: =?utf-8?b?w6==?= "),
        (b"Subject: ", b"Subject: a=?utf-8?b?YWFh?= "),
        (b"Subject: ", b"Subject: =?utf-8"),
        (b"Subject: ", b"Subject: \xc3\xa9"),
        (b"Subject: ", b"To: x@example.org\r\nSubject: "),
        (b"Date: Wed", b"Date: Mittwoch"),
        (b"Message-ID: <", b"Message-ID: "),
        (b"Message-ID: ", b"Archived-At: <https://example.org/>\r\n <x>\r\nMessage-ID: "),
        (b"Message-ID: ", b"Archived-At: =?utf-8?q?x?=\r\nMessage-ID: "),
        (b"Hello\r\n", b"Hello \r\n"),
        (b"Hello\r\n", b"Hello=3\r\n"),
        (b"Hello\r\n", b"H" * 77),
        (b"Hello\r\n", b"H" * 1000),
        (b"--\r\n", b"--\r\nx"),
        (b"--\r\n", b"--"),
        (b"text/html", b"text/htm"),
    ],
)
def test_the_checker_sees_what_is_wrong(old: bytes, new: bytes) -> None:
    content = build_message(LETTER)
    assert mail_rules.broken(content) == []
    at = content.rindex(old)
    assert mail_rules.broken(content[:at] + new + content[at + len(old) :])
