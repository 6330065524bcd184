"""Shows the mathematics of a text as MathML, for pages, which run no script.

The only module that knows the library `latex2mathml`. It understands most of LaTeX, but not all,
and does not say where it did not: what it made is put right by `mathml_core`. Where that refuses,
or a formula is longer or deeper than those of an abstract are, the same piece stands there in
Unicode, as it does in mail. What of a text is mathematics is decided by `text.legible`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from xml.etree.ElementTree import Element, tostring

from markupsafe import Markup, escape

from digest.render import KEPT, mathml_core
from digest.render.cuts import cut, ended
from digest.text.legible import Run, runs

_MOST_FORMULAS = 500  # of one text: its page stays a page, whatever a dump holds
_MOST_CHARACTERS = 400
_DEEPEST = 12
_BEFORE = re.compile(r"(?:(?<![A-Za-z])[A-Za-z]{1,4})?[(\[{“‘«\"']{0,4}$")
_AFTER = re.compile(r"(?:[A-Za-z]{1,3}(?![A-Za-z]))?[)\]}.,;:!?%’”»\"'–—/-]{0,4}")
_COLUMNS = 26  # what a telephone held upright has room for
_REFUSED = re.compile(
    r"&\#|\\(?:(?:re|provide)?newcommand|def|let|DeclareMathOperator|(?:re)?newenvironment"
    r"|unicode|href|style|class|tag|verb)(?![A-Za-z])"
)  # what defines, names characters by number, points elsewhere, or is written out of its place
_BRACE = re.compile(r"\\.|([{}])", re.DOTALL)
_COMMENT = re.compile(r"(\\.)|%", re.DOTALL)
_OTHERWISE = re.compile(r"\\(nicefrac|sfrac|mathds|mathbbm|textsc|textsl|xspace)(?![A-Za-z])")
_CALLED = {
    **{"nicefrac": r"\frac", "sfrac": r"\frac", "mathds": r"\mathbb", "mathbbm": r"\mathbb"},
    **{"textsc": r"\text", "textsl": r"\textit", "xspace": ""},
}
_ROMAN = re.compile(r"(?<=\\mathrm)\{([A-Za-z])\}")
_NOT = re.compile(r"\\not\s*([=<>])")
_NEGATED = {"=": r"\ne ", "<": r"\nless ", ">": r"\ngtr "}
_THOUSANDS = re.compile(
    r"(?<![\d.,([{])\d{1,3}(?:,\d{3})+(?![\d,)\]}])|\d{1,3}(?:\{,\}\d{3})+(?!\d)"
)
_READS_THE_SAME = re.compile(r"[\d\s.,:%/()+\-−–±×~∼≈<>≤≥$]*")


@lru_cache(4 * KEPT)
def to_html(text: str, most: int | None = None, columns: int = _COLUMNS) -> Markup:
    """Write a text of a dump as HTML: its words escaped, its mathematics as MathML.

    Of a text of more than `most` characters the rest is cut off, as `render.cuts.cut` does it. What
    takes more than `columns` letters without a place to break it is left to Unicode, which wraps.
    """
    pieces = runs(text)
    return runs_to_html(pieces if most is None else cut_runs(pieces, most), columns)


def runs_to_html(pieces: Sequence[Run], columns: int = _COLUMNS) -> Markup:
    """Write the pieces of a text as HTML, formulas with the punctuation that must stay beside them.

    Browsers end a line beside a formula as beside a picture: after `(`, before `-dimensional`.
    """
    texts = [run.text for run in pieces]
    words = {at for at, run in enumerate(pieces) if run.tex is None}
    formulas: dict[int, Markup] = {}
    for at, run in enumerate(pieces):
        if run.tex is None or len(formulas) == _MOST_FORMULAS:
            continue
        opening = closing = ""
        if at - 1 in words:
            opening = _found(_BEFORE.search(texts[at - 1][-12:]))
            texts[at - 1] = texts[at - 1].removesuffix(opening)
        if at + 1 in words:
            closing = _found(_AFTER.match(texts[at + 1]))
            texts[at + 1] = texts[at + 1].removeprefix(closing)
        formulas[at] = _formula(run.tex, run.text, columns, opening, closing)
    html = (formulas[at] if at in formulas else escape(text) for at, text in enumerate(texts))
    return Markup("").join(html)


def cut_runs(pieces: Sequence[Run], limit: int) -> tuple[Run, ...]:
    """Shorten a text to at most `limit` characters, as `cuts.cut` does, but not in a formula."""
    whole = "".join(run.text for run in pieces)
    if len(whole) <= limit:
        return tuple(pieces)
    if limit <= 0:
        return ()
    kept: list[Run] = []
    left = len(cut(whole, limit)) - 1
    for run in pieces:
        if len(run.text) > left:
            kept += [Run(text=run.text[:left])] if run.tex is None else []
            break
        kept.append(run)
        left -= len(run.text)
    while kept and kept[-1].tex is None:
        if words := ended(kept.pop().text):
            return (*kept, Run(text=f"{words}…"))
    return (*kept, Run(text="…"))


def _found(match: re.Match[str] | None) -> str:
    return match[0] if match else ""


@lru_cache(maxsize=8192)
def _formula(tex: str, text: str, columns: int, opening: str = "", closing: str = "") -> Markup:
    """Write a formula as MathML, or as its text where that reads the same or has to do."""
    if _READS_THE_SAME.fullmatch(text) or _hangs(tex, text) or _is_beyond(tex):
        return escape(opening + text + closing)
    try:
        math = _converted(_prepared(tex))
        mathml_core.rewrite(math)
        parts = list(mathml_core.pieces(math, columns - len(opening) - len(closing)))
    except mathml_core.Refused:
        return escape(opening + text + closing)
    if len(parts) == 1 and "".join(math.itertext()) != text:
        math.set("alttext", text)
    if opening or closing:
        *parts, last = parts
        parts[:1] = [_in_one_line(opening, first, "") for first in parts[:1]]
        parts.append(_in_one_line("" if parts else opening, last, closing))
    return Markup("".join(tostring(part, "unicode") for part in parts))  # noqa: S704  ET escapes


def _in_one_line(opening: str, formula: Element, closing: str) -> Element:
    span = Element("span", {"class": "formula"})
    span.text = opening
    span.append(formula)
    formula.tail = closing
    return span


def _converted(tex: str) -> Element:
    """Ask the library; raise `Refused` where it fails, by its own errors or by those of Python.

    It is imported here, since it takes longer than many a command: it reads a table of signs.
    """
    from latex2mathml import exceptions
    from latex2mathml.converter import convert_to_element

    failures: tuple[type[Exception], ...] = (
        *(kind for kind in vars(exceptions).values() if isinstance(kind, type)),
        *(AttributeError, LookupError, RuntimeError, StopIteration, TypeError, ValueError),
    )
    try:
        return convert_to_element(tex)
    except failures as error:
        raise mathml_core.Refused(str(error)) from error


def _hangs(tex: str, text: str) -> bool:
    """Tell whether it is an index of the word before it, as in CO$_2$, that Unicode can write."""
    return tex.startswith(("_", "^")) and not set(text) & set("_^")


def _is_beyond(tex: str) -> bool:
    """Tell whether a formula is one that the library is not to be asked about."""
    if len(tex) > _MOST_CHARACTERS or _REFUSED.search(tex):
        return True
    depth = deepest = 0
    for match in _BRACE.finditer(tex):
        depth += {"{": 1, "}": -1}.get(match[1], 0)
        deepest = max(deepest, depth)
        if depth < 0:
            return True
    return depth != 0 or deepest > _DEEPEST


def _prepared(tex: str) -> str:
    """Write what the library misreads in a way that it does not: `%` would end the formula."""
    tex = _COMMENT.sub(lambda match: match[1] or r"\%", tex)
    tex = _OTHERWISE.sub(lambda match: _CALLED[match[1]], tex)
    tex = _ROMAN.sub(r"{{\1}}", tex)
    tex = _NOT.sub(lambda match: _NEGATED[match[1]], tex)
    tex = _THOUSANDS.sub(_as_one_number, tex)
    return tex.replace("...", r"\ldots ")


def _as_one_number(match: re.Match[str]) -> str:
    return rf"\text{{{match[0]}}}".replace("{,}", ",")
