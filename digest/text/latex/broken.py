"""What Hugging Face broke, found and made TeX again where that is certain, and only there.

Its pages lose the dollars and backslashes of mathematics: `mathcal{O}(T)` was `$\\mathcal{O}(T)$`.
A word is taken for a command only with evidence that no English has: a digit glued before `times`,
a brace or a script after it, a relation that is no word. Nothing is written as Unicode here but
single signs between words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.text.latex.mathematics import to_unicode
from digest.text.latex.restoring import (
    ALPHABETS,
    BIG,
    DRESS,
    GREEK,
    NEVER_ENGLISH,
    WITH_BRACE,
    restored,
    with_whole_scripts,
)

_NUMBER = r"\d[\d.,]*"
_INSIDE = r"(?:[^{}\s]|\{[^{}]{0,40}\})"
_BRACED = rf"[_^]\{{\s?{_INSIDE}{{1,40}}(?:\s{_INSIDE}{{1,12}}){{0,4}}\s?\}}"
_SHORT = rf"[_^](?:\\?(?:{GREEK})|[A-Za-z]|\d{{1,3}}(?:\.\d+)?|[*+])(?![\w*]|\.\d)"
_LABEL = r"[_^][A-Za-z]{2,12}(?![\w^])"
_SCRIPT = rf"(?:{_BRACED}|{_SHORT})"
_GROUP = r"\{[^{}]{0,60}(?:\{[^{}]{0,40}\}[^{}]{0,40}){0,2}\}"
_CALL = r"\([^()\s]{0,60}(?:\([^()\s]{0,40}\)[^()\s]{0,40}){0,2}\)"
_TAIL = rf"(?:{_SCRIPT}|{_LABEL}|{_GROUP}|{_CALL}|')*"
_START = r"(?<![A-Za-z\\/_.@#])"
_WORD_START = r"(?<![\w\\/.@#^-])"
_IN_CALL = r"[^()]{1,60}(?:\([^()]{0,40}\)[^()]{0,40}){0,3}"

_FROM_START = {
    "big": rf"(?:[OΩΘΟ]|\{{O\}}|\\?(?:wide)?tilde\{{O\}})\({_IN_CALL}\)",
    "braced": rf"\\?(?:{ALPHABETS}|{WITH_BRACE})(?={_GROUP}){_TAIL}",
    "text": rf"text{_GROUP}{_SCRIPT}+",
    "lettered": rf"math(?:cal|bb|frak|scr|bf|rm)\s+[A-Z](?![A-Za-z]){_TAIL}",
    "sum": rf"(?:{BIG})_(?:\{{[^{{}}]{{1,30}}\}}|[a-z](?!\w)){_TAIL}",
    "greek": rf"(?:{GREEK})(?:{_SCRIPT}|[_^][A-Z]{{2,}}(?!\w))+",
    "letter": rf"[A-Za-z]_(?:{GREEK})(?!\w)",
    "bold": r"boldsymbol[^\x00-\x7f]",
    "sized": rf"(?:{GREEK}|[A-Za-z])?left[(\[|][^$]{{0,200}}?right[)\]|]",
    "closing": rf"(?:rangle|rfloor|rceil|rVert){_SCRIPT}+",
    "relation": rf"(?:(?:{GREEK}) )?(?<!-)(?:{NEVER_ENGLISH})"
    rf"(?: (?:{GREEK}|infty)(?![\w-]))?(?![\w-])",
}
_ANYWHERE = {
    "tex": rf"\\[A-Za-z]+{_BRACED}{_SCRIPT}*",
    "switched": rf"\{{\\?(?:bf|rm|cal|it|sf)(?:\s[^{{}}\\]{{1,20}}|\d)\}}{_SCRIPT}+",
    "scripted": rf"(?:\{{[A-Za-z]\}}|[A-Za-z\u0370-\u03ff\d)\]|'])(?:{_SHORT})?"
    rf"(?:{_BRACED}|\^\*(?![\w*]))(?:{_SCRIPT})*(?!\.\w{{2,5}}\b|/|_)(?:[A-Z](?![A-Za-z]))?",
    "letter_in_braces": rf"\{{[A-Z]\}}{_SCRIPT}+",
    "named": r"(?<![\w\\^/])[A-Z][A-Za-z]+\^\d(?!\d|\.\d|\^)",
    "power": r"(?:(?<![\w.^])\d+|(?<=[\d\s]x)10)\^-?\d+(?![\w^]|\.\d)",
    "comparison": r"(?<![A-Za-z'’])[A-Za-z\d] (?:ll|gg) [A-Za-z\d](?![A-Za-z'’])",
}


def _either(forms: dict[str, str]) -> str:
    return "|".join(f"(?P<{name}>{form})" for name, form in forms.items())


_FORM = re.compile(rf"{_START}(?:{_either(_FROM_START)})|{_either(_ANYWHERE)}")
_WITH_LETTERS = re.compile(
    rf"{_FORM.pattern}|(?P<single>{_WORD_START}[A-Za-z](?:[_^](?:[a-z]|\d{{1,2}})(?![\w^{{]|\.\w))+)"
)
_NO_EVIDENCE = frozenset({"power", "named", "tex"})

_GLUED_TIMES = re.compile(r"(?<=[\d}])times(?![A-Za-z])(?: (?=\d))?")
_BETWEEN_POWERS = re.compile(r"(?<=\^\d) times (?=\d+\^\d)")
_SIM = re.compile(
    rf"(?<![\w\\-])(?P<sim>sim|approx)(?P<space>\s?)(?=[$]?{_NUMBER}(?:\\?%|[KMBkx]\b|\s|[,.;)]|$))"
)
_SIMULATION = re.compile(
    r"sim[-_ ]?(?:to|2)[-_ ]?(?:real|sim)|-sim\b|sim-real|\b[Ss]imulat|\bin sim\b"
)
_BETWEEN = re.compile(rf"(?<=[\w)}}%]) approx (?=-?{_NUMBER})")
_PLUS_MINUS = re.compile(r"(?<=\.\d)(\d*) ?pm ?(?=\d*\.\d)")
_IN_BRACES = re.compile(
    r"(?<![_^A-Za-z])\{(sim|approx|times|deg|leq|geq|pm|rightarrow|to|infty|ell)\}"
)
_STYLED = re.compile(rf"{_START}(?:{DRESS})(?=\{{)")

_ENGLISH = re.compile("[A-Za-z]{4,}")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_NAME = re.compile(r"[a-z]{2,}_\{[a-z]{2,}\}")
_TELLTALES = (
    *("mathcal", "mathbb", "mathbf", "mathrm", "mathsf", "mathit", "mathfrak", "mathscr"),
    *("boldsymbol", "leq", "geq", "neq", "arrow", "mapsto", "infty", "cdot", "ldots", "propto"),
    *("subseteq", "supseteq", "lesssim", "gtrsim", "varepsilon", "vartheta", "varphi", "otimes"),
    *("oplus", "odot", "simeq", " ll ", " gg ", "nabla", "left(", "left[", "langle", "rangle"),
    *("lfloor", "lceil", "Vert"),
)
_HINTS = {
    "times": re.compile(r"\dtimes"),
    "sim": re.compile(r"sim ?\$?\d"),
    "approx": re.compile(r"approx ?[$-]?\d"),
    "pm": re.compile(r"\d ?pm ?\.?\d"),
}


def needs_mending(text: str) -> bool:
    """Tell, quickly, whether a text may hold what `mended` mends."""
    if "_" in text or "^" in text or "{" in text:
        return True
    for word in _TELLTALES:
        if word in text:
            return True
    return _has_hint(text)


def _has_hint(text: str) -> bool:
    for word, hint in _HINTS.items():  # noqa: SIM110
        if word in text and hint.search(text):
            return True
    return False


def mended(prose: str) -> Iterator[tuple[bool, str]]:
    """Part prose into what stays and what is mathematics, the latter with its backslashes back."""
    prose = _worded(_STYLED.sub(r"\\\g<0>", prose))
    at = 0
    for found in _forms(prose):
        yield False, prose[at : found.start()]
        tex = restored(with_whole_scripts(found[0]))
        is_part_of_word = found.lastgroup == "named" or _is_letter(prose, found.start() - 1)
        yield not is_part_of_word, to_unicode(tex) if is_part_of_word else tex
        at = found.end()
    yield False, prose[at:]


def _forms(prose: str) -> list[re.Match[str]]:
    """Return where mathematics stands; single letters with a script only where there is more."""
    found = [match for match in _FORM.finditer(prose) if _is_certain(match)]
    if any(match.lastgroup not in _NO_EVIDENCE for match in found):
        return [match for match in _WITH_LETTERS.finditer(prose) if _is_certain(match)]
    return found


def _is_certain(found: re.Match[str]) -> bool:
    if found.lastgroup == "big":
        return not _ENGLISH.search(_COMMAND.sub("", restored(found[0])))
    if found.lastgroup == "scripted":
        before = found.string[max(0, found.start() - 2) : found.start()]
        return not _NAME.fullmatch(before + found[0])
    return True


def _is_letter(text: str, at: int) -> bool:
    return at >= 0 and text[at].isalpha()


def _worded(prose: str) -> str:
    """Mend the single signs that stand between words."""
    prose = _IN_BRACES.sub(r"\\\1{}", prose)
    prose = _BETWEEN_POWERS.sub(" × ", prose)
    prose = _GLUED_TIMES.sub(lambda found: " × " if found[0][-1] == " " else "×", prose)
    if "sim" in prose or "approx" in prose:
        is_robotics = _SIMULATION.search(prose) is not None
        prose = _SIM.sub(lambda found: _similar(found, is_robotics=is_robotics), prose)
        prose = _BETWEEN.sub(" ≈ ", prose)
    return _PLUS_MINUS.sub(r"\1 ± ", prose)


def _similar(found: re.Match[str], *, is_robotics: bool) -> str:
    if found["sim"] == "sim" and found["space"] and is_robotics:
        return found[0]
    return ("∼" if found["sim"] == "sim" else "≈") + found["space"]
