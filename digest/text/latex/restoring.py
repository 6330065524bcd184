"""Backslashes put back into mathematics that has lost them: `R^{mtimes n}` was `R^{m\\times n}`.

Only for what is mathematics already; whether a text holds any is not decided here: see `broken`.
"""

from __future__ import annotations

import re

from digest.text.latex.symbols import GREEK_NAMES, words


def _either(names: str) -> str:
    """Return an expression for any of the words, the longest first."""
    return "|".join(sorted(names.split(), key=len, reverse=True))


GREEK = _either(f"{' '.join(GREEK_NAMES)} ell nabla partial hbar")
ALPHABETS = "math(?:cal|bb|frak|scr|bf|rm|sf|it|tt|ds|bbm)|boldsymbol|operatorname|bm"
DRESS = "text(?:bf|it|tt|sc|rm|sf)|emph"
WITH_BRACE = _either(
    "sqrt frac nicefrac tfrac dfrac binom hat widehat tilde widetilde bar overline underline vec "
    "dot ddot"
)
NEVER_ENGLISH = _either(
    "leq geq neq leqslant geqslant rightarrow leftarrow Rightarrow Leftarrow leftrightarrow "
    "longrightarrow mapsto infty cdot cdots ldots propto subseteq supseteq lesssim gtrsim "
    "varepsilon vartheta varphi otimes oplus odot simeq nabla langle rangle lfloor rfloor lceil "
    "rceil lVert rVert"
)
BIG = "sum|prod|int|max|min|argmax|argmin|lim|sup|inf|log|exp|arg"
_OTHERS = "sim|approx|pm|times|deg|forall|exists|cap|cup|mid|gg|ll|in(?=\\s(?:[A-Z{[]|math))"
_LOWERED = words(f"{' '.join(GREEK_NAMES)} ell infty star circ")
_RAISED = _LOWERED | words("top bot prime dagger ast times pm perp intercal")

_SCRIPT = re.compile(r"([_^])\{?([A-Za-z]+)(?![A-Za-z])(\}?)")
_COMMAND = re.compile(
    rf"(?<![A-Za-z\\])(?:{ALPHABETS}|(?:{WITH_BRACE}|text|{DRESS})(?=\{{)|{GREEK}|{NEVER_ENGLISH}"
    rf"|{BIG}|{_OTHERS})(?![A-Za-z])"
)
_JOINED = re.compile(
    r"(?<![A-Za-z\\])([A-Za-z])(times|log|cdot|sqrt|leq|geq|to(?=infty))(?=([A-Za-z])?)"
)
_SIZED = re.compile(rf"(?<![A-Za-z\\{{])({GREEK})?(left|right)(?=[(\[{{|)\]}}.])")
_BEFORE_SIGN = re.compile(
    r"(?<![A-Za-z\\])(mathcal|mathbb|mathbf|mathrm|mathfrak|boldsymbol)\s?(?=[^A-Za-z\s{])"
)
_SWITCH = re.compile(r"\{(bf|rm|cal|it|sf)\s")
_BARE = re.compile(r"([_^])(-?\d+(?:\.\d+)?|[A-Za-z]{2,})(?![{])")


def restored(tex: str) -> str:
    """Return mathematics with the backslashes back that its commands have lost."""
    tex = _SIZED.sub(lambda m: (f"\\{m[1]}" if m[1] else "") + f"\\{m[2]}", tex)
    tex = _JOINED.sub(lambda m: f"{m[1]}\\{m[2]}{' ' if m[3] else ''}", tex)
    tex = _SWITCH.sub(r"{\\\1 ", tex)
    tex = _BEFORE_SIGN.sub(r"\\\1 ", tex)
    parts: list[str] = []
    at = 0
    for found in _SCRIPT.finditer(tex):  # a name that is a whole script is mostly a label
        is_whole = (found[0][1] == "{") == bool(found[3])
        if is_whole:
            is_command = found[2] in (_RAISED if found[1] == "^" else _LOWERED)
            shown = f"{{\\{found[2]}}}" if is_command else found[0][1:]
            parts += _COMMAND.sub(r"\\\g<0>", tex[at : found.start()]), found[1], shown
            at = found.end()
    parts.append(_COMMAND.sub(r"\\\g<0>", tex[at:]))
    return "".join(parts)


def with_whole_scripts(tex: str) -> str:
    """Take all letters, or all digits, after a `^` or `_` as one script: `2^32` is no 2³2.

    So has a text meant it that never saw TeX, and so are scripts written for which Unicode has no
    letters: what has been made legible is not to be read otherwise.
    """
    return _BARE.sub(r"\1{\2}", tex)
