"""Prose of TeX: accents, groups, commands, and what only looks like them."""

from __future__ import annotations

import unicodedata

import pytest

from digest.text.legible import legible, legible_name

SHOWN = [
    (r"the model\'s lamp, we\'re, don\'t", "the model's lamp, we're, don't"),
    (r"\"Uber \"{U}ber {\"U}ber", "Über Über Über"),
    (r"via \pi\pi scattering, \theta and \bar\theta", "via ππ scattering, θ and θ̄"),
    (r"is 0.75\pm 0.07, 5\times 10, p\approx0.3", "is 0.75 ± 0.07, 5 × 10, p≈0.3"),
    (r"{\em{weakly lit}} and \textbf{a {b {cd}} e}", "weakly lit and a b cd e"),
    (r"new \color{fooD}ecoupled \color{red}T", "new Decoupled T"),
    (r"\color{blue}{lit} and {\color{red} lamp}", "lit and lamp"),
    (r"\cite{a,b} and \citep[p. 3]{c}; \citet{d}", "[a,b] and [c, p. 3]; [d]"),
    (r"\verb|x_y| and \verb+a b+", "x_y and a b"),
    (r"\section{One} two \paragraph{Three.}", "One two Three."),
    (r"{BERT}-like {NP}-hard {LAMP} of {I}sing", "BERT-like NP-hard LAMP of Ising"),
    (r"https://a.example/b{Code is here.}", "Code is here (https://a.example/b)."),
    (r"\href{mailto:a@b.example}{a@b.example}", "a@b.example"),
    (r"\begin{abstract}We do.\end{abstract}", "We do."),
    (r"\foo{b} c, \revised{two lamps} x, \openlamp{}, d", "foo b c, two lamps x, openlamp, d"),
    (r"\ensuremath{x} and f:\mathbb{R} \to x", "x and f:ℝ → x"),
    (r"Fran\c cois, \v n, Ko\v{s}ice, Vi\d et", "François, ň, Košice, Viẹt"),
]
KEPT = [
    r"\\server\share and D:\lamps\new",
    r"a \d digit, \b and \t of a string",
    "${HOME} and $(pwd) $ and $A=$B",
    "$MY_VAR/$OTHER, $5 and \u20ac6, $100-$200",
    "$5/kg or 6$ and $1.5M vs $2.3B",
    "$$$ lamps $$, from $$ to $$$",
    "a $ and $ b, 5$ and 6$",
]


@pytest.mark.parametrize(("said", "shown"), SHOWN)
def test_prose_is_shown(said: str, shown: str) -> None:
    assert legible(said) == unicodedata.normalize("NFC", shown)


@pytest.mark.parametrize("said", KEPT)
def test_what_is_no_tex_is_kept(said: str) -> None:
    assert legible(said) == said


def test_a_name_may_end_in_an_accented_letter() -> None:
    assert legible_name(r"Tomasz My\'s") == "Tomasz Myś"


def test_braces_of_a_name_are_tex() -> None:
    assert legible_name(r"{van den Berg}, {J}an and {\relax Ch}arles") == (
        "van den Berg, Jan and Charles"
    )
