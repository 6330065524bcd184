"""Tokens: read back as they were made, and by nobody else's key, for no other purpose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.tokens import Signer

OURS = Signer(b"k" * 32)


@given(st.text(max_size=30))
def test_a_token_is_read_back_whatever_its_case(value: str) -> None:
    token = OURS.token("leave", value)
    assert OURS.read("leave", token) == value
    assert OURS.read("leave", token.upper()) == value
    assert token.isascii()
    assert token.isalnum()
    assert token == token.lower()


def test_a_token_is_worth_nothing_elsewhere() -> None:
    token = OURS.token("leave", "12")
    assert OURS.read("confirm", token) is None
    assert Signer(b"x" * 32).read("leave", token) is None
    assert OURS.token("leave", "13") != token


def test_a_token_of_an_older_key_is_still_believed() -> None:
    rotated = Signer(b"n" * 32, b"k" * 32)
    assert rotated.read("leave", OURS.token("leave", "12")) == "12"
    assert OURS.read("leave", rotated.token("leave", "12")) is None


def test_every_changed_letter_breaks_it() -> None:
    token = OURS.token("leave", "12")
    for at, letter in enumerate(token):
        other = "a" if letter != "a" else "b"
        assert OURS.read("leave", token[:at] + other + token[at + 1 :]) in (None, "12")
    forged = [token[:at] + ("a" if token[at] != "a" else "b") + token[at + 1 :] for at in range(16)]
    assert not any(OURS.read("leave", each) for each in forged)


@given(st.text(max_size=12))
def test_of_each_token_there_is_one_spelling(value: str) -> None:
    """Letters whose last bits count for nothing would make others of the last one."""
    token = OURS.token("leave", value)
    spelled = {token[:-1] + letter for letter in "abcdefghijklmnopqrstuvwxyz234567"}
    assert [each for each in spelled if OURS.read("leave", each) is not None] == [token]


@pytest.mark.parametrize("token", ["", "a", "1", "é", "\0", "a" * 15, "=" * 8, "ab cd", "a\n"])
def test_nonsense_is_none_of_ours(token: str) -> None:
    assert OURS.read("leave", token) is None


def test_a_digest_tells_nothing_and_stays() -> None:
    assert OURS.digest("address", "a@example.org") == OURS.digest("address", "a@example.org")
    assert len({OURS.digest("address", f"{n}") for n in range(50)}) == 50
    assert "example" not in OURS.digest("address", "a@example.org")
