"""Mathematics of TeX as a line of plain Unicode: `\\frac{a}{b}` is a/b, `x^{2}` is x².

One pass over the lexemes; a group opens a frame, so that no depth of nesting is too deep. What is
not known keeps its bare name. Nothing here finds mathematics in a text: see `spans`.
"""

from __future__ import annotations

import re

from digest.text.latex.symbols import (
    ALPHABETS,
    EVERY_LETTER,
    HATS,
    NOTHING,
    OPERATORS,
    RELATIONS,
    SPACES,
    STYLES,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    SWITCHES,
    UNARY,
    lettered,
    symbol,
)

_LEXEME = re.compile(r"\\[A-Za-z@]+\*?|\\.|\s+|[^\\\s]", re.DOTALL)
_DEEPEST = 40
_GAP = "\x01"  # a space, where something stands on both sides
_EDGE = "\x02"  # a space, where a letter or digit stands on both sides
_FRACTIONS = {"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "nfrac"}
_ROOTS = {"2": "√", "3": "∛", "4": "∜"}
_DROPPED_WITH_ARGUMENT = {"label", "tag", "color", "vspace", "phantom", "hphantom", "begin", "end"}
_ONE_SIGN = {"stackrel", "overset", "underset"}
_SIMPLE = re.compile(r"(?:[^\W_]|[.′∞°√!|])+|[\w√]*\([^()]*\)[^\W_]*|\|[^|]*\||‖[^‖]*‖")
_WORD = re.compile(r"[^\W_]+(?:\.\d+)?|\d*\.\d+")
_SCRIPTS = frozenset(SUPERSCRIPTS.values()) | frozenset(SUBSCRIPTS.values())
_MARKS = re.compile("[\x01\x02 ]+")
_OPENING = "([{⟨⌈⌊"
_CLOSING = ")]}⟩⌉⌋,;."


def to_unicode(tex: str) -> str:
    """Return mathematics, without its dollars, as one line."""
    lexemes = _LEXEME.findall(tex.replace("\x01", "").replace("\x02", ""))
    return _spaced(_Reader(lexemes).sequence())


class _Reader:
    """Reads lexemes from left to right, each once."""

    def __init__(self, lexemes: list[str]) -> None:
        self._lexemes = lexemes
        self._at = 0
        self._depth = 0

    def sequence(self, closing: str = "") -> str:
        """Read up to the closing lexeme, or to the end."""
        parts: list[str] = []
        alphabet = ""
        while self._at < len(self._lexemes):
            lexeme = self._lexemes[self._at]
            self._at += 1
            if lexeme == closing:
                break
            name = lexeme[1:] if lexeme[0] == "\\" else ""
            if name in SWITCHES:
                alphabet = self._switched(name, parts, alphabet)
                continue
            shown = self._shown(lexeme, parts)
            parts.append(lettered(shown, alphabet) if alphabet and len(shown) == 1 else shown)
        return "".join(parts)

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
        if lexeme == "{":
            return self._group()
        if lexeme in "^_":
            return self._script(lexeme, parts)
        if lexeme[0] == "\\" and len(lexeme) > 1:
            return self._command(lexeme[1:].rstrip("*"), parts)
        if lexeme == "'":
            return "′"
        if lexeme in "}$":
            return ""
        if lexeme in "&~":
            return " "
        return _around(lexeme) if lexeme in RELATIONS else lexeme

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
        if self._at >= len(self._lexemes):
            return ""
        lexeme = self._lexemes[self._at]
        if lexeme == "}":
            return ""
        self._at += 1
        if self._depth >= _DEEPEST:
            return "" if lexeme in "{^_" else lexeme
        self._depth += 1
        shown = self.sequence("}") if lexeme == "{" else self._shown(lexeme, [" "])
        self._depth -= 1
        return _spaced(shown)

    def _optional(self) -> str:
        """Read an argument in brackets, if one stands there."""
        self._skip_space()
        is_order = self._peek() == "[" and "]" in self._lexemes[self._at : self._at + 8]
        if not is_order or self._depth >= _DEEPEST:
            return ""
        self._at += 1
        self._depth += 1
        shown = self.sequence("]")
        self._depth -= 1
        return _spaced(shown)

    def _script(self, sign: str, parts: list[str]) -> str:
        if not any(part.strip() for part in parts) and sign == "_" and self._peek() == "":
            return sign
        if self._peek() == "(":
            return sign  # our own way of writing a script that Unicode has no letters for
        return scripted(sign, self.argument())

    def _command(self, name: str, parts: list[str]) -> str:  # noqa: C901, PLR0911  a table
        if name in _FRACTIONS:
            return f"{_EDGE}{_operand(self.argument())}/{_operand(self.argument())}{_EDGE}"
        if name in STYLES:
            return self._worded(name)
        if name in ALPHABETS:
            return lettered(self.argument(), ALPHABETS[name])
        if name in HATS:
            return _hatted(self.argument(), HATS[name]) or name
        if name == "sqrt":
            order = self._optional()
            root = _ROOTS.get(order or "2") or f"{scripted('^', order)}√"
            return f"{root}{_operand(self.argument())}{_EDGE}"
        if name in ("binom", "tbinom", "dbinom", "choose"):
            return f"({self.argument()} choose {self.argument()})"
        if name in ("textcolor", "colorbox"):
            self.argument()
            return self.argument()
        if name in _ONE_SIGN:
            return self._stacked(name)
        if name == "not":
            return _negated(self.argument())
        if name in ("pmod", "pod"):
            return f" (mod {self.argument()})"
        if name in _DROPPED_WITH_ARGUMENT:
            self.argument()
            return " "
        return self._plain(name, parts)

    def _worded(self, name: str) -> str:
        if name.startswith("operatorname"):
            return f"{_EDGE}{self.argument()}{_EDGE}"
        self._skip_space()
        is_text = name.startswith(("text", "mbox", "hbox")) and self._peek() == "{"
        if is_text and self._depth < _DEEPEST:
            self._at += 1
            return self._group()
        return self.argument()

    def _stacked(self, name: str) -> str:
        over, base = self.argument(), self.argument()
        if not over:
            return base
        return _around(base + scripted("_" if name == "underset" else "^", over))

    def _plain(self, name: str, parts: list[str]) -> str:
        if name in SPACES:
            return "; " if name == "\\" else " "
        if name in NOTHING:
            self._skip_dot(name)
            return ""
        known = symbol(name)
        if name in OPERATORS or (known and len(known) > 1 and known.isalpha()):
            return f"{_EDGE}{known or name}{_EDGE}"
        if known is None:
            return f"{_EDGE}{name}{_EDGE}" if name[0].isalpha() else f"\\{name}"
        if known in RELATIONS:
            return _around(known)
        if not (parts and parts[-1].endswith(" ")):
            self._skip_space_before_letter()
        return known

    def _skip_dot(self, name: str) -> None:
        if name in ("left", "right", "middle"):
            self._skip_space()
            if self._peek() == ".":
                self._at += 1

    def _skip_space_before_letter(self) -> None:
        """Drop the space that only ends a command's name."""
        after = self._lexemes[self._at + 1 : self._at + 2]
        is_space = self._peek().isspace()
        if is_space and after and (after[0][0].isalnum() or after[0][0] in "\\{_^("):
            self._at += 1

    def _skip_space(self) -> None:
        while self._peek().isspace():
            self._at += 1

    def _peek(self) -> str:
        return self._lexemes[self._at] if self._at < len(self._lexemes) else ""


def scripted(sign: str, script: str) -> str:
    """Raise (`^`) or lower (`_`) a script, as far as Unicode has letters for it."""
    script = script.replace(" ", "")
    if not script:
        return ""
    table = SUPERSCRIPTS if sign == "^" else SUBSCRIPTS
    if all(character in table for character in script):
        return "".join(table[character] for character in script)
    is_word = len(script) == 1 or _WORD.fullmatch(script) is not None
    return f"{sign}{script}" if is_word else f"{sign}({script})"


def _operand(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def _around(sign: str) -> str:
    return f"{_GAP}{sign}{_GAP}"


def _hatted(text: str, mark: str) -> str:
    """Set a mark on a letter; on several, on the last, unless it is a line over all of them."""
    if mark in EVERY_LETTER:
        return "".join(c + mark if c.isalnum() else c for c in text)
    return text + mark if text else ""


def _negated(sign: str) -> str:
    return _around(sign.strip() + "\u0338")


def _spaced(text: str) -> str:
    """Write the gaps as spaces, or leave them out."""
    return _MARKS.sub(_space, text).strip(" ")


def _space(found: re.Match[str]) -> str:
    marks, text = found[0], found.string
    before = text[: found.start()][-1:]
    after = text[found.end() : found.end() + 1]
    if _GAP in marks:
        return _gap(found, before, after)
    if before in _OPENING or after in _CLOSING:
        return ""
    if " " in marks:
        return " "
    is_between = before.isalnum() and after.isalnum() and after not in _SCRIPTS
    return " " if is_between else ""


def _gap(found: re.Match[str], before: str, after: str) -> str:
    """Tell what stands between a relation and its neighbour."""
    text = found.string
    has_space = " " in found[0]
    if not before or not after:
        return ""
    if before in _OPENING or after in _CLOSING:
        return ""
    if after in UNARY and text[found.end() + 1 : found.end() + 5].strip("\x01\x02 ") == "":
        return ""
    if before in UNARY or before in RELATIONS:
        left = text[max(0, found.start() - 5) : found.start() - 1].rstrip("\x01\x02 ")
        if not left or left[-1] in _OPENING:
            return " " if has_space and before not in UNARY else ""
    return " "
