"""What Hugging Face broke, made TeX again where that is certain, and only there.

Its pages lose the dollars and backslashes of mathematics: `mathcal{O}(T)` was `$\\mathcal{O}(T)$`.
A word is taken for a command only with evidence that no English has: a digit glued before `times`,
a brace or a script after it, a relation that is no word. `restored` does it within mathematics.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.text.latex.symbols import GREEK_NAMES

_GREEK = "|".join(sorted((*GREEK_NAMES, "ell", "nabla", "partial", "hbar"), key=len, reverse=True))
_ALPHABET = "math(?:cal|bb|frak|scr|bf|rm|sf|it|tt|ds|bbm)|boldsymbol|operatorname|bm"
_DRESS = "text(?:bf|it|tt|sc|rm|sf)|emph"
_WITH_BRACE = (
    "text|sqrt|frac|nicefrac|tfrac|dfrac|binom|hat|widehat|tilde|widetilde|bar|overline|underline|"
    "vec|dot|ddot"
)
_BRACED = f"{_ALPHABET}|{_WITH_BRACE}"
_NEVER_ENGLISH = (
    "leq|geq|neq|leqslant|geqslant|rightarrow|leftarrow|Rightarrow|Leftarrow|leftrightarrow|"
    "longrightarrow|mapsto|infty|cdot|cdots|ldots|propto|subseteq|supseteq|lesssim|gtrsim|"
    "varepsilon|vartheta|varphi|otimes|oplus|odot|simeq|ll|gg|nabla"
)
_BIG = "sum|prod|int|max|min|argmax|argmin|lim|sup|inf|log|exp|arg"
_NUMBER = r"\d[\d.,]*"
_SCRIPT = (
    r"[_^](?:\{[^{}\s]{0,40}(?:\s[^{}\s]{1,12}){0,4}\}"
    r"|(?:\\?[A-Za-z]{1,12}|\d{1,4}|[*+-])(?![A-Za-z]))"
)
_GROUP = r"\{[^{}]{0,60}(?:\{[^{}]{0,40}\}[^{}]{0,40}){0,2}\}"
_TAIL = (
    rf"(?:{_SCRIPT}|{_GROUP}|\([^()\s]{{0,60}}(?:\([^()\s]{{0,40}}\)[^()\s]{{0,40}}){{0,2}}\)|')*"
)
_START = r"(?<![A-Za-z\\/_.@#])"

_MATH = re.compile(
    "|".join(
        [
            rf"(?P<big>{_START}(?:[OΩΘΟ]|\\?tilde\{{O\}})\([^()]{{1,60}}(?:\([^()]{{0,40}}\)[^()]{{0,40}}){{0,3}}\))",
            rf"(?P<braced>{_START}\\?(?:{_BRACED})(?={_GROUP}){_TAIL})",
            rf"(?P<lettered>{_START}math(?:cal|bb|frak|scr|bf|rm)\s+[A-Z](?![A-Za-z]){_TAIL})",
            rf"(?P<sum>{_START}(?:{_BIG})_(?:\{{[^{{}}]{{1,30}}\}}|[a-z](?![A-Za-z])){_TAIL})",
            rf"(?P<greek>{_START}(?:{_GREEK})(?=[_^])(?:{_SCRIPT})+)",
            rf"(?P<letter>{_START}[A-Za-z]_(?:{_GREEK})(?![A-Za-z]))",
            rf"(?P<bold>{_START}boldsymbol[^\x00-\x7f])",
            rf"(?P<sized>(?:{_START}(?:{_GREEK}|[A-Za-z]))?(?<![A-Za-z])?left[(\[|][^$]{{0,200}}?right[)\]|])",
            r"(?P<scripted>[A-Za-z\u0370-\u03ff\d)\]](?:[_^]\{[^{}\s]{1,40}(?:\s[^{}\s]{1,12}){0,3}\}"
            r"|\^\*(?![\w*]))+(?!\.\w{2,5}\b|/))",
            r"(?P<power>(?<![\w.^])\d+\^\d+(?![\w^]))",
            rf"(?P<relation>{_START}(?<!-)(?:{_NEVER_ENGLISH})(?![\w-]))",
        ]
    )
)
_TIMES = re.compile(r"(?<=[\d}])(\s?)times(?![A-Za-z])")
_GLUED_TIMES = re.compile(r"(?<=[\d}])times(?![A-Za-z])")
_SIM = re.compile(
    rf"(?<![\w\\-])(?P<sim>sim|approx)(?P<space>\s?)(?=[$]?{_NUMBER}(?:\\?%|[KMBkx]\b|\s|[,.;)]|$))"
)
_BETWEEN = re.compile(rf"(?<=[\w)}}%]) approx (?=-?{_NUMBER})")
_PLUS_MINUS = re.compile(r"(?<=\d) ?pm ?(?=\d*\.\d)")
_IN_BRACES = re.compile(r"\{(sim|approx|times|deg|leq|geq|pm|rightarrow|to|infty|ell)\}")
_STYLED = re.compile(rf"{_START}(?:{_DRESS})(?=\{{)")

_RESTORABLE = re.compile(
    rf"(?<![A-Za-z\\])(?:{_ALPHABET}|(?:{_WITH_BRACE}|{_DRESS})(?=\{{)|{_GREEK}|{_NEVER_ENGLISH}|{_BIG}|left|right"
    r"|sim|approx|pm|times|deg|langle|rangle|top|star|prime|forall|exists|cap|cup|mid|dagger)(?![A-Za-z])"
)
_JOINED = re.compile(r"(?<![A-Za-z\\])([A-Za-z])(times|log|cdot|sqrt|leq|geq)(?![A-Za-z])")
_SIZED = re.compile(rf"(?<![A-Za-z\\])({_GREEK})?(left|right)(?=[(\[{{|)\]}}.])")
_BEFORE_WORD = re.compile(
    r"(?<![A-Za-z\\])(mathcal|mathbb|mathbf|mathrm|mathfrak|boldsymbol)\s?(?=[^A-Za-z\s{])"
)


_ENGLISH = re.compile("[A-Za-z]{4,}")
_COMMAND = re.compile(r"\\[A-Za-z]+")


def mended(prose: str) -> Iterator[tuple[bool, str]]:
    """Part prose into what stays and what is mathematics, the latter with its backslashes back."""
    prose = _dressed(prose)
    at = 0
    for found in _MATH.finditer(prose):
        tex = restored(found[0])
        if found["big"] and _ENGLISH.search(_COMMAND.sub("", tex)):
            continue
        yield False, _worded(prose[at : found.start()])
        yield True, tex
        at = found.end()
    yield False, _worded(prose[at:])


def needs_mending(text: str) -> bool:
    """Tell, quickly, whether a text may hold what `mended` mends."""
    if any(sign in text for sign in "_^{"):
        return True
    return any(word in text for word in _TELLTALES) or _has_hint(text)


_TELLTALES = (
    *("mathcal", "mathbb", "mathbf", "mathrm", "mathsf", "mathit", "mathfrak", "mathscr"),
    *("boldsymbol", "leq", "geq", "neq", "arrow", "mapsto", "infty", "cdot", "ldots", "propto"),
    *("subseteq", "supseteq", "lesssim", "gtrsim", "varepsilon", "vartheta", "varphi", "otimes"),
    *("oplus", "odot", "simeq", " ll ", " gg ", "nabla", "left(", "left["),
)
_HINTS = {
    "times": re.compile(r"\dtimes"),
    "sim": re.compile(r"sim ?\$?\d"),
    "approx": re.compile(r"approx ?[$-]?\d"),
    "pm": re.compile(r"\d ?pm ?\.?\d"),
}


def _has_hint(text: str) -> bool:
    return any(word in text and hint.search(text) for word, hint in _HINTS.items())


def restored(tex: str) -> str:
    """Return mathematics with the backslashes back that its commands have lost."""
    tex = _SIZED.sub(lambda m: (f"\\{m[1]}" if m[1] else "") + f"\\{m[2]}", tex)
    tex = _JOINED.sub(r"\1\\\2", tex)
    tex = _BEFORE_WORD.sub(r"\\\1 ", tex)
    return _RESTORABLE.sub(lambda found: f"\\{found[0]}", tex)


def _dressed(prose: str) -> str:
    prose = _STYLED.sub(lambda found: f"\\{found[0]}", prose)
    return _IN_BRACES.sub(lambda found: f"\\{found[1]}{{}}", prose)


def _worded(prose: str) -> str:
    """Mend the single signs that stand between words."""
    prose = _GLUED_TIMES.sub("×", prose)
    prose = (
        _SIM.sub(lambda m: ("∼" if m["sim"] == "sim" else "≈") + m["space"], prose)
        if "sim" in prose or "approx" in prose
        else prose
    )
    prose = _BETWEEN.sub(" ≈ ", prose)
    return _PLUS_MINUS.sub(" ± ", prose)
