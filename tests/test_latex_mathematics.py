"""Mathematics on one line: scripts, fractions, delimiters, environments, spaces."""

from __future__ import annotations

import unicodedata

import pytest

from digest.text.latex.mathematics import to_unicode

SHOWN = [
    (r"n^{3.5}", "n^3.5"),
    (r"x_{t_{i}}", "x_(tᵢ)"),
    (r"d^{2\omega}", "d^(2ω)"),
    (r"2^{[K]} x^{(1)} x_{(b)}", "2^[K] x⁽¹⁾ x_(b)"),
    (r"x^{GPU} t_{max} v_{reason} r_{0.5}", "x^GPU tₘₐₓ v_reason r_0.5"),
    (r"x^{-0.5}_{+1.5}", "x^(-0.5)_(+1.5)"),
    (r"d_{eff}^2 + k_{B}T", "d_eff² + k_B T"),
    (r"\log^*|X|", "log*|X|"),
    (r"f'(x) + f''(x), x'^2", "f′(x) + f″(x), x′²"),
    (r"A^T A^{\top} A^\intercal x^\circ", "Aᵀ Aᵀ Aᵀ x°"),
    (r"\frac{a}{b} \frac{a+b}{c} \frac{1}{2\pi} \frac{2k}{3}", "a/b (a+b)/c 1/(2π) 2k/3"),
    (r"\frac{\sqrt{n}}{\log n}", "√n/(log n)"),
    (r"\sqrt{ab} \sqrt{x_i} \sqrt{x+1} \sqrt[3]{x} \sqrt[n]{2}", "√(ab) √xᵢ √(x+1) ∛x ⁿ√2"),
    (r"{a+1 \over b} + {n \choose k}", "(a+1)/b + (n choose k)"),
    (r"\min\{a, b\} \left\{ a \right\} \bigl[ x \bigr]", "min{a, b} {a} [x]"),
    (r"\left. x \right|_{0} \lVert x \rVert_2", "x|₀ ‖x‖₂"),
    (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(a b; c d)"),
    (r"\begin{cases} 1 & x > 0 \\ 0 & x < 0 \\ \end{cases}", "{1, x > 0; 0, x < 0}"),
    (r"\begin{array}{cc} 1 & 2 \end{array}", "1 2"),
    (
        r"x= 1, u =(v), a >0, (b -1), c -d, -1, = -2",
        "x = 1, u = (v), a > 0, (b - 1), c - d, -1, = -2",
    ),
    (r"\beta \cdot \gamma, \beta\cdot\gamma, 3 \cdot 4", "β · γ, β·γ, 3 · 4"),
    (r"a\not= b, a \not\in B", "a ≠ b, a ∉ B"),
    (r"\overset{d}{=} \underset{x}{\max} \xrightarrow{d}", "=ᵈ maxₓ →ᵈ"),
    (r"\si_1 \num \SI{5}{m} \text{don't} \text{if } x", "si₁ num 5 m don't if x"),
    (r"\hat{x} \bar\theta \vec v \overline{AB}", "x̂ θ̄ v⃗ A̅B̅"),
    (r"\mathcal{L}_{\mathrm{CE}} \cal O \mathbb{Z}/2 \mathfrak{g}", "ℒ_CE 𝒪 ℤ/2 𝔤"),
]


@pytest.mark.parametrize(("tex", "shown"), SHOWN)
def test_mathematics_stands_on_one_line(tex: str, shown: str) -> None:
    assert to_unicode(tex) == unicodedata.normalize("NFC", shown)


@pytest.mark.parametrize(
    "tex", [r"\frac", "^", "_", "{", "}", r"\left", r"\sqrt[", r"\end{x}", "\\"]
)
def test_what_is_cut_off_is_no_danger(tex: str) -> None:
    assert isinstance(to_unicode(tex), str)
    assert isinstance(to_unicode(tex * 3), str)
