"""Tables of subscribers read: encodings, separators, quotes, headers, states, what is refused."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.addresses import parse
from digest.errors import UsageError
from digest.models import Cadence, SubscriberState
from digest.subscribing.lists import LIST, RECORD, Listed, Proof, listed, opted_out, proofs
from digest.subscribing.mailboxes import Keys, is_mailbox, mailbox
from digest.subscribing.rows import Complaint, Row, Table

NOW = datetime(2026, 3, 12, 7, tzinfo=UTC)
A, B = "a@example.org", "b@example.org"


def table(text: str | bytes, encoding: str = "utf-8") -> Table:
    data = text if isinstance(text, bytes) else text.encode(encoding)
    return Table(io.BytesIO(data), LIST)


def cells(text: str | bytes, encoding: str = "utf-8") -> list[dict[str, str]]:
    """Return the cells of a table that nothing is wrong with."""
    rows = list(table(text, encoding).rows())
    assert not [row for row in rows if isinstance(row, Complaint)], rows
    return [dict(row.cells) for row in rows if isinstance(row, Row)]


def wrong(text: str | bytes) -> list[tuple[int, str]]:
    """Return what is complained of: line and words."""
    found = listed(table(text), ("vision", "robots"), NOW)
    return [(row.line, row.why) for row in found if isinstance(row, Complaint)]


def one(header: str, row: str) -> Listed:
    """Return what a row means."""
    (found,) = listed(table(f"{header}\n{row}\n"), ("vision", "robots"), NOW)
    assert isinstance(found, Listed), found
    return found


# --- tables ---

TEXT = 'email;name;source\nä@bücher.example.org;"Ünal; Zoë";Zettel „März“\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_ends(encoding: str, separator: str, end: str) -> None:
    text = TEXT.replace('"Ünal; Zoë"', '"Ünal? Zoë"').replace(";", separator).replace("?", ";")
    expected = [{"address": "ä@bücher.example.org", "source": "Zettel „März“"}]
    assert cells(text.replace("\n", end), encoding) == expected


def test_utf16_of_the_other_order_and_without_its_mark() -> None:
    assert cells(b"\xfe\xff" + TEXT.encode("utf-16-be"))[0]["address"] == "ä@bücher.example.org"
    with pytest.raises(UsageError, match="UTF-16 without its mark"):
        table(TEXT.encode("utf-16-le"))


def test_of_mixed_encodings_only_what_is_sure_is_taken() -> None:
    """Read as Windows-1252, the first row would become another's address."""
    mixed = b"email,name\na@b\xc3\xbccher.example.org,x\nb@b\xfccher.example.org,\xfc\nc@x.org,\xfc"
    assert wrong(mixed) == [
        (3, "the cell of 'address' holds what is no text in the table's encoding")
    ]
    found = [row.who.address for row in listed(table(mixed), (), NOW) if isinstance(row, Listed)]
    assert found == ["a@bücher.example.org", "c@x.org"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"email\n{A}\n", [{"address": A}]),
        (f"email\n{A}", [{"address": A}]),
        (f"\n\n \nemail\n\n{A}\n\n", [{"address": A}]),
        (f"sep=;\nemail;cap\n{A};3\n", [{"address": A, "cap": "3"}]),
        (f"{A}\n{B}\n", [{"address": A}, {"address": B}]),
        (f'"{A}"\n"{B}"\n', [{"address": A}, {"address": B}]),
        (f"Reader, R. <{A}>\n{B}\n", [{"address": f"Reader, R. <{A}>"}, {"address": B}]),
        (f'"email"," cap "\n "{A}", "3"\n', [{"address": A, "cap": "3"}]),
        (f'email,x,cap\n{A},"""a"" ""b",3\n', [{"address": A, "cap": "3"}]),
        (f'email,x,cap\n{A},5" disk,3\n', [{"address": A, "cap": "3"}]),
        (f'email,x,cap\n{A},"a\r\n\nb, c",3\n{B}', [{"address": A, "cap": "3"}, {"address": B}]),
        (f"email,cap,x\n{A},3,,,,\n,,\n{B}\n", [{"address": A, "cap": "3"}, {"address": B}]),
        ("email,source\n'=x@example.org,'=1\n", [{"address": "=x@example.org", "source": "=1"}]),
        ("name,emails,E-Mail\nx,y,z\n", [{"address": "z"}]),
        (f"Address,Email_Address\nSome Street 1,{A}\n", [{"address": A}]),
    ],
)
def test_tables_as_people_have_them(text: str, expected: list[dict[str, str]]) -> None:
    assert cells(text) == expected


def test_what_is_not_known_is_named_and_passed_over() -> None:
    found = table(f"First Name,E-MAIL,,Tags\nx,{A},y,z\n")
    assert found.ignored == ("First Name", "Tags")
    odd = table(f"email,\u202ea\u2028b,{'x' * 99}\n{A},y,z\n")
    assert odd.ignored == ("?a?b", "x" * 60)
    assert "address" in found
    assert "cap" not in found
    assert list(found.rows()) == list(found.rows()), "it can be read again"


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (f'{A},"open,x', "a quote is opened here and closed nowhere"),
        (f'"{A},x\n{B},"y', "its quotes are not closed, or stand within"),
        (f'{A},"x" y', "its quotes are not closed, or stand within"),
        (f"{A},x,y,z", "4 cells for 2 columns"),
        (f"{A}\0,x", "there are control characters in it"),
        (f"{A},\x9b31m", "there are control characters in it"),
        (f"{A},\x1b[31m", "there are control characters in it"),
        (f"{A},{'x' * 70_000}", "a line of more than 65536 characters"),
        (f"{A},{'x' * 300_000}", "a line of more than 65536 characters"),
        ("reader,x", "this is no e-mail address"),
        (",x", "this is no e-mail address"),
        ("a@example.org b@example.org,x", "this is no e-mail address"),
        (f"{A} <{B}>,x", "this is no e-mail address"),
    ],
)
def test_what_is_wrong_with_a_row_costs_this_row_alone(bad: str, why: str) -> None:
    """Its line is told, and no address."""
    text = f"email,name\nbefore@example.org,x\n{bad}\nafter@example.org,x\n"
    found = list(listed(table(text), (), NOW))
    good = [row.who.address for row in found if isinstance(row, Listed)]
    assert good[0] == "before@example.org"
    assert good[-1] == "after@example.org"
    ((line, said), *more) = wrong(text)
    assert line == 3
    assert said.startswith(why)
    assert len(more) <= bad.count("\n")
    assert A not in said
    assert B not in said


def test_a_quote_open_for_too_long_costs_one_row() -> None:
    rows = "".join(f"r{n}@example.org,x\n" for n in range(500))
    text = f'email,x\n{A},"open\n{rows}b@example.org,closed"\n'
    assert wrong(text) == [(2, "a quote is opened here and closed nowhere")]
    assert len(list(table(text).rows())) == 502


def workbook() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "there is nothing in it"),
        (b"\xef\xbb\xbf\n\n", "there is nothing in it"),
        (workbook(), "it is a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"%PDF-1.7\n", "PDF"),
        (b"a\0b\0", "it is no text"),
        (b"name,telephone\nx,y\n", "no column of addresses"),
        (b"a@example.org,name\n", "no column of addresses"),
        (b"email,e-mail,Email\nx,y,z\n", "two columns are called 'email'"),
        (b"[\n", "no column of addresses"),
        (b"x" * 70_000, "a line of more than"),
    ],
)
def test_what_is_no_table_is_said_plainly(data: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said) as told:
        table(data)
    assert told.value.hint


@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r\t")),
            min_size=3,
            max_size=3,
        ),
        max_size=5,
    ),
    separator=st.sampled_from(",;\t"),
)
def test_what_is_written_as_csv_is_read_back(rows: list[list[str]], separator: str) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([["address", "source", "other"], *([f"x{row[0]}", *row[1:]] for row in rows)])
    told = [{"address": f"x{row[0]}".strip(), "source": row[1].strip()} for row in rows]
    found = [row for row in table(stream.getvalue()).rows() if isinstance(row, Row)]
    lost = "\ufffd" in stream.getvalue()
    quoted = any(row[1].startswith("'") for row in rows)
    if not lost and not quoted:
        assert [row.cells.get("address") for row in found] == [row["address"] for row in told]
        assert [row.cells.get("source", "") for row in found] == [row["source"] for row in told]


@given(st.binary(max_size=300))
def test_no_bytes_are_too_much(data: bytes) -> None:
    try:
        found = table(b"email,cap\n" + data)
    except UsageError:
        return
    for row in listed(found, (), NOW):
        assert isinstance(row, Listed | Complaint)


# --- mailboxes ---


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        (f"  {A} ", A),
        (f"Reader <{A}>", A),
        (f'"Reader, R. <x>" <{A}>', A),
        (f"<{A}>", A),
        ("A.B+c@EXAMPLE.org", "A.B+c@example.org"),
        ("a@xn--bcher-kva.example.org", "a@bücher.example.org"),
    ],
)
def test_a_cell_may_hold_a_name_too(cell: str, address: str) -> None:
    assert mailbox(cell) == parse(address)
    assert mailbox(cell).address == address
    assert is_mailbox(cell)


local = st.sampled_from(["a" * 63, "a" * 64, "a" * 65, "a.b"]) | st.text(
    "aA0.+-_'!\"@ ()äé\u0301Ω用", min_size=0, max_size=70
)
domain = st.sampled_from(
    [
        *("example.org", "EXAMPLE.org", "bücher.example.org", "xn--bcher-kva.example.org"),
        *("example", "-x.org", "x-.org", "x..org", "[192.0.2.1]", "localhost", ".org", "org."),
        *("a" * 63 + ".org", "a" * 64 + ".org", "xn--zzzz.org", "example.org.", "1.2.3.4", "e.o_g"),
        *(".".join(["a" * 60] * 3) + ".org", ".".join(["a" * 60] * 4) + ".org", "test", "x.test"),
        *("\u0338x.org", "bu\u0308cher.example.org", "例" * 40 + ".org", "ü" * 30 + "." + "ü" * 55),
        *(
            ".".join(["ü" * 50] * 3) + ".org",
            ".".join(["a" * 46] * 4) + ".org",
            "e。org",
            "ｅ．org",
        ),
    ]
)


@given(local=local, domain=domain)
def test_the_quick_way_says_what_parse_says(local: str, domain: str) -> None:
    text = f"{local}@{domain}"
    try:
        expected: Any = parse(text)
    except UsageError as error:
        expected = str(error)
    try:
        found: Any = mailbox(text)
    except UsageError as error:
        found = str(error)
    assert found == expected


@given(st.lists(st.integers(0, 5000), max_size=3000))
def test_keys_are_a_set(numbers: list[int]) -> None:
    keys, expected = Keys(), set[int]()
    for number in numbers:
        assert (f"k{number}" in keys) is (number in expected)
        assert keys.add(f"k{number}") is (number not in expected)
        expected.add(number)
    assert len(keys) == len(expected)
    assert all(f"k{number}" in keys for number in expected)


# --- lists ---


@pytest.mark.parametrize(
    ("header", "row", "wishes"),
    [
        ("email", A, {}),
        ("email,cadence,hour", f"{A},,", {}),
        ("email,Cadence", f"{A},WEEKLY", {"cadence": Cadence.WEEK}),
        ("email,frequency", f"{A},month", {"cadence": Cadence.MONTH}),
        ("email,hour", f"{A},07:00", {"hour": 7}),
        ("email,hour", f"{A},23", {"hour": 23}),
        ("email,hour", f"{A},07:00:00", {"hour": 7}),
        ("email,tz", f"{A},Europe/Berlin", {"zone": "Europe/Berlin"}),
        ("email,Time Zone", f"{A},UTC", {"zone": "UTC"}),
        ("email,topics", f'{A},"vision, robots"', {"topics": ("vision", "robots")}),
        ("email,topics", f"{A},vision|robots;vision", {"topics": ("vision", "robots")}),
        ("email,muted words", f"{A},survey; deep  fakes", {"muted": ("survey", "deep fakes")}),
        ("email,cap,empty", f"{A},20,Yes", {"cap": 20, "wants_empty": True}),
        ("email,cap,empty", f"{A},0,0", {"cap": None, "wants_empty": False}),
    ],
)
def test_what_somebody_wishes(header: str, row: str, wishes: dict[str, Any]) -> None:
    assert dict(one(header, row).wishes) == wishes


@pytest.mark.parametrize(
    ("header", "cell", "why"),
    [
        ("cadence", "hourly", "there is no cadence 'hourly'"),
        ("hour", "24", "there is no hour 24"),
        ("hour", "7:30", "there is no hour '7:30'"),
        ("hour", "٧", "there is no hour '٧'"),
        ("zone", "Mars/Olympus", "there is no time zone"),
        ("zone", "../etc/passwd", "there is no time zone"),
        ("topics", "visoin", "there is no topic 'visoin' (did you mean vision?)"),
        ("muted", "x" * 101, "cannot be muted"),
        ("cap", "-1", "'-1' is no number of papers"),
        ("empty", "perhaps", "'perhaps' is neither yes nor no"),
        ("state", "CA", "there is no state 'CA'"),
        ("consented_at", "3/4/2025", "'3/4/2025' is no date"),
        ("consented_at", "2026-03-13", "in the future"),
        ("consented_at", "0001-01-01T00:00+14:00", "is no date"),
        ("source", "x" * 1001, "its source cannot be kept"),
    ],
)
def test_what_cannot_be_wished_is_told(header: str, cell: str, why: str) -> None:
    ((line, said),) = wrong(f"email,{header}\n{A},{cell}\n{B},\n")
    assert line == 2
    assert why in said


@pytest.mark.parametrize(
    ("header", "cell", "out"),
    [
        *(("status", word, None) for word in ("", "Active", "subscribed", "PENDING", "enabled")),
        ("state", "unsubscribed", SubscriberState.UNSUBSCRIBED),
        ("Status", "Opted-Out", SubscriberState.UNSUBSCRIBED),
        ("Status", "cleaned", SubscriberState.BOUNCED),
        ("state", "bounced", SubscriberState.BOUNCED),
        ("state", "complained", SubscriberState.COMPLAINED),
        ("status", "blocklisted", SubscriberState.COMPLAINED),
        ("type", "unsubscribed", SubscriberState.UNSUBSCRIBED),
        ("type", "regular", None),
        ("UNSUB_TIME", "2025-01-01 10:00:00", SubscriberState.UNSUBSCRIBED),
        ("UNSUB_TIME", "", None),
        ("CLEAN_TIME", "2025-01-01 10:00:00", SubscriberState.BOUNCED),
    ],
)
def test_who_opted_out_elsewhere(header: str, cell: str, out: SubscriberState | None) -> None:
    found = one(f"email,{header},cadence", f"{A},{cell},")
    assert found.out is out
    text = f"email,{header}\n{A},{cell}\nbad@,{cell}\n"
    assert [who.address for who in opted_out(table(text))] == ([A] if out else [])


def test_wishes_of_who_opted_out_are_not_asked_for() -> None:
    found = one("email,status,topics,hour", f"{A},unsubscribed,no such,99")
    assert found.out is SubscriberState.UNSUBSCRIBED


# --- records of consent ---


def proven(text: str) -> list[Proof | Complaint]:
    return list(proofs(Table(io.BytesIO(text.encode()), RECORD), NOW))


def test_a_record_of_consent() -> None:
    found = proven(
        "address,at,source,proof\n"
        f'{A},2025-01-02T10:00:00+02:00,web form,"POST /form\n192.0.2.1"\n'
        f"{B},2026-03-12,paper,\n"
    )
    first, second = found
    assert isinstance(first, Proof)
    assert isinstance(second, Proof)
    assert (first.at, first.source) == (datetime(2025, 1, 2, 8, tzinfo=UTC), "web form")
    assert first.proof == "POST /form\n192.0.2.1"
    assert (second.at, second.line, second.proof) == (datetime(2026, 3, 12, tzinfo=UTC), 4, "")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (f"{A},,form", "it does not say when"),
        (f"{A},2026-03-13,form", "in the future"),
        (f"{A},soon,form", "'soon' is no date"),
        (f"{A},2025-01-01,", "by which way they consented"),
        ("nobody,2025-01-01,form", "no e-mail address"),
    ],
)
def test_a_line_that_proves_nothing_is_told(row: str, why: str) -> None:
    bad, good = proven(f"email,at,source\n{row}\n{B},2025-01-01,form\n")
    assert isinstance(bad, Complaint)
    assert isinstance(good, Proof)
    assert bad.line == 2
    assert why in bad.why


def test_an_export_is_a_record_of_who_is_active() -> None:
    found = proven(
        "address,state,consented_at,source\n"
        f"{A},active,2025-01-01,form\n{B},pending,,form\nc@example.org,unsubscribed,2025-01-01,x\n"
    )
    assert [line.who.address for line in found if isinstance(line, Proof)] == [A]
    assert len(found) == 1
