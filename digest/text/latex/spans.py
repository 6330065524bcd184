"""Where in a text mathematics stands, and what is to be left alone: addresses, paths, code.

A dollar is money, a variable of a shell or the edge of mathematics: it is the last only where the
pattern is strict: Pandoc's rule, and something mathematical between. Each is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from digest.text.latex.symbols import ALPHABETS, STYLES, symbol

_MOST = 4_000
_EDGE = re.compile(
    r"(?P<variable>\$\{[A-Z][A-Z\d_]+\}(?!\$))|(?P<display>(?<!\\)\$\$)"
    r"|(?P<inline>(?<!\\)\$)|(?P<paren>(?<!\\)\\\()|(?P<bracket>(?<!\\)\\\[)"
    r"|\\begin\{(?P<environment>equation|align|gather|multline|displaymath|math|eqnarray)\*?\}"
    r"|(?P<kept>https?://[^\s{}\\$<>\"”]+(?:\\[_&%#~][^\s{}\\$<>\"”]*)*"
    r"|(?<![\w\\])[A-Za-z]:\\[\w\\.\-]+|(?<![^\s(\"'])\\\\[A-Za-z][\w.$-]*(?:\\[\w.$-]+)+"
    r"|(?<![`\w])`[^`'\s][^`'\n]{0,80}`(?![`\w])"
    r"|\\verb\*?(?P<fence>[|+!/@#\"])(?P<verbatim>[^|+!/@#\"\n]{0,200})(?P=fence))"
)
_TEX = re.compile(
    r"\\[A-Za-z%$&#_,;{|]|[\^_]|^[-+]?\{[^{}]*\}$|\d\{,\}\d|(?:math|text)[a-z]{2,4}\{"
)
_PATH = re.compile(r"([A-Za-z]):\\([A-Za-z]+)")
_COMMAND = re.compile(r"\\[A-Za-z]+\*?")
_SIGNS = re.compile(r"[=<>+*/|()\[\]]")
_WORD = re.compile(r"[A-Za-z]{3,}")
_NO_WORDS = re.compile(r"\\[A-Za-z]+\*?(?:\s?\{[^{}]{0,80}\})?|[_^]\{[^{}]{0,80}\}")
_VARIABLE = re.compile(r"[A-Z][A-Z\d_]{2,}\W?")  # of a shell
_LOOSE = re.compile(r" [A-Za-z](?: ?[=+*/<>-] ?[A-Za-z\d]+)* ")
_DISPLAYED = re.compile(rf"{_TEX.pattern}|{_SIGNS.pattern}|^\s*(?:[A-Za-z]|\d[\d.]*)\s*$")
_UNIT = re.compile(r"\s[A-Za-z]{2}")
_PLAIN = re.compile(r"[-+]?(?:\d[\d.,]*|[A-Za-z]{1,4}\d*'*|[^\sA-Za-z\d]{1,2})")


class Kind(Enum):
    """What a piece of a text is."""

    PROSE = auto()
    MATHEMATICS = auto()
    KEPT = auto()


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text: its source, for mathematics without what encloses it."""

    kind: Kind
    source: str


def spans(text: str) -> Iterator[Span]:
    """Part a text into prose, mathematics, and what stays as it is."""
    if not ("$" in text or "\\" in text or "`" in text or "://" in text):
        yield Span(Kind.PROSE, text)
        return
    at = begin = 0
    lost: set[str] = set()
    while found := _EDGE.search(text, at):
        if kept := found["kept"] or found["variable"]:
            if _is_command(kept):
                at = found.start() + 2
                continue
            kept = found["verbatim"] or kept
            yield Span(Kind.PROSE, text[begin : found.start()])
            yield Span(Kind.KEPT, kept)
            at = begin = found.end()
            continue
        inside, end = _inside(text, found, lost)
        if end < 0:
            at = found.start() + (2 if found["display"] and inside is None else 1)
            at = max(at, found.start() + 1)
            continue
        yield Span(Kind.PROSE, text[begin : found.start()])
        yield Span(Kind.MATHEMATICS, inside)
        at = begin = end
    yield Span(Kind.PROSE, text[begin:])


def _is_command(kept: str) -> bool:
    """Tell whether what looks like a Windows path is a colon and a command: `f:\\alpha`."""
    found = _PATH.match(kept)
    if found is None:
        return False
    is_known = symbol(found[2]) is not None or found[2] in STYLES or found[2] in ALPHABETS
    return is_known and (found[1].islower() or found[2].startswith("text"))


def _inside(text: str, found: re.Match[str], lost: set[str]) -> tuple[str, int]:
    """Return what stands between the edges, and where it ends; -1 where it is no mathematics."""
    start = found.end()
    closing = _closing(found)
    if closing in lost:
        return "", -1
    end = _find(text, closing, start)
    if end < 0:
        lost.add(closing)
        return "", -1
    inside = text[start:end]
    if closing != "$":
        is_it = bool(inside.strip()) and len(inside) <= _MOST and "$" not in inside
        is_it = is_it and (closing != "$$" or bool(_DISPLAYED.search(inside)))
        return inside, end + len(closing) if is_it else -1
    after = text[end + 1 : end + 2]
    return inside, end + 1 if _is_mathematics(inside, after) else -1


def _closing(found: re.Match[str]) -> str:
    if found["display"]:
        return "$$"
    if found["inline"]:
        return "$"
    if found["paren"]:
        return "\\)"
    if found["bracket"]:
        return "\\]"
    return f"\\end{{{found[0][7:]}"


def _find(text: str, closing: str, start: int) -> int:
    end = text.find(closing, start)
    while closing == "$" and end > 0 and text[end - 1] == "\\":
        end = text.find(closing, end + 1)
    return end


def _is_mathematics(inside: str, after: str) -> bool:
    """Tell whether what stands between two dollars is mathematics, not the space between prices."""
    core = inside.strip()
    if not core or len(inside) > _MOST or not _is_balanced(inside):
        return False
    if _TEX.search(inside):
        return _is_tex(inside, after)
    if core != inside or after.isdigit():
        return bool(_LOOSE.fullmatch(inside))
    if _PLAIN.fullmatch(core):
        return True
    is_cut = core[-1] in ",;:/-+*" or (core[-1] in "=<>" and after.isalnum())
    is_price = core[0].isdigit() and _UNIT.search(core)
    return not is_cut and not is_price and bool(_SIGNS.search(core)) and len(_words(core)) <= 1


def _is_tex(inside: str, after: str) -> bool:
    """Tell it of what holds a sign of TeX, which may stand for something else between prices."""
    is_price = inside[0].isdigit()
    words = len(_words(inside))
    if inside.strip() != inside:
        return bool(_COMMAND.search(inside)) and words <= (not is_price)
    is_variable = _VARIABLE.fullmatch(inside) and after.isalnum()
    return not is_variable and not (is_price and after.isdigit() and words > 1)


def _words(text: str) -> list[str]:
    return _WORD.findall(_NO_WORDS.sub(" ", text))


def _is_balanced(text: str) -> bool:
    depth = 0
    for token in re.findall(r"\\.|[{}]", text):
        depth += {"{": 1, "}": -1}.get(token, 0)
        if depth < 0:
            return False
    return depth == 0
