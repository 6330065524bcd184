"""Lettering: how wide a text is, where it is broken, and what is never drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import theme
from digest.render.charts.lettering import Lettering, lettering_of

FONTS = [content for _, content in theme.fonts(None)]
OURS = lettering_of(FONTS)
EVEN = Lettering(dict.fromkeys("abcdefghijklmnopqrstuvwxyz,-… ", 0.5))


def test_the_widths_are_those_of_the_font() -> None:
    """As fontTools reads them from Source Serif Pro Regular and DejaVu Serif."""
    for text, ems in (("H", 0.789), ("i", 0.298), (" ", 0.233), ("…", 0.9), ("∇", 0.698)):
        assert OURS.width(text, 1000) == pytest.approx(ems * 1000, abs=1), text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Attention Is All You Need", "Attention Is All You Need"),
        ("Łódź, naïveté, Việt Nam, Ελλάς, Ёж", None),
        ("O(n²) ≤ ‖x‖₂ → ∞, ∇f ∈ ℝᵈ", None),
        ("𝒪(n log n) over 𝔽₂ and 𝐱", "O(n log n) over F₂ and x"),
        ("🦙 Llama 🤗: open", "Llama : open"),
        ("a\u200bb\ufe0f c", "ab c"),
        ("  two\n lines ", "two lines"),
        ("大模型 for Arabic العربية", ""),
        ("日本語", ""),
        ("", ""),
        ("🤗", ""),
    ],
)
def test_decoration_without_a_sign_is_dropped_and_words_without_one_are_not_drawn(
    text: str, expected: str | None
) -> None:
    if expected is None:
        assert set(OURS.drawable(text)) <= set(OURS.advances)
        assert OURS.drawable(text)
    else:
        assert OURS.drawable(text) == expected


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("", 2, ()),
        ("one two", 2, ("one two",)),
        ("one two three", 2, ("one two", "three")),
        ("one two three four five", 2, ("one two", "three…")),
        ("one two, three", 1, ("one two…",)),
        ("abcdefghijklmnop", 2, ("abcdefghi…",)),
        ("abcdefghijklmnop and", 2, ("abcdefghi…", "and")),
        ("one two", 0, ()),
    ],
)
def test_a_text_is_broken_at_words_and_says_where_it_is_cut(
    text: str, most: int, expected: tuple[str, ...]
) -> None:
    assert EVEN.lines(text, 10, 50, most) == expected


@given(
    st.text(st.sampled_from(sorted(OURS.advances))),
    st.integers(10, 60),
    st.integers(100, 1100),
    st.integers(1, 4),
)
def test_no_line_is_wider_than_its_room(text: str, size: int, room: int, most: int) -> None:
    lines = OURS.lines(OURS.drawable(text), size, room, most)
    assert len(lines) <= most
    for line in lines:
        assert OURS.width(line, size) <= room + 1e-6


def test_a_very_long_title_is_cut_quickly() -> None:
    long = OURS.drawable("word " * 200_000)
    assert len(OURS.lines(long, 37, 1000, 2)) == 2
    assert len(OURS.lines("w" * 1_000_000, 37, 1000, 2)) == 1


@given(st.binary(max_size=300), st.integers(0, 3000))
def test_a_damaged_font_is_left_out(noise: bytes, at: int) -> None:
    damaged = FONTS[0][:at] + noise + FONTS[0][at + len(noise) :][:1000]
    assert (
        lettering_of([damaged, FONTS[1]]).advances.keys()
        >= lettering_of([FONTS[1]]).advances.keys()
    )
    lettering_of([noise])


def test_the_first_font_goes_first() -> None:
    """Regular before semibold: most of what is drawn is regular."""
    regular, semibold, _ = FONTS
    assert lettering_of([regular, semibold]).width("mm", 1) < lettering_of([semibold]).width(
        "mm", 1
    )
    assert OURS.width("m", 1) == lettering_of([regular]).width("m", 1)
