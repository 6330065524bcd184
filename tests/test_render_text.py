"""Texts made to fit: cleaned, cut, wrapped, and addresses that are sound."""

from __future__ import annotations

import time
import unicodedata

import pytest
import xss

from digest.render import text

FAMILY = "\U0001f468\U0001f3fd"


@pytest.mark.parametrize(
    ("given", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("one two three", 12, "one two…"),
        ("one two three", 8, "one two…"),
        ("one two, three", 10, "one two…"),
        ("abcdefghij", 5, "abcd…"),
        ("a bcdefghijklmno", 9, "a bcdefg…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("", 0, ""),
        ("漢字漢字漢字", 4, "漢字漢…"),
        ("abce\u0301fgh", 5, "abc…"),
        (f"ab{FAMILY}cdef", 4, "ab…"),
        ("ab\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7xyz", 4, "ab…"),
        ("ab\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7xyz", 5, "ab\U0001f1e9\U0001f1ea…"),
        ("क्षत्रिय लोग", 2, "…"),
        ("abक्षत्रिय", 5, "ab…"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", 5, "\u1112\u1161\u11ab…"),
        ("a" + "\u0301" * 99, 50, "…"),
    ],
)
def test_a_cut_ends_at_a_word_or_between_what_readers_see_as_characters(
    given: str, limit: int, expected: str
) -> None:
    assert text.cut(given, limit) == expected


@pytest.mark.parametrize("cluster", ["\u0301", "क्", "\U0001f1e9", "\u1161"])
def test_a_text_that_is_one_endless_character_is_cut_and_wrapped_as_quickly(cluster: str) -> None:
    endless = "a" + cluster * 60_000
    started = time.process_time()
    for limit in range(50_000, 50_100):
        assert len(text.cut(endless, limit)) == limit
    assert text.wrap(endless).replace("\n", "") == endless
    assert time.process_time() - started < 5


@pytest.mark.parametrize("hostile", xss.STRINGS)
def test_a_cut_is_never_longer_than_asked(hostile: str) -> None:
    line = text.one_line(hostile)
    assert all(len(text.cut(line, limit)) <= limit for limit in range(0, 200, 7))


@pytest.mark.parametrize(
    ("given", "width", "expected"),
    [
        ("", 10, ""),
        ("one two three", 8, "one two\nthree"),
        ("one two", 7, "one two"),
        ("abcdefghijkl mn", 5, "abcde\nfghij\nkl mn"),
        ("漢字漢字漢字", 8, "漢字漢字\n漢字"),
        ("see https://example.org/long now", 10, "see\nhttps://example.org/long\nnow"),
        ("e\u0301" * 4, 3, "e\u0301e\u0301e\u0301\ne\u0301"),
    ],
)
def test_lines_are_as_wide_as_asked(given: str, width: int, expected: str) -> None:
    assert text.wrap(given, width) == expected


def test_the_indent_counts_as_part_of_the_line() -> None:
    assert text.wrap("one two three", 9, "  ") == "  one two\n  three"


def test_lines_of_a_note_that_fit_stay_as_they_are() -> None:
    note = "- a\n    code  here\n\n" + "word " * 20
    assert text.wrap_lines(note, 30).startswith("- a\n    code  here\n\nword word")
    assert max(map(len, text.wrap_lines(note, 30).split("\n"))) <= 30


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("http://Example.ORG:8080/A?b=c#d", "http://example.org:8080/A?b=c#d"),
        (" https://example.org ", "https://example.org"),
        ("HTTPS://example.org/", "https://example.org/"),
        ("https://example.org/a (b) c", "https://example.org/a%20%28b%29%20c"),
        ("https://example.org/%41%zz", "https://example.org/%41%25zz"),
        (
            "https://bücher.example/ü?ö=ä#ß",
            "https://xn--bcher-kva.example/%C3%BC?%C3%B6=%C3%A4#%C3%9F",
        ),
        ('https://example.org/"<>`{}|\\^', "https://example.org/%22%3C%3E%60%7B%7D%7C%5C%5E"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("mailto:a@example.org?subject=x y", "mailto:a@example.org?subject=x%20y"),
        ("mailto:nobody", None),
        ("https://exa mple.org/", None),
        ("https://example.org\\@evil.example/", None),
        ("https://-", None),
        (None, None),
        ("", None),
    ],
)
def test_an_address_is_sound_or_none(given: str | None, expected: str | None) -> None:
    assert text.web_address(given) == expected


@pytest.mark.parametrize("given", xss.URLS)
def test_a_hostile_address_is_harmless_or_none(given: str) -> None:
    address = text.web_address(given)
    if address is not None:
        assert address.startswith(("http://", "https://"))
        assert address.isascii()
        assert not set(address) & set("\"'<>()\\ \t\r\n`{}|")
        assert text.web_address(address) == address


def test_hostile_strings_lose_what_no_output_may_hold() -> None:
    for hostile in xss.STRINGS:
        for made in (text.one_line(hostile), text.lines(hostile)):
            kinds = {unicodedata.category(c) for c in made if c not in "\n\t"}
            assert not kinds & {"Cc", "Cs"}
            assert not set(made) & set("\u202e\u202c\u2066\u2069\ufffe\uffff")
        assert "\n" not in text.one_line(hostile)


def test_a_note_becomes_html_without_anything_active() -> None:
    note = "**b** [x](javascript:alert(1)) [y](https://example.org) ![p](https://e.example/p.png)"
    html = text.note_html(note + "\n\n<script>alert(1)</script><p onclick=x style=y>z</p>")
    assert "<strong>b</strong>" in html
    assert '<a href="https://example.org" rel="noopener">y</a>' in html
    for active in ("script", "img", "onclick", "style", "alert(1)</"):
        assert active not in html.replace("javascript:alert(1)", "")
    assert 'href="javascript' not in html
