"""Any bytes: recognised by content, in any encoding and pieces, within the limits, or refused."""

import gzip
import io
import json
import re
import textwrap
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.dumps import FORMATS, Format, Limits, Listing, read
from digest.errors import Damaged, DumpError, NotADump, TooBig
from digest.models import ListedPaper

_ABSTRACT = (
    "Fog is hard to learn, and existing methods guess it from pictures alone. We propose a slow "
    "observer — “Brumeworks” — that keeps every guess it made and weighs it against the naïve "
    "network. On three datasets our model needs 40.5% fewer pictures, and the results show that "
    "its errors are small where it matters. Code: https://example.org/fog."
)
PAGE = (
    "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\n"
    "byAK and the research community\n\nMay 8\n\n"
    f"Fog: a Model of Mist\n\n{_ABSTRACT}\n\n  • 5 authors\n·\n2031-05-07\n\n"
    f"Café Lanterns\n\n{_ABSTRACT} Again.\n\n  • 1 authors\n·\n2031-05-06\n"
)
API = json.dumps(
    [{"paper": {"id": f"3105.0000{n}", "title": f"Fog {n} é", "summary": "a\n b"}} for n in (1, 2)]
)
TITLES = ["Fog: a Model of Mist", "Café Lanterns"]


def listing(raw: bytes, limits: Limits | None = None, **more: object) -> Listing:
    return read(io.BytesIO(raw), limits or Limits(), **more)


def papers(raw: bytes, **more: object) -> list[ListedPaper]:
    return list(listing(raw, **more).papers)


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-32"]


@pytest.mark.parametrize("text", [PAGE, API], ids=["page", "api"])
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_line_ends_and_gzip_change_nothing(text, encoding, packed, end):
    raw = text.replace("\n", end).encode(encoding)
    assert papers(gzip.compress(raw) if packed else raw) == papers(text.encode())


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_reads_in_both_byte_orders(mark):
    encoding = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    assert papers(mark + PAGE.encode(encoding)) == papers(PAGE.encode())


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.parametrize("text", [PAGE, API.replace("\\u00e9", "é")], ids=["page", "api"])
def test_latin_1_is_read_where_utf_8_fails_and_the_notes_tell(text, encoding):
    text = (
        text.replace("—", "-")
        .replace("•", "*")
        .replace("“", '"' if text is PAGE else "")
        .replace("”", "")
    )
    text = text if text.startswith("[") else text.replace('"', "")
    found = listing(text.encode(encoding))
    assert list(found.papers) == papers(text.encode())
    assert "Latin-1" in found.notes[0]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_pieces_of_any_size_give_the_same(encoding, end):
    raw = PAGE.replace("\n", end).encode(encoding)
    expected = papers(PAGE.encode())
    for size in (1, 2, 3, 5, 7, 16, 61, 200, 1000, len(raw)):
        for content in (raw, gzip.compress(raw)):
            assert (
                papers(content, chunk_bytes=size, head_bytes=40, formats=ONLY_TEXT) == expected
            ), size


def _always(source: object) -> bool:
    return True


ONLY_TEXT = [
    Format(name=known.name, matches=_always, read=known.read)
    for known in FORMATS
    if known.name == "page-text"
]


def test_a_cut_between_any_two_bytes_changes_nothing():
    text = "\n".join(textwrap.fill(line, 60) for line in PAGE.split("\n"))
    raw = text.replace("\n", "\r\n").encode()
    expected = papers(PAGE.encode())
    for cut in range(1, len(raw)):

        class Cut(io.BytesIO):
            sizes = iter((cut,))

            def read(self, size=-1):
                return super().read(next(self.sizes, size))

        found = read(Cut(raw), Limits(), head_bytes=1, formats=ONLY_TEXT)
        assert list(found.papers) == expected, cut


def test_unsafe_characters_are_gone():
    text = PAGE.replace("Fog: a", "F\x00o\u200bg:\u202e a").replace("Café", "Ca\ufefffé\x07")
    assert [paper.title for paper in papers(text.encode())] == TITLES
    raw = PAGE.encode().replace(b"Fog: a", b"Fog:\xed\xa0\x80 a")
    assert [paper.title for paper in papers(raw)] == TITLES


@pytest.mark.parametrize(
    "raw", [b"", b" \n\t\r\n", b"\xef\xbb\xbf\n", gzip.compress(b"", mtime=0), b"\xff\xfe"]
)
def test_an_empty_file_is_told_as_one(raw):
    with pytest.raises(NotADump, match="the file is empty"):
        listing(raw)


@pytest.mark.parametrize(
    ("raw", "look"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
        (b"%PDF-1.7\nnew\n", "PDF"),
        (b"PK\x03\x04\x14\x00", "zip"),
        (b"SQLite format 3\x00", "SQLite"),
        (gzip.compress(gzip.compress(PAGE.encode(), mtime=0), mtime=0), "gzip file inside"),
        (PAGE.encode("utf-16-le"), "UTF-16 without"),
        (bytes(range(32)) * 40, "binary"),
        (b"\x00" * 5000, "binary"),
        (b'<?xml version="1.0"?><feed/>', "XML"),
        (b"@article{fog,\n title={Fog}}\n", "BibTeX"),
        (b"TY  - JOUR\nTI  - Fog\nER  - \n", "RIS"),
        (b"title,abstract,id\nFog,Mist,1\n", "CSV"),
        (b"From: a@example.org\nTo: b@example.org\nSubject: Daily Papers\n\nHello\n", "mail"),
        (b"import os\n\nprint(os.name)\n", "source code"),
        (b"2031-05-07 12:00:01 started\n2031-05-07 12:00:02 ended\n", "log"),
        (b"\\documentclass{article}\n", "LaTeX"),
    ],
)
def test_other_content_is_refused_by_what_it_looks_like(raw, look):
    with pytest.raises(NotADump, match=look) as caught:
        listing(raw)
    assert caught.value.hint


PROSE = (
    "The garden committee met on Tuesday to talk about the fog, the lanterns and the price of "
    "both. It was agreed that the lanterns should be lit before the fog comes and not after, "
    "and that nobody is to be blamed for last year. Mrs Sedge brought a cake. "
)


@pytest.mark.parametrize(
    "text",
    [
        "Hello everyone,\n\n" + PROSE * 3 + "\n\nBest wishes,\n\nAda\n",
        "# Lanterns\n\n" + PROSE + "\n\n## Usage\n\n" + PROSE + "\n\n    make lanterns\n",
        "\n\n".join([PROSE * 4] * 6),
        "Chapter One\n\n" + "\n\n".join([PROSE * 3] * 5) + "\n\nChapter Two\n\n" + PROSE,
        "# A tool\n\nIt reads the Daily Papers page. Get trending papers in your email inbox!\n\n"
        "```\nnew\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nDaily Papers\n```\n\n"
        + PROSE,
        "Milk\nEggs\nLanterns\n",
        "See [Fog](https://huggingface.co/papers/3105.00001) for more. " + PROSE,
        "one word",
    ],
)  # fmt: skip
def test_plain_prose_is_no_dump(text):
    with pytest.raises(NotADump):
        listing(text.encode())


def test_a_header_without_papers_is_recognised():
    found = listing(b"new\n\nGet trending papers in your email inbox!\n\nSubscribe\n")
    assert found.format == "page-text"
    assert list(found.papers) == []


@pytest.mark.parametrize("text", [PAGE, API], ids=["page", "api"])
def test_gzip_cut_anywhere_is_damaged_and_says_so(text):
    packed = gzip.compress(text.encode())
    for end in range(3, len(packed), 5):
        with pytest.raises(Damaged) as caught:
            papers(packed[:end])
        assert caught.value.is_cut
        assert caught.value.at.startswith("byte ")


def test_gzip_may_have_members_and_padding():
    packed = gzip.compress(PAGE[:300].encode()) + gzip.compress(PAGE[300:].encode()) + b"\0" * 64
    assert papers(packed) == papers(PAGE.encode())


@pytest.mark.parametrize("tail", [b"junk", b"\x1f\x8bjunk"])
def test_gzip_with_junk_is_damaged(tail):
    with pytest.raises(Damaged):
        papers(gzip.compress(PAGE.encode()) + tail)


def _bomb(filling: bytes, megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = packer.compress(PAGE.encode())
    for _ in range(megabytes):
        packed += packer.compress(filling * (1024 * 1024 // len(filling)))
    return packed + packer.flush()


@pytest.mark.parametrize(
    ("raw", "limits", "setting"),
    [
        (_bomb(PAGE.encode() * 50, 11), Limits(max_ratio=20), "limits.max_ratio"),
        (_bomb(b"a b. ", 3), Limits(max_expanded_bytes=2_000_000), "limits.max_expanded_bytes"),
        (PAGE.encode(), Limits(max_bytes=500), "limits.max_bytes"),
        (PAGE.encode() + b"a" * 5_000_000, Limits(), "limits.max_line_chars"),
        (PAGE.encode() + b"a" * 3000 + b"\n", Limits(max_line_chars=2000), "limits.max_line_chars"),
        (PAGE.encode(), Limits(max_papers=1), "limits.max_papers"),
        (API.encode(), Limits(max_papers=1), "limits.max_papers"),
        (API.encode(), Limits(max_depth=2), "limits.max_depth"),
    ],
    ids=["ratio", "expanded", "bytes", "long line", "line", "papers", "api papers", "depth"],
)  # fmt: skip
def test_what_is_too_big_names_the_setting(raw, limits, setting):
    with pytest.raises(TooBig) as caught:
        papers(raw, limits=limits)
    assert setting in caught.value.hint


def test_limits_that_just_suffice_do():
    raw = PAGE.encode()
    longest = max(map(len, PAGE.split("\n")))
    limits = Limits(max_bytes=len(raw), max_line_chars=longest, max_papers=2)
    assert len(papers(raw, limits=limits)) == 2


def test_a_format_of_ones_own_is_tried_in_its_order():
    def read_own(source):
        lines = source.whole().splitlines()[1:]
        found = (ListedPaper(title=line, position=n) for n, line in enumerate(lines, 1))
        return Listing(format="own", day=None, papers=found, notes=source.notes)

    own = Format(name="own", matches=lambda source: source.head.startswith("OWN"), read=read_own)
    found = listing(b"OWN\nFog\nMist\n", formats=(*FORMATS, own))
    assert found.format == "own"
    assert [paper.title for paper in found.papers] == ["Fog", "Mist"]


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", PAGE.encode()[:200], b"[", b"<html", b"\x1f\x8b"]),
)
@example(b"\x1f\x8b\x08", b"")
@example(b"\xff\xfe\x00", b"")
@example(b"\xed\xa0", b"")
def test_junk_is_read_or_refused_and_never_breaks(junk, start):
    with suppress(DumpError):
        papers(start + junk)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, len(PAGE)),
    st.text(st.sampled_from("#[]()*_`>•·-=\n\r 1aA.:\u200b\x00|!\\"), max_size=60),
)
def test_hostile_marks_never_break_the_page(at, junk):
    with suppress(DumpError):
        papers((PAGE[:at] + junk + PAGE[at:]).encode())


def test_the_documented_format_of_ones_own_works():
    docs = (Path(__file__).resolve().parents[1] / "docs" / "formats.md").read_text()
    code = docs.split("```python\n")[1].split("```")[0]
    names: dict = {}
    exec(code, names)
    found = listing(b"TITLES\nFog\nMist\n", formats=(*FORMATS, names["titles"]))
    assert [paper.title for paper in found.papers] == ["Fog", "Mist"]


def test_the_documented_limits_are_the_defaults():
    docs = (Path(__file__).resolve().parents[1] / "docs" / "formats.md").read_text()
    told = dict(re.findall(r"^\| `(max_\w+)` \| ([\d,]+(?: [MG]iB)?) \|", docs, re.MULTILINE))
    units = {"MiB": 2**20, "GiB": 2**30}
    limits = Limits()
    assert set(told) == set(Limits.__slots__)
    for name, text in told.items():
        number, _, unit = text.replace(",", "").partition(" ")
        assert getattr(limits, name) == int(number) * units.get(unit, 1)
