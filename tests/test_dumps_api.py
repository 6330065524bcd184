"""The API's JSON: every key at either level, of any type, missing; broken in every way."""

import ast
import io
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.dumps import HeaderDay, Limits, read
from digest.errors import Damaged, DumpError, NotADump, TooBig

PAPER = {
    "id": "3105.00001v2",
    "title": "Tidal Gardens:\n  Learning Slow Observers",
    "summary": "Tidal gardens grow\nby rules.",
    "authors": [
        {"name": "Ada Quill", "hidden": False},
        {"name": "Ghost Writer", "hidden": True},
        {"name": "  Bo\u200b  Reed "},
        {"nom": "x"},
        7,
        "Cy Sedge",
    ],
    "publishedAt": "2031-05-06T17:27:20.000Z",
    "upvotes": 12,
    "submittedOnDailyAt": "2031-05-07T01:02:03.000Z",
    "ai_summary": "It watches\n water.",
    "ai_keywords": ["tides", " slow  observers ", 5, ""],
    "githubRepo": "https://example.org/tidal",
    "projectPage": "http://tidal.example.org/",
    "organization": {"name": "ghm", "fullname": "Guild of Harbour Masters"},
}
ITEM = {"paper": PAPER, "numComments": 3, "publishedAt": "2031-05-05T20:00:00.000Z"}


def listing(content: object, limits: Limits | None = None):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read(io.BytesIO(raw), limits or Limits())


def papers(content: object):
    return list(listing(content).papers)


def test_all_of_an_item_is_read():
    (paper,) = papers([ITEM])
    assert paper.title == "Tidal Gardens: Learning Slow Observers"
    assert paper.abstract == "Tidal gardens grow by rules."
    assert (paper.arxiv_id, paper.version, paper.position) == ("3105.00001", 2, 1)
    assert paper.authors == ("Ada Quill", "Bo Reed", "Cy Sedge")
    assert paper.published == "2031-05-06T17:27:20Z"
    assert (paper.votes, paper.comments) == (12, 3)
    assert paper.summary == "It watches water."
    assert paper.keywords == ("tides", "slow observers")
    assert paper.organization == "Guild of Harbour Masters"
    assert paper.url == "https://arxiv.org/abs/3105.00001"
    assert paper.links == (
        ("page", "https://huggingface.co/papers/3105.00001"),
        ("pdf", "https://arxiv.org/pdf/3105.00001"),
        ("code", "https://example.org/tidal"),
        ("project", "http://tidal.example.org/"),
    )


def test_the_abstract_keeps_its_words_and_where_its_paragraphs_begin():
    told = "Gardens\ngrow.\n\nBy rules.\n  Nobody\nwrote them."
    (paper,) = papers([{**ITEM, "paper": {**PAPER, "summary": told}}])
    assert paper.abstract == " ".join(told.split())
    assert [paper.abstract[at:][:6] for at in paper.paragraph_starts] == ["By rul", "Nobody"]


def test_keys_are_read_at_the_item_where_the_paper_lacks_them():
    flat = {**PAPER, "numComments": 3}
    assert papers([flat]) == papers([ITEM])
    assert papers([{**flat, "paper": {}}]) == papers([ITEM])
    assert papers([{"paper": {**PAPER, "numComments": 3}}]) == papers([ITEM])


@pytest.mark.parametrize("key", [key for key in PAPER if key != "title"])
@pytest.mark.parametrize("value", [None, 5, -1, 1.5, True, "x", [], {}, [[]], {"a": 1}])
def test_a_key_of_a_wrong_type_or_none_loses_nothing_else(key, value):
    (paper,) = papers([{"paper": {**PAPER, key: value}}])
    assert paper.title == "Tidal Gardens: Learning Slow Observers"
    (without,) = papers([{"paper": {name: PAPER[name] for name in PAPER if name != key}}])
    assert without.title == paper.title


@pytest.mark.parametrize(
    ("written", "votes"),
    [("0", 0), ("7", 7), ("-1", None), ("true", None), ("1.0", None), ('"12"', None),
     ("1" + "0" * 12, None), ("1" + "0" * 400, None), ("1" + "0" * 5000, None)],
)  # fmt: skip
def test_votes_are_numbers_of_sane_size(written, votes):
    raw = json.dumps([ITEM]).replace('"upvotes": 12', f'"upvotes": {written}').encode()
    assert papers(raw)[0].votes == votes


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_left_out(constant):
    raw = json.dumps([ITEM]).replace('"upvotes": 12', f'"upvotes": {constant}').encode()
    assert papers(raw)[0].votes is None


@pytest.mark.parametrize(
    ("told", "published"),
    [
        ("2031-05-06T17:27:20.000Z", "2031-05-06T17:27:20Z"),
        ("2031-05-06T17:27:20Z", "2031-05-06T17:27:20Z"),
        ("2031-05-06T17:27:20+00:00", "2031-05-06T17:27:20Z"),
        ("2031-05-06", "2031-05-06"),
        ("yesterday", None),
        ("2031-99-06", None),
    ],
)
def test_published_is_iso(told, published):
    assert papers([{"paper": {**PAPER, "publishedAt": told}}])[0].published == published


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//x.org", "ftp://x.org", "https://x.org/\nb c",
     'https://x.org/"><script>', "", "https://x.org/" + "a" * 3000],
)  # fmt: skip
def test_only_web_addresses_become_links(address):
    (paper,) = papers([{"paper": {**PAPER, "githubRepo": address, "projectPage": address}}])
    assert {word for word, _ in paper.links} == {"page", "pdf"}


def test_an_id_that_is_not_of_arxiv_keeps_its_page():
    (paper,) = papers([{"paper": {**PAPER, "id": "hub-7"}}])
    assert paper.arxiv_id is None
    assert paper.url == "https://huggingface.co/papers/hub-7"


def test_bad_records_are_skipped_and_told():
    found = listing([1, None, "junk", {"paper": 5}, {"paper": {"title": 7}}, ITEM, {"paper": {}}])
    assert [paper.position for paper in found.papers] == [1]
    assert len(found.notes) == 6
    assert found.notes[0].startswith("record 1 ")


def test_a_paper_listed_twice_is_one():
    assert len(papers([ITEM, ITEM])) == 1


def test_python_notation_is_read():
    old = [repr(ITEM), repr({**ITEM, "paper": {**PAPER, "id": "3105.00002"}}), "{'broken': ", "{}"]
    assert ast.literal_eval(old[0]) == ITEM
    assert [paper.arxiv_id for paper in papers(old)] == ["3105.00001", "3105.00002"]


def test_python_notation_too_long_or_too_deep_is_skipped():
    hostile = ["{'paper': " + "[" * 50_000, "{" + "x" * 2_000_000, "{'a': " + "-" * 90_000 + "1}"]
    assert len(papers([*hostile, repr(ITEM)])) == 1


@pytest.mark.parametrize("key", ["data", "dailyPapers", "papers"])
def test_a_list_inside_an_object_is_read(key):
    assert papers({"next": 1, key: [ITEM]}) == papers([ITEM])


@pytest.mark.parametrize("content", [[], {"data": []}, b" [ ]\n"])
def test_an_empty_list_is_recognised_and_holds_nothing(content):
    found = listing(content)
    assert found.format == "hf-api"
    assert list(found.papers) == []


def test_a_failed_download_is_told_as_one():
    with pytest.raises(Damaged, match=r"a failed download: .*Invalid date") as caught:
        listing({"error": "Invalid date"})
    assert not caught.value.is_cut


@pytest.mark.parametrize(
    "content",
    [{}, {"a": 1}, [1, 2, 3], [{"a": 1}], ["a", "b"], [{"title": "x"}], {"data": 5},
     b'{"id": 1}\n{"id": 2}\n'],
)  # fmt: skip
def test_other_json_is_no_dump(content):
    with pytest.raises(NotADump):
        list(listing(content).papers)


def test_the_day_is_the_commonest():
    items = [
        {
            "paper": {
                **PAPER,
                "id": f"3105.0000{n}",
                "submittedOnDailyAt": f"2031-05-0{day}T00:00:00Z",
            }
        }
        for n, day in enumerate([7, 8, 8])
    ]
    assert listing(items).day == HeaderDay(month=5, day=8, year=2031)
    assert listing([{"paper": {"title": "x"}}]).day is None


def test_json_cut_anywhere_is_damaged_and_says_so():
    raw = json.dumps([ITEM, {"paper": {**PAPER, "id": "3105.00002"}}], indent=1).encode()
    for end in range(1, len(raw) - 1):
        with pytest.raises(Damaged) as caught:
            list(listing(raw[:end]).papers)
        assert caught.value.is_cut, raw[max(0, end - 30) : end]
        assert caught.value.at.startswith("line ")


@pytest.mark.parametrize("tail", [b"x", b"[]", b'{"a":1}'])
def test_json_with_something_after_it_is_damaged_but_not_cut(tail):
    with pytest.raises(Damaged) as caught:
        list(listing(json.dumps([ITEM]).encode() + tail).papers)
    assert not caught.value.is_cut


def test_json_with_a_missing_comma_tells_where():
    with pytest.raises(Damaged, match="comma") as caught:
        list(listing(b'[{"paper": {"title": "x"}}\n {"paper": {"title": "y"}}]').papers)
    assert caught.value.at == "line 2, column 2"


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 10_000,
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000,
        b'[{"paper": {"title": "x", "a": ' + b"[" * 150 + b"]" * 150 + b"}}]",
        b'[{"paper": {"title": "x", "a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}}]",
    ],
)
def test_json_too_deep_names_the_setting(raw):
    with pytest.raises(TooBig) as caught:
        list(listing(raw).papers)
    assert "limits.max_depth" in caught.value.hint


def test_brackets_in_texts_are_not_depth():
    item = {"paper": {**PAPER, "summary": "[" * 500 + '"{\\'}}
    assert papers([item])[0].abstract.startswith("[[[")


def test_too_many_papers_names_the_setting():
    items = [{"paper": {"title": f"t{n}", "id": f"3105.0000{n}"}} for n in range(5)]
    found = listing(items, Limits(max_papers=3)).papers
    with pytest.raises(TooBig) as caught:
        list(found)
    assert "limits.max_papers" in caught.value.hint


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from([*PAPER, "paper", "data", "error"]), inner, max_size=5
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(value):
    with suppress(DumpError):
        list(listing(value).papers)


def test_hidden_authors_are_left_out_of_whole_lists():
    authors = [{"name": f"Ada{n} Quill", "hidden": n == 1} for n in range(3)]
    (paper,) = papers([{"paper": {**PAPER, "authors": authors}}])
    assert paper.authors == ("Ada0 Quill", "Ada2 Quill")
