"""Unsafe characters go, white space folds, and nothing else changes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.hygiene import clean, clean_all


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("a  b\n  c", "a b c"),
        ("a\u00a0b\u2003c\u3000d", "a b c d"),
        ("a\x0bb\x0cc\x85d\u2028e", "a b c d e"),
        ("nu\x00ll", "null"),
        ("be\x07ll \x1b[31m", "bell [31m"),
        ("C1\x80\x9f", "C1"),
        ("lone\ud800 surrogate", "lone surrogate"),
        ("\ufeffmark", "mark"),
        ("zero\u200b\u200c\u200d\u2060width", "zerowidth"),
        ("\u202eevil\u202c \u2066isolate\u2069 \u200emark\u061c", "evil isolate mark"),
        ("non\ufffe\uffff\U0001ffffcharacter", "noncharacter"),
        ("a \u200b b", "a b"),
        ("Kelvin \u212a, e\u0301, soft\u00adhyphen", "Kelvin \u212a, e\u0301, soft\u00adhyphen"),
        ("$\\alpha$ 60\\% <b>&amp;", "$\\alpha$ 60\\% <b>&amp;"),
        ("汉字 🐙", "汉字 🐙"),
    ],
)
def test_clean(text, expected):
    assert clean(text) == expected


@given(st.text(st.characters()))
def test_clean_keeps_every_safe_character_and_is_stable(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert cleaned == " ".join(cleaned.split())
    assert not any(unicodedata.category(mark) in ("Cc", "Cs") for mark in cleaned)
    kept = [mark for mark in text if unicodedata.category(mark)[0] not in "CZ"]
    assert [mark for mark in cleaned if unicodedata.category(mark)[0] not in "CZ"] == kept


@given(st.lists(st.text(st.sampled_from("ab |\n\u200b\u00a0é"), max_size=6)))
def test_clean_all_is_clean_of_each(texts):
    assert clean_all(texts) == tuple(filter(None, map(clean, texts)))
