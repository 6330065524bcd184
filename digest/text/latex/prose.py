"""Prose of TeX as plain Unicode: accents, quotes, dashes, styles; `\\tool tackles` is tool tackles.

Mathematics has been taken out before. What may be anything else than TeX stays as it is: a path, a
flag, a set in braces, what follows a `%`.
"""

from __future__ import annotations

import re
import unicodedata

from digest.text.latex.links import linked
from digest.text.latex.mathematics import scripted
from digest.text.latex.signs import HELD, dash, tie
from digest.text.latex.symbols import (
    ACCENTS,
    ALPHABETS,
    ASIDE,
    LETTERS,
    NOTHING,
    POINTERS,
    REFERENCES,
    RELATIONS,
    SILENT,
    SPACES,
    STYLES,
    SUPERSCRIPTS,
    SWITCHES,
    lettered,
    symbol,
)

_LEXEME = re.compile(r"\\[A-Za-z@]+\*?|\\.|[{}~`']|--+|\s+|[^\\{}~`'\s-]+|.", re.DOTALL)
_DEEPEST = 60
_GROUP_OF_WORDS = re.compile(r"[\w\s.,:;+/\x03-]*")
_CODE_LETTERS = frozenset("dwsDWSnx")
_SCRIPTS = {"textsuperscript": "^", "textsubscript": "_", "textsuper": "^", "textsub": "_"}


def to_unicode(text: str) -> str:
    """Return prose without its TeX; white space is left as it is."""
    if not _needs(text):
        return text
    return _Reader(_LEXEME.findall(text)).sequence(top=True)


_SIGN = re.compile(r"[\\{}~`]")


def _needs(text: str) -> bool:
    return "--" in text or "''" in text or _SIGN.search(text) is not None


class _Reader:
    """Reads lexemes from left to right, each once."""

    def __init__(self, lexemes: list[str]) -> None:
        self._lexemes = lexemes
        self._at = 0
        self._depth = 0
        self._quotes = 0
        self._singles = 0

    def sequence(self, *, top: bool = False) -> str:
        """Read up to the brace that closes this group, or to the end."""
        parts: list[str] = []
        while self._at < len(self._lexemes):
            lexeme = self._lexemes[self._at]
            self._at += 1
            if lexeme == "}" and not top:
                self._closed = True
                return "".join(parts)
            if shown := self._shown(lexeme, parts):
                parts.append(shown)
        self._closed = False
        return "".join(parts)

    def _shown(self, lexeme: str, parts: list[str]) -> str:  # noqa: PLR0911  a table
        match lexeme[0]:
            case "\\" if len(lexeme) > 1:
                is_code = lexeme[-1] == "*" and lexeme[1:-1] in _CODE_LETTERS
                return lexeme if is_code else self._command(lexeme[1:].rstrip("*"))
            case "{":
                return self._group(parts)
            case "~":
                return tie(_last(parts), self._peek()[:1])
            case "-" if len(lexeme) > 1:
                return dash(lexeme, _last(parts), self._peek()[:1])
            case "`" | "'":
                return self._quote(lexeme, parts)
        if '"' in lexeme and self._quotes:
            self._quotes -= 1
            return lexeme.replace('"', "”", 1)
        return lexeme

    def _group(self, parts: list[str]) -> str:
        """Read a group; its braces go where they can only be TeX's."""
        if self._depth >= _DEEPEST:
            return "{"
        starts_command = self._peek().startswith("\\") and self._peek() not in ("\\{", "\\}")
        before = _last(parts)
        self._depth += 1
        content = self.sequence()
        self._depth -= 1
        if not self._closed:
            return "{" + content
        if not content or (starts_command and (len(content) == 1 or not _is_greek(before))):
            return content
        is_glued = _is_latin(before) or _is_latin(self._peek()[:1])
        is_held = content[0] == HELD and content[-1] == HELD
        if is_held or (is_glued and content[0].isalnum() and _GROUP_OF_WORDS.fullmatch(content)):
            return content
        return "{" + content + "}"

    def _argument(self) -> str:
        """Read the argument of a command: a group, a command or one character."""
        self._skip_space()
        lexeme = self._peek()
        if not lexeme or lexeme == "}" or self._depth >= _DEEPEST:
            return ""
        self._at += 1
        self._depth += 1
        try:
            if lexeme == "{":
                return self.sequence()
            if lexeme[0] == "\\":
                return self._shown(lexeme, [])
        finally:
            self._depth -= 1
        self._at -= 1
        return self._take_first()

    def _take_first(self) -> str:
        """Take one character of the next lexeme."""
        first, rest = self._peek()[0], self._peek()[1:]
        self._lexemes[self._at] = rest
        self._at += not rest
        return first

    def _has_group(self) -> bool:
        after = self._lexemes[self._at + 1 : self._at + 2]
        return self._peek() == "{" or (self._peek().isspace() and after == ["{"])

    def _command(self, name: str) -> str:  # noqa: C901, PLR0911  a table
        if name in ACCENTS:
            return self._accent(name)
        if name in LETTERS:
            self._end_name()
            return LETTERS[name]
        if name in SWITCHES:
            return self._switch(name)
        if name in STYLES or name in ("textcolor", "href", "url", "path", "nolinkurl"):
            return self._style(name)
        if name in _SCRIPTS:
            return _script(_SCRIPTS[name], self._argument())
        if name in ALPHABETS:
            return lettered(self._argument(), ALPHABETS[name])
        if name in REFERENCES and self._has_group():
            return f"[{self._argument()}]"
        if name in POINTERS and self._has_group():
            return self._argument()
        if name in ASIDE and self._has_group():
            return f" ({self._argument().strip()})"
        if name in SILENT and self._has_group():
            self._argument()
            return ""
        return self._plain(name)

    def _plain(self, name: str) -> str:
        if name in SPACES:
            return " "
        if name in NOTHING:
            return ""
        if (known := symbol(name)) is not None:
            self._after_symbol(name, known)
            return known
        if len(name) == 1 and not name.isalpha():
            return f"\\{name}"
        if name in _CODE_LETTERS and not self._has_group():
            return f"\\{name}"
        self._drop_empty_group()
        return name

    def _after_symbol(self, name: str, known: str) -> None:
        """Drop the space after a letter, which only ends the command's name; not after a sign."""
        if not name[0].isalpha():
            return
        is_word = known.isascii() and known[0].isalpha()
        if is_word or known in RELATIONS or known in "<>…°|%€£•":
            self._drop_empty_group()
            if known[-1] == "." and self._peek()[:1] == ".":
                self._take_first()
        elif _next_letter(self._lexemes[self._at + 1 : self._at + 2]) or not self._peek().isspace():
            self._end_name()

    def _accent(self, name: str) -> str:
        is_letter = name.isalpha()
        space = self._peek().isspace()
        if is_letter and not (self._has_group() or space or self._peek().startswith("\\")):
            return f"\\{name}"
        kept = self._at
        base = self._argument()
        if not base[:1].isalpha() or (is_letter and space and base == ""):
            if not base and self._at > kept + 1:
                return ""  # an accent on nothing, as in \~{}
            self._at = kept if not base else self._at
            return (name if name in "'`\"~^" else f"\\{name}") + base
        base = {"ı": "i", "ȷ": "j"}.get(base[0], base[0]) + base[1:]
        if name == "t":
            return base[0] + ACCENTS[name] + base[1:]
        composed = unicodedata.normalize("NFC", base[0] + ACCENTS[name])
        is_sure = len(composed) == 1 or is_letter or self._lexemes[kept : kept + 1] == ["{"]
        return composed + base[1:] if is_sure else name + base

    def _switch(self, name: str) -> str:
        if self._has_group():
            return lettered(self._argument(), ALPHABETS[name]) if name in ALPHABETS else ""
        self._skip_space()
        return ""

    def _style(self, name: str) -> str:
        if not self._has_group():
            if name in ("url", "href", "path", "text", "unit", "num"):
                return name
            return ""
        if name == "textcolor":
            self._argument()
            return self._argument()
        if name == "href":
            return linked(self._argument(), self._argument() if self._has_group() else "")
        return self._argument()

    def _end_name(self) -> None:
        """Drop what only ends a command's name: white space, or an empty group."""
        if self._peek().isspace():
            self._at += 1
        else:
            self._drop_empty_group()

    def _drop_empty_group(self) -> None:
        if self._lexemes[self._at : self._at + 2] == ["{", "}"]:
            self._at += 2

    def _quote(self, lexeme: str, parts: list[str]) -> str:
        """Turn TeX's quotes; a lone apostrophe or backtick stays as it is."""
        is_double = self._peek() == lexeme
        if lexeme == "`":
            if is_double:
                self._at += 1
                self._quotes += 1
                return "“"
            before = _last(parts)
            if (not before or before.isspace() or before in "([“") and self._has_closing_quote():
                self._singles += 1
                return "‘"
            return lexeme
        if is_double and self._quotes:
            self._at += 1
            self._quotes -= 1
            return "”"
        after = self._peek()[:1]
        if self._singles and not after.isalnum() and not is_double:
            self._singles -= 1
            return "’"
        return lexeme

    def _has_closing_quote(self) -> bool:
        near = self._lexemes[self._at : self._at + 40]
        if not near or near[0].isspace() or "'" not in near:
            return False
        return "`" not in near[: near.index("'")]

    def _skip_space(self) -> None:
        while self._peek().isspace():
            self._at += 1

    def _peek(self) -> str:
        return self._lexemes[self._at] if self._at < len(self._lexemes) else ""


def _next_letter(lexemes: list[str]) -> bool:
    return bool(lexemes) and (lexemes[0][0].isalpha() or lexemes[0][0] == "\\")


def _script(sign: str, text: str) -> str:
    return scripted(sign, text) if all(c in SUPERSCRIPTS for c in text) else text


def _last(parts: list[str]) -> str:
    return parts[-1][-1] if parts else ""


def _is_greek(character: str) -> bool:
    return "\u0370" <= character <= "\u03ff"


def _is_latin(character: str) -> bool:
    return bool(character) and character.isalpha() and character < "\u0250"
