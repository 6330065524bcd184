"""Paragraphs: told by blank lines and by arXiv's indented lines, and by no other line break."""

import json
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.text.hygiene import clean
from digest.text.paragraphs import paragraph_starts, split_paragraphs

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "hf_api"


def paragraphs(told):
    kept = clean(told)
    return split_paragraphs(kept, paragraph_starts(told, kept))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("", []),
        (" \n \n ", []),
        ("One.", ["One."]),
        ("One is\nwrapped hard.\nAnd so on.", ["One is wrapped hard. And so on."]),
        # blank lines
        ("One\n\ntwo", ["One", "two"]),
        ("One.\n\n\nTwo\nmore.\n \t \nThree.\n\n", ["One.", "Two more.", "Three."]),
        ("One.\r\n\r\nTwo\r\nmore.", ["One.", "Two more."]),
        ("One.\r\rTwo.", ["One.", "Two."]),
        ("One.\u2029Two.", ["One.", "Two."]),
        ("One.\n\u200b\nTwo.\n\n\u200b\n\n", ["One.", "Two."]),
        ("\n\nOne.\n\nTwo.", ["One.", "Two."]),
        # indented lines
        ("One is\nlong.\n  Two is\ntoo.", ["One is long.", "Two is too."]),
        ("One is\nlong.\n\tTwo is\ntoo.", ["One is long.", "Two is too."]),
        ("  One is\nlong.\n  Two is\ntoo.\n", ["One is long.", "Two is too."]),
        ("One.\n  Two.\n  Three.", ["One.", "Two.", "Three."]),
        ("It works (“so.”)\n  Why?\n  Two\nis.", ["It works (“so.”)", "Why?", "Two is."]),
        ("One.\n  Two\n\nthree.", ["One.", "Two", "three."]),
        # set in, wrapped, or not certain
        ("One.\n Two.", ["One. Two."]),
        ("One is\n  long.", ["One is long."]),
        ("One is\n  long.\n  Two is\n  too.", ["One is long. Two is too."]),
        ("One.\n  Two is\n  too.", ["One. Two is too."]),
        ("  One.\n  Two.\n  Three.", ["One. Two. Three."]),
        ("One as\nfollows:\n  this, and\nthat.", ["One as follows: this, and that."]),
        ("A\nb.\n  Set in\n  here.\n  And on.\nC.", ["A b.", "Set in here. And on. C."]),
    ],
)  # fmt: skip
def test_where_paragraphs_begin(told, expected):
    assert list(paragraphs(told)) == expected


def test_what_was_kept_otherwise_is_one_paragraph():
    assert paragraph_starts("One.\n\nTwo.", "One. Two…") == ()


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ((), ["Ab cd ef"]),
        ((3,), ["Ab", "cd ef"]),
        ((6, 3, 3), ["Ab", "cd", "ef"]),
        ((-5, 0, 1, 4, 8, 99), ["Ab cd ef"]),
    ],
)
def test_a_text_is_cut_only_between_words(starts, expected):
    assert list(split_paragraphs("Ab cd ef", starts)) == expected
    assert split_paragraphs("", starts) == ()


@settings(deadline=None)
@given(st.text(alphabet="aB. \t\n\r\u2029\u200b\x0b:", max_size=60))
def test_nothing_is_lost_and_the_offsets_are_of_words(told):
    kept = clean(told)
    starts = paragraph_starts(told, kept)
    assert " ".join(split_paragraphs(kept, starts)) == kept
    assert len(split_paragraphs(kept, starts)) == len(starts) + bool(kept)
    assert list(starts) == sorted(set(starts))


@pytest.mark.parametrize("piece", ["\n", " \n", "a.\n  ", "a\n\n", "\n\t", "  a\n", ". ", "\r"])
def test_a_long_text_takes_no_longer_for_each_character(piece):
    told = piece * 100_000
    start = process_time()
    paragraphs(told)
    assert process_time() - start < 2


@pytest.mark.skipif(not DATA.is_dir(), reason="the real dumps are not here")
def test_real_abstracts_have_the_paragraphs_that_they_were_written_in():
    found = {}
    for path in sorted(DATA.glob("*.json")):
        for item in json.loads(path.read_bytes()):
            told = item["paper"].get("summary") or ""
            parts = paragraphs(told)
            assert " ".join(parts) == " ".join(told.split())
            if len(parts) > 1:
                found[path.stem, item["paper"]["id"]] = len(parts)
    assert len(found) == 11
    assert sorted(found.values()) == [2] * 4 + [3] * 7
