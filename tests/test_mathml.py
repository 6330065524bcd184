"""Mathematics on pages: MathML Core or the text, nothing that a dump wrote as markup, one line."""

from __future__ import annotations

import re
import time
from itertools import accumulate
from xml.etree.ElementTree import Element, SubElement

import pytest
import xss
from formulas import as_text
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from digest.render import mathml, mathml_core
from digest.render.cuts import cut
from digest.text.hygiene import has_unsafe
from digest.text.legible import Run, legible

FLAG, LENGTH = "true|false", r"[+-]?\d*\.?\d+em"
CORE = {
    **{tag: {} for tag in ("mrow", "mn", "msqrt", "mroot", "msub", "msup", "msubsup", "mtext")},
    **{tag: {} for tag in ("munder", "munderover", "mtable", "mtr", "mtd")},
    "math": {"alttext": ".*"},
    "mi": {"mathvariant": "normal"},
    "mo": {
        **dict.fromkeys(("stretchy", "largeop", "separator"), FLAG),
        **dict.fromkeys(("minsize", "maxsize", "lspace", "rspace"), LENGTH),
        "form": "prefix|infix|postfix",
    },
    "mover": {"accent": FLAG},
    "mfrac": {"linethickness": "0"},
    "mspace": {"width": LENGTH},
    "mstyle": {"displaystyle": FLAG, "scriptlevel": "[0-2]"},
}
PARTS = {
    **dict.fromkeys(("mfrac", "mroot", "msub", "msup", "mover", "munder"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
    **dict.fromkeys(("mi", "mn", "mo", "mtext", "mspace"), 0),
}
COMMANDS = (
    *(
        r"\frac",
        r"\sqrt",
        r"\mathcal",
        r"\mathbf",
        r"\mathrm",
        r"\text",
        r"\hat",
        r"\left",
        r"\right",
    ),
    *(
        r"\sum",
        r"\log",
        r"\operatorname",
        r"\begin{matrix}",
        r"\end{matrix}",
        r"\\",
        r"\foo",
        r"\%",
    ),
    *(
        r"\href",
        r"\style",
        r"\class",
        r"\color",
        r"\hspace",
        r"\unicode",
        r"\newcommand",
        r"\def\a",
    ),
    *(
        r"\xrightarrow",
        r"\not",
        r"\big",
        r"\rm",
        r"\cal",
        r"\boxed",
        r"\phantom",
        r"\verb",
        r"\alpha",
    ),
    *(
        r"\overline",
        r"\mathop",
        r"\limits",
        r"\rule",
        r"\raise",
        r"\above",
        r"\genfrac",
        r"\hbox",
        r"\tag",
    ),
    *"{}{}{}()[]^_^_&#%$~'|<>=+-,.:;/\\ 0129xyzABé中\u202e\u0301",
    *("&#x41;", "&lt;", "<b>", "...", "1,000", "10em", "[3]", "<script>alert(1)</script>"),
)
TEX = st.one_of(st.lists(st.sampled_from(COMMANDS), max_size=16).map("".join), st.text(max_size=24))


def shown(tex: str, text: str = "TEXT", columns: int = 26) -> str:
    return str(mathml.runs_to_html((Run(text=text, tex=tex),), columns))


def inside(tex: str) -> str:
    """What stands in the `math` element of a formula."""
    return re.sub(r"^<math[^>]*>|</math>$", "", shown(tex))


def check_core(html: str) -> None:
    for element in lxml_html.fragment_fromstring(html, create_parent="main").iterdescendants():
        if element.tag == "span":
            assert dict(element.attrib) == {"class": "formula"}
            continue
        for name, value in element.attrib.items():
            assert re.fullmatch(CORE[str(element.tag)][name], value, re.DOTALL), (html, name)
        assert len(element) == PARTS.get(str(element.tag), len(element)), html


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("k", "<mi>k</mi>"),
        (r"\alpha_i", "<msub><mi>α</mi><mi>i</mi></msub>"),
        (r"\mathcal{N}", "<mi>𝒩</mi>"),
        (r"{\cal N}", "<mi>𝒩</mi>"),
        (r"\mathbf{xy}", "<mi>𝐱</mi><mi>𝐲</mi>"),
        (r"\boldsymbol{\theta}", "<mi>𝜽</mi>"),
        (r"\mathbb{R}\mathfrak{g}\mathfrak{C}", "<mi>ℝ</mi><mi>𝔤</mi><mi>ℭ</mi>"),
        (r"\mathds{1}", "<mn>𝟙</mn>"),
        (r"\mathsf{A1}", "<mi>𝖠</mi><mn>1</mn>"),
        (r"\mathrm{d}x", '<mi mathvariant="normal">d</mi><mi>x</mi>'),
        (r"\Gamma", '<mi mathvariant="normal">Γ</mi>'),
        (r"r_\mathrm{eff}", "<msub><mi>r</mi><mi>eff</mi></msub>"),
        (r"\mathop{\rm argmin}", "<mi>argmin</mi>"),
        (
            r"n\log n",
            '<mi>n</mi><mspace width="0.167em" /><mi>log</mi><mspace width="0.167em" /><mi>n</mi>',
        ),
        (
            r"\operatorname{tr}(A)",
            '<mi>tr</mi><mo stretchy="false">(</mo><mi>A</mi><mo stretchy="false">)</mo>',
        ),
        (r"a \bmod b", "<mi>a</mi><mo>mod</mo><mi>b</mi>"),
        (r"x\sim\pm y", "<mi>x</mi><mo>∼</mo><mo>±</mo><mi>y</mi>"),
        (r"\|x\|", "<mi>‖</mi><mi>x</mi><mi>‖</mi>"),
        (r"\langle x", '<mo stretchy="false">⟨</mo><mi>x</mi>'),
        (r"\infty", "<mi>∞</mi>"),
        (r"x\not=y", "<mi>x</mi><mo>≠</mo><mi>y</mi>"),
        (r"\tilde{O}", '<mover accent="true"><mi>O</mi><mo stretchy="false">˜</mo></mover>'),
        (r"\overline{x}", '<mover accent="true"><mi>x</mi><mo>‾</mo></mover>'),
        (r"x^{2}", "<msup><mi>x</mi><mn>2</mn></msup>"),
        (r"\frac{1}{2}", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"\nicefrac{1}{2}", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (
            r"\binom{n}{k}",
            '<mo>(</mo><mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac><mo>)</mo>',
        ),
        ("N=10,000", "<mi>N</mi><mo>=</mo><mn>10,000</mn>"),
        ("N=10{,}000", "<mi>N</mi><mo>=</mo><mn>10,000</mn>"),
        ("(1,200)x", None),
        (r"50\% x", "<mn>50</mn><mi>%</mi><mi>x</mi>"),
        ("50% x", "<mn>50</mn><mi>%</mi><mi>x</mi>"),
        (r"\text{50\% of a_b}", "<mtext>50% of a_b</mtext>".replace(" ", "\u00a0")),
        (r"x_{\text{max}}", "<msub><mi>x</mi><mtext>max</mtext></msub>"),
        (r"\color{red} x", "<mi>x</mi>"),
        (r"x\!y", '<mi>x</mi><mspace width="-0.167em" /><mi>y</mi>'),
        ("a...b", "<mi>a</mi><mi>…</mi><mi>b</mi>"),
        (r"A \backslash B", "<mi>A</mi><mo>∖</mo><mi>B</mi>"),
    ],
)
def test_a_formula_is_written_in_mathml_core(tex: str, expected: str | None) -> None:
    assert inside(tex) == expected or expected is None
    check_core(shown(tex))


@pytest.mark.parametrize(
    "tex",
    [
        *(
            r"\foo x",
            r"x \unknown{y}",
            r"\frac{a}",
            "x^",
            "x^a^b",
            r"\left( x",
            r"\begin{matrix} a",
        ),
        *(
            "{",
            "}",
            "",
            " ",
            r"\href{javascript:alert(1)}{x}",
            r"\style{color:red}{x}",
            r"\class{a}{x}",
        ),
        *(
            r"\unicode{x202e}",
            "x\u202ey",
            "&#x202e;",
            r"\boxed{x}",
            r"\phantom{x}",
            r"\text{a {b} c}",
        ),
        *(r"\text{a $x$}", r"\newcommand{\a}{\a\a}\a", r"\def\a{\a\a}\a", r"a & b", "a # b"),
        *("x+" * 300, "{" * 13 + "x" + "}" * 13, r"\sqrt" * 80, r"\verb|x|", r"\tag{1}"),
    ],
)
def test_what_cannot_be_told_in_it_is_text(tex: str) -> None:
    assert shown(tex) == "TEXT"


@pytest.mark.parametrize("tag", ["mi", "mrow", "maction", "semantics", "a", "script"])
@pytest.mark.parametrize("name", ["href", "style", "class", "onclick", "xlink:href", "id"])
def test_no_element_and_no_attribute_passes_that_is_not_known(tag: str, name: str) -> None:
    """The formula is refused already where LaTeX asks for one of these; this is the second door."""
    math = Element("math")
    SubElement(math, tag, {name: "javascript:alert(1)"}).text = "x" if tag == "mi" else None
    with pytest.raises(mathml_core.Refused):
        mathml_core.rewrite(math)


@pytest.mark.parametrize("text", ["1.45×", "∼20%", "10", "10:1", "≥ 3.5", "1,000"])
def test_what_reads_the_same_as_text_is_text(text: str) -> None:
    assert shown("1", text) == text


def test_what_a_screen_reader_may_say_is_the_text_where_that_differs() -> None:
    assert shown("x^2", "x²") == '<math alttext="x²"><msup><mi>x</mi><mn>2</mn></msup></math>'
    assert shown("x", "x") == "<math><mi>x</mi></math>"
    assert 'alttext="&quot;&lt;b&gt;"' in shown("x", '"<b>')


@settings(max_examples=600, deadline=None)
@example(r"\text{<script>alert(1)</script>}")
@example(r"\text{&lt;b>}<b>")
@given(TEX)
def test_any_formula_is_core_or_the_text(tex: str) -> None:
    html = shown(tex, "T&amp;<T>")
    if html == "T&amp;amp;&lt;T&gt;":
        return
    check_core(html)
    content = lxml_html.fragment_fromstring(html, create_parent="main").text_content()
    assert not re.search(r"\\[A-Za-z]", content)
    assert not has_unsafe(content)
    mathml._formula.cache_clear()
    assert shown(tex, "T&amp;<T>") == html


@pytest.mark.parametrize("hostile", xss.STRINGS)
def test_hostile_text_is_no_markup_in_words_or_in_a_formula(hostile: str) -> None:
    line = legible(hostile)
    words = lxml_html.fragment_fromstring(
        str(mathml.runs_to_html((Run(text=line),))), create_parent="main"
    )
    assert words.text_content() == line
    assert not len(words)
    for tex in (hostile, rf"\text{{{hostile}}}", rf"x_{{{hostile}}}"):
        check_core(shown(tex))


def test_punctuation_stays_beside_its_formula() -> None:
    pieces = (
        Run(text="Of ("),
        Run(text="x", tex="x"),
        Run(text=")-dimensional ("),
        Run(text="y", tex="y"),
    )
    assert mathml.runs_to_html((*pieces, Run(text="), a"))) == (
        'Of <span class="formula">(<math><mi>x</mi></math>)-</span>dimensional '
        '<span class="formula">(<math><mi>y</mi></math>),</span> a'
    )
    assert mathml.runs_to_html((Run(text="("), Run(text="1", tex="1"), Run(text=") a"))) == "(1) a"


def test_a_long_formula_has_places_for_a_line_to_end() -> None:
    html = shown("a=" + "+".join(["bcdef"] * 8))
    parts = html.split("</math>")[:-1]
    assert len(parts) == 3
    assert all('<math><mo form="infix">+</mo>' in part for part in parts[1:])
    assert shown("abcdefghij" * 3) == "TEXT"
    assert shown("abcdefghij" * 3, columns=40) != "TEXT"
    assert shown(r"\frac{abcdefghijklmnopqrstuvwxyzabc}{x}+1") == "TEXT"


PIECES = st.lists(
    st.tuples(st.text(alphabet="ab ,.é(\u0301", max_size=12), st.booleans()), max_size=8
).map(lambda pairs: tuple(Run(text=text, tex="x" if is_tex else None) for text, is_tex in pairs))


@settings(deadline=None)
@given(PIECES, st.integers(0, 60))
def test_a_cut_never_parts_a_formula_and_is_never_too_long(
    pieces: tuple[Run, ...], limit: int
) -> None:
    short = mathml.cut_runs(pieces, limit)
    whole, told = ("".join(run.text for run in runs) for runs in (pieces, short))
    assert len(told) <= limit
    assert told == whole or whole.startswith(told.removesuffix("…"))
    for run, given_run in zip(short, pieces, strict=False):
        assert run == given_run or run.tex is None
    ends = list(accumulate(len(run.text) for run in pieces))
    for run, end in zip(pieces, ends, strict=True):
        is_within = end - len(run.text) < len(told.removesuffix("…")) < end
        assert run.tex is None or not is_within
    if all(run.tex is None for run in pieces):
        assert told == cut(whole, limit)


def test_a_page_of_hostile_formulas_takes_no_longer_than_a_long_text() -> None:
    many = tuple(Run(text=f"x{n}", tex=f"x_{{{n}}}") for n in range(100_000))
    signs = ("{", r"\sqrt", "x^", r"\left(", "_", r"\frac")
    deep = tuple(Run(text="y", tex=(sign * 400)[:400]) for sign in signs)
    started = time.process_time()
    html = mathml.runs_to_html(many)
    for run in deep * 20:
        mathml.runs_to_html((run,))
    assert time.process_time() - started < 5
    assert html.count("<math") == 500
    assert html.endswith("x99999")


def test_words_are_given_back_as_they_are_legible() -> None:
    text = r"A <b> & $\mathcal{O}(n^2)$ of AT&T, $5 and $6"
    html = str(mathml.to_html(text))
    element = lxml_html.fragment_fromstring(html, create_parent="main")
    assert element.find(".//math") is not None
    assert as_text(element).text_content() == legible(text)
