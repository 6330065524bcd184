"""Mathematics of TeX as a line of plain Unicode: `\\frac{a}{b}` is a/b, `x^{2}` is x².

One pass over the lexemes; groups deeper than any paper's lose their braces and are read on. What is
not known keeps its bare name. Nothing here finds mathematics in a text: see `spans`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from digest.text.latex.cursor import Cursor
from digest.text.latex.scripts import fraction, hatted, root, scripted
from digest.text.latex.spacing import EDGE, TIGHT, around, evened, spaced, without_marks
from digest.text.latex.symbols import (
    ACCENTS,
    ALPHABETS,
    CLOSERS,
    ENVIRONMENTS,
    HATS,
    NEEDS_GROUP,
    NOTHING,
    OPENERS,
    OPERATORS,
    RELATIONS,
    SILENT,
    SPACES,
    STYLES,
    SWITCHES,
    lettered,
    symbol,
    words,
)

_LEXEME = re.compile(
    r"\\(?:(?:operatorname|hspace|vspace|tag|DeclareMathOperator)\*|[A-Za-z@]+|.)|\s+|'+|[^\\\s]|\\",
    re.DOTALL,
)
_DEEPEST = 40
_DELIMITERS = frozenset("()[]|/.<>")
_PRIMES = {1: "′", 2: "″", 3: "‴"}


def to_unicode(tex: str) -> str:
    """Return mathematics, without its dollars, as one line."""
    return evened(spaced(_Reader(_LEXEME.findall(without_marks(tex))).sequence()))


class _Reader(Cursor):
    """Reads mathematics."""

    def __init__(self, lexemes: list[str]) -> None:
        super().__init__(lexemes)
        self._is_text = False
        self._environments: list[str] = []

    def sequence(self, closing: str = "") -> str:
        """Read up to the closing lexeme, or to the end."""
        parts: list[str] = []
        over: tuple[str, str] | None = None
        alphabet = ""
        while self._at < len(self._lexemes):
            lexeme = self._lexemes[self._at]
            self._at += 1
            if lexeme == closing:
                break
            name = lexeme[1:] if lexeme[0] == "\\" else ""
            if name in SWITCHES:
                alphabet = self._switched(name, parts, alphabet)
            elif name in ("over", "choose") and parts and over is None:
                over = name, spaced("".join(parts))
                parts = []
            else:
                shown = self._shown(lexeme, parts)
                parts.append(lettered(shown, alphabet) if alphabet and len(shown) == 1 else shown)
        if over is None:
            return "".join(parts)
        under = spaced("".join(parts))
        return fraction(over[1], under) if over[0] == "over" else f"({over[1]} choose {under})"

    def _switched(self, name: str, parts: list[str], alphabet: str) -> str:
        """Read what follows a switch: a group right after it is all that it is meant for."""
        self._skip_space()
        new = ALPHABETS.get(name, "")
        if new and self._peek() == "{":
            parts.append(lettered(self.argument(), new))
            return alphabet
        return new

    def _shown(self, lexeme: str, parts: list[str]) -> str:  # noqa: PLR0911  a table
        if lexeme.isspace():
            return " "
        if lexeme[0] == "\\":
            return self._command(lexeme[1:], parts) if len(lexeme) > 1 else lexeme
        if lexeme == "{":
            return self._group()
        if lexeme in "^_" and not self._is_text:
            return self._script(lexeme, parts)
        if lexeme[0] == "'" and not self._is_text:
            return _PRIMES.get(len(lexeme), "′" * len(lexeme))
        if lexeme in "}$":
            return ""
        if lexeme in "&~":
            is_case = lexeme == "&" and self._environments[-1:] == ["cases"]
            return ", " if is_case else " "
        return around(lexeme) if lexeme in RELATIONS else lexeme

    def _group(self) -> str:
        if self._depth >= _DEEPEST:
            return ""  # its closing brace is dropped as well: the content stays
        self._depth += 1
        content = self.sequence("}")
        self._depth -= 1
        return content

    def argument(self) -> str:
        """Read the argument of a command: a group, a command or one character."""
        self._skip_space()
        lexeme = self._peek()
        if lexeme in ("", "}"):
            return ""
        self._at += 1
        if self._depth >= _DEEPEST:
            return "" if lexeme in "{^_" else lexeme
        self._depth += 1
        shown = self.sequence("}") if lexeme == "{" else self._shown(lexeme, [" "])
        self._depth -= 1
        return spaced(shown)

    def _optional(self) -> str:
        """Read an argument in brackets, if one stands there."""
        self._skip_space()
        is_order = self._peek() == "[" and "]" in self._near(8)
        if not is_order or self._depth >= _DEEPEST:
            return ""
        self._at += 1
        self._depth += 1
        shown = self.sequence("]")
        self._depth -= 1
        return spaced(shown)

    def _script(self, sign: str, parts: list[str]) -> str:
        if self._peek() == "" and not (parts and parts[-1].strip()):
            return sign
        if self._peek() == "(":
            return sign  # our own way of writing a script that Unicode has no letters for
        shown = scripted(sign, self.argument())
        return shown + EDGE if shown[:1] == sign and shown[-1] != ")" else shown

    def _command(self, name: str, parts: list[str]) -> str:  # noqa: PLR0911  a table
        if name in NEEDS_GROUP and not self._has_group():
            return f"{EDGE}{name}{EDGE}"
        if built := _BUILT.get(name):
            return built(self)
        if name in STYLES:
            return self._styled(name)
        if name in ALPHABETS:
            return lettered(self.argument(), ALPHABETS[name])
        if name in HATS:
            return hatted(self.argument(), HATS[name]) or name
        if name in ACCENTS and not name.isalpha():
            return hatted(self.argument(), ACCENTS[name]) or f"\\{name}"
        if name in OPENERS or name in CLOSERS:
            return self._delimiter(name)
        if name in ("begin", "end"):
            return self._environment(name, parts)
        if name in SILENT and self._has_group():
            self.argument()
            return " "
        return self._plain(name, parts)

    def _styled(self, name: str) -> str:
        if name.startswith("operatorname"):
            return f"{EDGE}{self.argument()}{EDGE}"
        self._skip_space()
        is_text = name.startswith(("text", "mbox", "hbox")) and self._peek() == "{"
        if not is_text or self._depth >= _DEEPEST:
            return self.argument()
        self._at += 1
        was_text, self._is_text = self._is_text, True
        content = self._group()
        self._is_text = was_text
        return content

    def _delimiter(self, name: str) -> str:
        """Read `\\left(` or `\\lVert`: no space on the inner side."""
        shown = symbol(name) if name[1:] in ("Vert", "vert") else ""
        if not shown:
            self._skip_space()
            after = self._peek()
            is_delimiter = after in _DELIMITERS or (after[:1] == "\\" and len(after) > 1)
            if not is_delimiter:
                return ""
            self._at += 1
            shown = "" if after == "." else spaced(self._shown(after, [" "]))
        if name in ("middle", "bigm", "Bigm"):
            return shown
        return f"{shown}{TIGHT}" if name in OPENERS else f"{TIGHT}{shown}"

    def _environment(self, command: str, parts: list[str]) -> str:
        name = self.argument().rstrip("*")
        opening, closing = ENVIRONMENTS.get(name, ("", ""))
        if command == "begin":
            self._environments.append(name)
            if name in ("array", "tabular"):
                self.argument()
            return f" {opening}{TIGHT}" if opening else " "
        if self._environments:
            self._environments.pop()
        while parts and not parts[-1].strip("; "):
            parts.pop()
        return closing or " "

    def _plain(self, name: str, parts: list[str]) -> str:
        if name in SPACES:
            return "; " if name == "\\" else " "
        if name in NOTHING:
            return ""
        known = symbol(name)
        if name in OPERATORS or (known and len(known) > 1 and known.isalpha()):
            return f"{EDGE}{known or name}{EDGE}"
        if known is None:
            return f"{EDGE}{name}{EDGE}" if name[0].isalpha() else f"\\{name}"
        if known in RELATIONS:
            return around(known)
        if name[0].isalpha() and not (parts and parts[-1].endswith(" ")):
            self._skip_space_before_letter()
        return known

    def _skip_space_before_letter(self) -> None:
        """Drop the space that only ends a command's name."""
        after = self._peek(1)
        if not self._peek().isspace() or not after:
            return
        if after[0] == "\\":
            is_operator = not (symbol(after[1:]) or "a").isalnum()
        else:
            is_operator = not after[0].isalnum() and after[0] not in "{_^("
        self._at += not is_operator

    def fraction(self) -> str:
        return f"{EDGE}{fraction(self.argument(), self.argument())}{EDGE}"

    def root(self) -> str:
        return f"{root(self._optional(), self.argument())}{EDGE}"

    def choice(self) -> str:
        return f"({self.argument()} choose {self.argument()})"

    def over(self) -> str:
        return self._stacked("^")

    def under(self) -> str:
        return self._stacked("_")

    def _stacked(self, sign: str) -> str:
        script, base = self.argument(), self.argument()
        return around(base + scripted(sign, script)) if script else base

    def arrow(self) -> str:
        return around("→" + scripted("^", self.argument()))

    def negated(self) -> str:
        return around(unicodedata.normalize("NFC", self.argument() + "\u0338"))

    def modulo(self) -> str:
        return f" (mod {self.argument()})"

    def coloured(self) -> str:
        self.argument()
        return self.argument()

    def measured(self) -> str:
        return f"{self.argument()} {self.argument()}"


_BUILT: dict[str, Callable[[_Reader], str]] = {
    **dict.fromkeys(words("frac dfrac tfrac cfrac nicefrac sfrac nfrac"), _Reader.fraction),
    **dict.fromkeys(words("binom tbinom dbinom"), _Reader.choice),
    **dict.fromkeys(words("textcolor colorbox"), _Reader.coloured),
    **dict.fromkeys(words("stackrel overset"), _Reader.over),
    **dict.fromkeys(words("pmod pod"), _Reader.modulo),
    **{"sqrt": _Reader.root, "underset": _Reader.under, "xrightarrow": _Reader.arrow},
    **{"not": _Reader.negated, "SI": _Reader.measured},
}
"""Commands that set something with their arguments."""
