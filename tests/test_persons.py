"""Whether two names are one person's, as far as both tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.persons import is_same, name_of

SAME = [
    ("Ada Almeida", "Ada Almeida"),
    ("Ada Almeida", "ADA ALMEIDA"),
    ("Ada Almeida", "Almeida, Ada"),
    ("Almeida, Ada", "Ada Almeida"),
    ("A. Almeida", "Ada Almeida"),
    ("Ada Almeida", "A. Almeida"),
    ("A Almeida", "Ada Almeida"),
    ("Ada Almeida", "Ada M. Almeida"),
    ("Ada M. Almeida", "Ada Almeida"),
    ("Ada M. Almeida", "Ada Maria Almeida"),
    ("A. M. Almeida", "Ada Maria Almeida"),
    ("A.M. Almeida", "Ada Maria Almeida"),
    ("Almeida, A. M.", "Ada Maria Almeida"),
    ("Almeida", "Ada Almeida"),
    ("almeida", "Anna Almeida"),
    ("Björn Brandt", "Bjorn Brandt"),
    ("João García", "Joao Garcia"),
    ("Łukasz Żak", "Lukasz Zak"),
    ("Søren Ærø", "Soren Aero"),
    ("Eun-ji Hoang", "Eun Ji Hoang"),
    ("Eun-ji Hoang", "Eunji Hoang"),
    ("E.-J. Hoang", "Eun-ji Hoang"),
    ("J.-P. Dubois", "Jean-Pierre Dubois"),
    ("Jean-Pierre Dubois", "Jean Dubois"),
    ("Ludwig van Example", "L. van Example"),
    ("Ludwig van Example", "van Example, Ludwig"),
    ("van Example", "Ludwig van Example"),
    ("de la Example", "Ana de la Example"),
    ("Grace O'Example", "Grace O\u2019Example"),
    ("Grace O'Example", "Grace OExample"),
    ("Ada Almeida Jr.", "Ada Almeida"),
    ("Ada Almeida", "Ada Almeida III"),
    ("Ada Almeida-Castro", "Ada Almeida Castro"),
    ("伊藤花", "伊藤花"),
    ("Hoang Linh", "Hoang Linh"),
]
OTHERS = [
    ("Ada Almeida", "Anna Almeida"),
    ("B. Almeida", "Ada Almeida"),
    ("Ada Almeida", "Ada Brandt"),
    ("Ada M. Almeida", "Ada K. Almeida"),
    ("Almeida", "Almeida Brandt"),
    ("Almei", "Ada Almeida"),
    ("Almeida", "Ada Almeidas"),
    ("Ada", "Ada Almeida"),
    ("van Example", "Ludwig Example"),
    ("M. Almeida", "Ada M. Almeida"),
    ("Hoang Linh", "Linh Hoang"),
    ("Ada Almeida", "Almeida"),
    ("", "Ada Almeida"),
    ("...", "Ada Almeida"),
]


@pytest.mark.parametrize(("asked", "listed"), SAME)
def test_one_person_under_two_names(asked: str, listed: str) -> None:
    assert is_same(name_of(asked), name_of(listed))


@pytest.mark.parametrize(("asked", "listed"), OTHERS)
def test_other_persons(asked: str, listed: str) -> None:
    assert not is_same(name_of(asked), name_of(listed))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Ada M. Almeida", ("ada", "m", "almeida")),
        ("Almeida, Ada M.", ("ada", "m", "almeida")),
        ("Almeida, Jr.", ("almeida", "jr")),
        ("Ada Almeida, Jr.", ("ada", "almeida")),
        (", Ada", ("ada",)),
        (" , ", ()),
        ("", ()),
        ("***", ()),
    ],
)
def test_a_name_is_its_words_the_family_name_last(said: str, told: tuple[str, ...]) -> None:
    assert name_of(said) == told


NAMES = st.text(st.sampled_from("AaBbéÅ .,-'’øß伊\u0301\ud800Jr"), max_size=20) | st.text(
    max_size=20
)


@given(NAMES)
def test_whoever_is_asked_for_as_listed_is_found(name: str) -> None:
    assert is_same(name_of(name), name_of(name)) is bool(name_of(name))


@given(NAMES, NAMES)
def test_no_name_fails_and_no_name_is_everybody(one: str, other: str) -> None:
    found = is_same(name_of(one), name_of(other))
    if found:
        assert name_of(one)[-1] == name_of(other)[-1]
