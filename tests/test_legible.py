"""Text as a reader should see it: LaTeX, what Hugging Face broke, and what has to stay as it is."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.text.latex.symbols import ACCENTS, LETTERS, OURS, STYLES, SWITCHES, symbol
from digest.text.legible import legible, legible_name, runs

LATEX = Path(__file__).resolve().parents[2] / "shared" / "data" / "latex"
needs_data = pytest.mark.skipif(not LATEX.is_dir(), reason="../shared/data/latex is absent")

PROSE = [
    (r"Ekl\"und", "Eklünd"),
    (r"Ekl{\"u}nd and Ekl\"{u}nd and Ekl\" und", "Eklünd and Eklünd and Eklünd"),
    (r"na\"{\i}vely, \'\i, \.{I}zmir", "naïvely, í, İzmir"),
    (r"{\'e}t{\'e}, caf\'e, \`a la carte", "été, café, à la carte"),
    (r"\v{n} \v n \c{c} \k{a} \H{o} \r{u} \u{g} \d{s} \=o", "ň ň ç ą ő ů ğ ṣ ō"),
    (r"\o re, Stra\ss e, {\L}\'{o}d\'{z}, \AA ngstr\"om", "øre, Straße, Łódź, Ångström"),
    (r"Nguy\~{\^e}n", "Nguyễn"),
    ("``two lanterns'' and `one'", "“two lanterns” and ‘one’"),
    ("a ``warm\" start, don't", "a “warm” start, don't"),
    ("pages 10--20, lamps---all of them -- stay", "pages 10–20, lamps—all of them – stay"),
    (r"\emph{x}, {\em y}, {\bf z}, \textit {w}, \textbf{1.} v", "x, y, z, w, 1. v"),
    (r"5\% of A\&B, \#1, a\_b, \$5, \{x\}", "5% of A&B, #1, a_b, $5, {x}"),
    (r"at \url{https://a.example/c_d}.", "at https://a.example/c_d."),
    (r"at \href{https://a.example/c}{our page}.", "at our page (https://a.example/c)."),
    (r"at \href{https://a.example/c}{https://a.example/c}", "at https://a.example/c"),
    (r"https://a.example/two\_words", "https://a.example/two_words"),
    (r"with \method and \tool. \ours", "with method and tool. ours"),
    (r"(\eg, this), \ie that, \etc. \LaTeX", "(e.g., this), i.e. that, etc. LaTeX"),
    (r"outputs~$q_i$ of RTX~5090, Lamp~(LL)", "outputs qᵢ of RTX 5090, Lamp (LL)"),
    (r"19.7\,FPS, vs.\ 20, 96\% \textgreater 95\%", "19.7 FPS, vs. 20, 96% > 95%"),
    (r"{B}ayesian, Le{a}rner, {$\mathsf{NP}$}-Hard", "Bayesian, Learner, NP-Hard"),
    (r"see \cite{lamp}, \ref{one}; word\footnote{An aside}", "see [lamp], one; word (An aside)"),
    (r"360{\deg}, foo \alpha bar, \OE\S", "360°, foo αbar, Œ§"),
    (r"1.45\times faster, p\approx0.37", "1.45× faster, p≈0.37"),
    (r"say \"quoted words\" here", 'say "quoted words" here'),
    (r"\textcolor{red}{warm} \color{blue}light", "warm light"),
    (r"\begin{itemize} \item one \end{itemize}", "• one"),
]
MATHEMATICS = [
    (r"$\mathcal{O}(n^2)$ steps", "𝒪(n²) steps"),
    (r"$x_{10}$, $a_{ij}$, $2^{n-1}$, $x^{Q}$", "x₁₀, aᵢⱼ, 2ⁿ⁻¹, x^Q"),
    (r"$e^{-c\ell}$, $x_{(b)}$, $2^{[K]}$", "e^(-cℓ), x_(b), 2^[K]"),
    (r"$\frac{a}{b}$, $\frac{a+b}{c}$, $\frac12$", "a/b, (a+b)/c, 1/2"),
    (r"$\sqrt{n}$, $\sqrt{k / n}$, $\sqrt[3]{x}$", "√n, √(k / n), ∛x"),
    (r"$\mathbb{R}^{n\times m}$, $\mathfrak{g}$, $\mathbf{x}$", "ℝ^(n×m), 𝔤, x"),
    (r"$\tilde{O}(d\sqrt{T})$, $\hat{\mu}$, $\bar D$", "Õ(d√T), μ̂, D̄"),
    (r"$\|\nabla F(x)\|\leq\epsilon$", "‖∇F(x)‖ ≤ ϵ"),
    (r"$\sum_{i=1}^{n} x_i$, $\log^2 n$, $n\log n$", "∑ᵢ₌₁ⁿ xᵢ, log² n, n log n"),
    (r"\(a \to b\), \[ x = 1 \], $$E=mc^2$$", "a → b, x = 1, E=mc²"),
    (r"\begin{equation} x=1 \end{equation}", "x=1"),
    (r"H$_2$O, 10$^{-3}$ fm$^{-1}$, 90$^\circ$, $p^{th}$", "H₂O, 10⁻³ fm⁻¹, 90°, pᵗʰ"),
    (r"$\cal{O}(n)$, ${\rm poly}(m, \log 1/\varepsilon)$", "𝒪(n), poly(m, log 1/ε)"),
    (r"$\{0,1\}^n$, $f: X \to Y$, $\lfloor x \rfloor$", "{0,1}ⁿ, f: X → Y, ⌊x⌋"),
    (r"$\left(\frac{1}{2}\right)^n$, $x \not\in A$", "(1/2)ⁿ, x ∉ A"),
    (r"$5\times 10^{-4}$, $3\times$ faster, $\pm$ 3", "5 × 10⁻⁴, 3× faster, ± 3"),
    (r"$10\%$ of $\$5$, $k$-means, $\alpha$-divergence", "10% of $5, k-means, α-divergence"),
    (r"$\text{Dist}(P, Q) \geq 1$, $\texttt{a\_b}$", "Dist(P, Q) ≥ 1, a_b"),
    (r"\emph{the $n$-th} of ``$k$ lamps''", "the n-th of “k lamps”"),
    (r"\frac{a}{b} and \sqrt{n} without dollars", "a/b and √n without dollars"),
    (r"$1{,}000 x$ and $10{,}000$", "1,000 x and 10,000"),
]
BROKEN = [
    ("mathcal{O}(T), mathcal O_i(u), mathbb{R}^d", "𝒪(T), 𝒪ᵢ(u), ℝᵈ"),
    ("1.45times faster, a 5-10times speedup", "1.45× faster, a 5-10× speedup"),
    ("sim 20% more, {sim}750, 1.2{sim}1.3times", "∼ 20% more, ∼750, 1.2∼1.3×"),
    (r"R^{2}, SL^{2}A, v_{t+1}, up to sim17\%", "R², SL²A, vₜ₊₁, up to ∼17%"),
    ("f_theta, ell_2, theta_{GR}, phi_r", "f_θ, ℓ₂, θ_GR, ϕᵣ"),
    ("leq 4B, 62.27% rightarrow 67.04%", "≤ 4B, 62.27% → 67.04%"),
    ("p_c approx 0.593, O(n^2), 256^3", "p_c ≈ 0.593, O(n²), 256³"),
    ("O(dlog(Hd^{3/2})), R^{mtimes n}", "O(d log(Hd^(3/2))), R^(m×n)"),
    ("sigmaleft( sum_j mathcal W_{ij} u right)", "σ(∑ⱼ 𝒲ᵢⱼ u)"),
    ("textbf{one} and textit{O}bstacles, boldsymbolπ", "one and Obstacles, π"),
    ("https://a.example/b{https://a.example/b}.", "https://a.example/b."),
    ("https://a.example/b{our page}.", "our page (https://a.example/b)."),
    ("magenta{https://a.example/c/{https://a.example/c/}}", "https://a.example/c/"),
]
UNTOUCHED = [
    "It costs $5 and $6.",
    "from $10 to $20, or $5, $10, or $15 per month",
    "US$3.5 million and HK$2",
    "AT&T in C# and F#, 50% of 20 % and 3%",
    r"C:\Users\name\new and \d+\s* and \n",
    "/home/a_b/~x, ~60%, ~/notes",
    "99% % of them %and all that follows",
    "three times, sometimes, 3 times",
    "the SAP approximation, in sim-to-real, sim environments",
    "the alpha blending, inverse gamma priors, a beta version",
    "from the text x^2 and snake_case_names, x86_64, __init__",
    "user_{id}.json and {True, False} and {-1, 0, 1}",
    "bash $HOME/$PATH and `code $x^2$` and --json and -v",
    "bash ${HOME}/a and ${PATH}/b",
    "{ and } and $ and \\",
    "at 5 pm 3 people left or right",
    "a@b.example and https://a.example/~me/x_y?z=%20#a_{b}",
]


@pytest.mark.parametrize(("said", "shown"), PROSE + MATHEMATICS + BROKEN)
def test_latex_becomes_what_it_means(said: str, shown: str) -> None:
    assert legible(said) == unicodedata.normalize("NFC", shown)


@pytest.mark.parametrize("said", UNTOUCHED)
def test_what_is_no_latex_stays_as_it_is(said: str) -> None:
    assert legible(said) == said


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("e\u0301", "é"),
        ("soft\u00adhyphen, zero\u200bwidth, \u202eover", "softhyphen, zerowidth, over"),
        ("two\n  lines\tof   one", "two lines of one"),
        ("â€œAÃ±oâ€ and naÃ¯ve", "“Año” and naïve"),
        ("AÃ±o, Ã la carte", "Año, à la carte"),
        ("São Paulo, Ångström, Đorđe, Ãlvares", "São Paulo, Ångström, Đorđe, Ãlvares"),
    ],
)
def test_text_is_tidied(said: str, shown: str) -> None:
    assert legible(said) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (r"Mikkel {\O}bro", "Mikkel Øbro"),
        (r"D. {\v{S}}tefankovi{\v{c}}", "D. Štefankovič"),
        (r"J.~M. O'Neill-L\'opez", "J. M. O'Neill-López"),
        ("Sim 20 Times", "Sim 20 Times"),
    ],
)
def test_names_have_accents_and_no_mathematics(said: str, shown: str) -> None:
    assert legible_name(said) == shown


def test_runs_tell_mathematics_with_its_latex() -> None:
    told = runs(r"A $\frac{a}{b}$ and mathcal{O}(T), {\bf so}")
    assert [(run.text, run.tex) for run in told] == [
        ("A ", None),
        ("a/b", r"\frac{a}{b}"),
        (" and ", None),
        ("𝒪(T)", r"\mathcal{O}(T)"),
        (", so", None),
    ]


PIECES = st.sampled_from(
    [
        *("\\", "{", "}", "$", "^", "_", "~", "`", "``", "''", "--", "%", "&", "(", ")", "[", "]"),
        *(" ", "a", "Bc", "12", "é", "x^2", "\\alpha", "\\frac", "\\'e", '\\"', "\\v", "\\emph"),
        *("\\(", "\\)", "\\left", "\\right", "times", "3times", "sim 2", "mathcal", "ell_2", "O("),
        *("https://a.example/b", "\\url", "\\href", "\\begin{equation}", "\\end{equation}", "C:\\"),
        *(
            "\\times",
            "\\sqrt",
            "\\hat",
            "\\item",
            "\\unknown",
            "\\\\",
            "\\,",
            "\\*",
            "*",
            "α",
            "\u0301",
            "²",
        ),
    ]
)
SAID = st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join))
MANY = settings(max_examples=300, deadline=None)


@MANY
@given(SAID)
def test_nothing_is_too_odd_and_legible_text_stays(said: str) -> None:
    once = legible(said)
    assert legible(once) == once
    assert once == " ".join(once.split())
    assert "".join(run.text for run in runs(said)) == once
    legible_name(said)


@MANY
@given(st.sampled_from([*ACCENTS, *LETTERS, *STYLES, *SWITCHES, *OURS, "alpha", "nabla", "oplus"]))
def test_no_command_that_a_table_knows_is_left(name: str) -> None:
    if len(name) > 1 and name.isalpha():
        for said in (f"a \\{name} b", f"a \\{name}{{b}} c", f"$a \\{name}{{b}}$"):
            assert f"\\{name}" not in legible(said)


@MANY
@given(
    st.lists(st.sampled_from(["abc", "123", "%", "&", "#", "x_y", "{z}", "é"]), max_size=8).map(
        " ".join
    )
)
def test_letters_and_digits_are_never_lost(said: str) -> None:
    assert sorted(filter(str.isalnum, legible(said))) == sorted(filter(str.isalnum, said))


@pytest.mark.parametrize("piece", ["{", "$", "\\", "\\frac{", "$x_{"])
def test_a_million_characters_are_no_danger(piece: str) -> None:
    """Were a step quadratic, this would take hours."""
    assert legible(piece * (1_000_000 // len(piece))) is not None


@pytest.mark.parametrize(
    "piece", ["${", "O((", "``", "a_{b ", "{{}", "\\!{}", "\\left(", "--", "Ã©", "a^"]
)
def test_nor_are_a_hundred_thousand_of_others(piece: str) -> None:
    assert legible(piece * (100_000 // len(piece))) is not None


@needs_data
def test_the_table_of_arxiv_is_kept() -> None:
    """Left out: what contradicts the rest (a macro keeps its backslash), and options we lack."""
    rows = json.loads((LATEX / "accents.json").read_text("utf-8"))
    asked = [row for row in rows if row["args"] != [False] and "\\macro" not in row["input"]]
    assert len(asked) > 30
    for row in asked:
        if "  " not in row["input"]:  # a store folds the second space, which TeX would keep
            assert legible(row["input"]) == " ".join(row["expected"].split())


@needs_data
def test_names_of_the_table_arise() -> None:
    for row in json.loads((LATEX / "authors.json").read_text("utf-8")):
        told = legible_name(row["latex"])
        for name in row["unicode"]:
            family = name.split()[-1]
            assert family in told


@needs_data
def test_real_abstracts_have_no_command_left() -> None:
    lines = (LATEX / "tricky_abstracts.jsonl").read_text("utf-8").splitlines()
    for told in map(json.loads, lines):
        for said in (told["title"], told["abstract"]):
            shown = legible(said)
            assert not [name for name in re.findall(r"\\([A-Za-z]+)", shown) if symbol(name)]
            assert shown.count("{") <= said.count("{")
            assert legible(shown) == shown


def test_the_examples_of_the_documentation_hold() -> None:
    page = Path(__file__).parents[1].joinpath("docs", "legible.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) > 15
    for said, shown, *_ in rows:
        spans = [code.strip() for _, code in re.findall(r"(`+)(.+?)\1(?!`)", said)]
        assert ", ".join(map(legible, spans)) == shown
