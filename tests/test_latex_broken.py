"""What Hugging Face broke is mended where that is certain, and nothing else is."""

from __future__ import annotations

import pytest

from digest.text.latex.restoring import restored, with_whole_scripts
from digest.text.legible import legible

MENDED = [
    ("300times 300 pixels, 64times64", "300 × 300 pixels, 64×64"),
    ("a 12^3 times 2^4 design, 2^32, 10^-3", "a 12³ × 2⁴ design, 2³², 10⁻³"),
    ("2^{10}times faster", "2¹⁰× faster"),
    ("bounded by {O}(K T^{3/4}) and {F}_t", "bounded by O(K T^(3/4)) and Fₜ"),
    ("a pi_0.5 arm, tau^2-Lamps, rho_h^{1/2}", "a π_0.5 arm, τ²-Lamps, ρₕ^(1/2)"),
    ("all of 360^{circ}, x^{star}, A^{top}, x_{infty}", "all of 360°, x⋆, Aᵀ, x_∞"),
    ("x_{left}, x_{mids} and x_{sim}", "x_left, x_mids and xₛᵢₘ"),
    ("sum_{i=1}^{N_E} f_i p_i over x^2", "∑ᵢ₌₁^(N_E) fᵢ pᵢ over x²"),
    ("where (xi cdot 100%), u mapsto y", "where (ξ · 100%), u ↦ y"),
    ("langle a, {bf 1}_n rangle^{-1}", "⟨ a, 1ₙ ⟩⁻¹"),
    ("FooBa^2r, Lamp^3: a title, AB^2-Lamp", "FooBa²r, Lamp³: a title, AB²-Lamp"),
    (r"order $\alpha$ and \cal{O}(\alpha_{s}^2) in", "order α and 𝒪(αₛ²) in"),
    ("with $textbf{one} and textit{two}$ lamps", "with one and two lamps"),
    ("at 0.75pm 0.07 and 3.5 pm 0.2", "at 0.75 ± 0.07 and 3.5 ± 0.2"),
    ("is approx20%, {approx}0.2, sim25 and sim 20%", "is ≈20%, ≈0.2, ∼25 and ∼ 20%"),
    ("k_{B}T and 1.5x10^3", "k_B T and 1.5x10³"),
    ("R^{d times k}, lim_{ntoinfty} x_n", "R^(d×k), lim_(n→∞) xₙ"),
]
KEPT = [
    "from sim-to-real, in sim 20% of lamps",
    "we'll see 5 times 4, three times 5, 2.5 times",
    "at 9 pm 3.2 lamps",
    "text{file}, user_{name} and name_{user}_id",
    "alpha_blending, max_tokens, beta_1_x, log_prob",
    "x^2, f_i and a_b without more",
    "I lost gg and you ll win",
    "the alpha, beta and gamma rays; lambda = 0.1",
    "{3D GU}, {True, False}, f{x} and {x}y",
]


@pytest.mark.parametrize(("said", "shown"), MENDED)
def test_the_certain_is_mended(said: str, shown: str) -> None:
    assert legible(said) == shown


@pytest.mark.parametrize("said", KEPT)
def test_the_uncertain_is_kept(said: str) -> None:
    assert legible(said) == said


@pytest.mark.parametrize(
    ("broken", "tex"),
    [
        ("R^{mtimes n}", r"R^{m\times n}"),
        ("sigmaleft(x right)", r"\sigma\left(x \right)"),
        ("O(dlog n)", r"O(d\log n)"),
        ("v_{right} + x^{circ}", r"v_{right} + x^{\circ}"),
        ("mathcal{L}_{text{CE}}", r"\mathcal{L}_{\text{CE}}"),
    ],
)
def test_backslashes_come_back(broken: str, tex: str) -> None:
    assert restored(broken) == tex


def test_a_script_without_braces_is_whole() -> None:
    assert with_whole_scripts("2^32 d_eff x_i 1^3.5") == "2^{32} d_{eff} x_i 1^{3.5}"
