"""Texts cut at holes: filled and joined they are what encoding them whole gives."""

from __future__ import annotations

from binascii import a2b_qp
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from digest.mail.pieces import Holes, Open, quoted_printable

HOLES = Holes("secret2")
NAMES = ("leave", "prefer", "to")
BITS = st.one_of(
    st.sampled_from([HOLES.hole(name) for name in NAMES]),
    st.sampled_from(["\n", "\n\n", " ", "\t", ".", "=", "%", "%s", "secret", "x" * 75, "é" * 30]),
    st.text(max_size=100),
)
VALUES = st.fixed_dictionaries({name: st.text("abc234", max_size=90) for name in NAMES})
END = b"\r\n--end"


def filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(HOLES.hole(name), value)
    return text


@settings(max_examples=1000)
@given(st.lists(BITS, max_size=40).map("".join), VALUES)
def test_what_is_filled_is_what_encoding_it_whole_gives(text: str, values: dict[str, str]) -> None:
    text = text.replace("\r", "\n")
    assume("secret2" not in filled(text, values))  # it stands nowhere: not put together, either
    form = HOLES.form(b"To: <%s>\r\n" % HOLES.hole("to").encode(), [*HOLES.cut(text), END])
    whole = quoted_printable(filled(text, values))
    assert form.fill(values) == f"To: <{values['to']}>\r\n".encode() + whole + END
    assert form.names == {name for name in NAMES if HOLES.hole(name) in text} | {"to"}


@given(st.lists(BITS, max_size=40).map("".join))
def test_only_lines_with_holes_are_left_open(text: str) -> None:
    parts = list(HOLES.cut(text.replace("\r", "\n")))
    left = [part for part in parts if isinstance(part, Open)]
    assert all("secret2x" in part and part.count("\n") <= 1 for part in left)
    assert all(b"secret2x" not in part for part in parts if isinstance(part, bytes))
    assert not any(isinstance(a, bytes) and isinstance(b, bytes) for a, b in pairwise(parts))


@settings(max_examples=1000)
@given(st.lists(BITS, max_size=30).map("".join))
def test_quoted_printable_is_read_back_and_its_lines_are_short(text: str) -> None:
    encoded = quoted_printable(text)
    assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
    expected = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    assert a2b_qp(encoded).replace(b"\r\n", b"\n") == expected


@pytest.mark.parametrize("blank", [" ", "\t"])
@pytest.mark.parametrize("length", range(70, 80))
def test_a_blank_at_the_end_of_a_full_line_makes_none_too_long(blank: str, length: int) -> None:
    for end in ("", "\n", "\nmore"):
        encoded = quoted_printable("a" * length + blank + end)
        assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
        assert a2b_qp(encoded).replace(b"\r\n", b"\n") == ("a" * length + blank + end).encode()
