"""Prose of TeX as plain Unicode: accents, quotes, dashes, styles; `\\tool tackles` is tool tackles.

Mathematics has been taken out before. What may be anything else than TeX stays as it is: a path, a
flag, a set in braces, what follows a `%`.
"""

from __future__ import annotations

import re

from digest.text.latex.accents import accented, is_apostrophe, takes_next_word
from digest.text.latex.links import linked
from digest.text.latex.quotes import QuoteReader
from digest.text.latex.scripts import hatted, scripted
from digest.text.latex.signs import HELD, dash, is_protection, tie
from digest.text.latex.symbols import (
    ACCENTS,
    ALPHABETS,
    ASIDE,
    COLOURS,
    HATS,
    LETTERS,
    NEEDS_GROUP,
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
    words,
)

_CHUNK = r"[^\\{}~`'\s-]+"
_LEXEME = re.compile(
    rf"\\[A-Za-z@]+\*?|\\.|[{{}}~`']|--+|{_CHUNK}(?:[ -]{_CHUNK})*+|\s+|.", re.DOTALL
)
_DEEPEST = 60
_CODE_LETTERS = frozenset("dwsDWSnx")
_LONGEST_PAGE = 12
_RUN_IN = re.compile("[a-z]+([A-Z]+)")
_WORD = re.compile("[A-Za-z]+")
_SMALL_WORDS = words(
    "a an and any are as at be but by can do for from has if in is it its may no nor not of on or "
    "so than that the to via was we with"
)
_SCRIPTS = {"textsuperscript": "^", "textsubscript": "_", "textsuper": "^", "textsub": "_"}


def to_unicode(text: str, *, is_name: bool = False) -> str:
    """Return prose without its TeX; white space is left as it is."""
    if not _needs(text):
        return text
    return _Reader(_LEXEME.findall(text), is_name=is_name).sequence(top=True)


_SIGN = re.compile(r"[\\{}~`]")


def _needs(text: str) -> bool:
    return "--" in text or "''" in text or _SIGN.search(text) is not None


class _Reader(QuoteReader):
    """Reads prose."""

    def __init__(self, lexemes: list[str], *, is_name: bool) -> None:
        super().__init__(lexemes)
        self._is_name = is_name
        self._closed = False
        self._is_inside = False  # an argument, where braces are TeX's

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

    def _shown(self, lexeme: str, parts: list[str]) -> str:
        match lexeme[0]:
            case "\\" if len(lexeme) > 1:
                is_code = lexeme[-1] == "*" and lexeme[1:-1] in _CODE_LETTERS
                name = lexeme[1:] if len(lexeme) == 2 else lexeme[1:].removesuffix("*")
                return lexeme if is_code else self._command(name, _last(parts))
            case "{":
                return self._group(parts)
            case "~":
                return tie(_last(parts), self._peek()[:1])
            case "-" if len(lexeme) > 1:
                return dash(lexeme, _last(parts), self._peek()[:1])
            case "`" | "'":
                return self._quote(lexeme, _last(parts))
        return self._with_closed_double(lexeme)

    def _group(self, parts: list[str]) -> str:
        """Read a group; its braces go where they can only be TeX's."""
        if self._depth >= _DEEPEST:
            return "{"
        starts_command = self._peek().startswith("\\") and self._peek() not in ("\\{", "\\}")
        before = "".join(parts[-2:])[-2:]
        self._depth += 1
        content = self.sequence()
        self._depth -= 1
        if not self._closed:
            return "{" + content
        if not content or self._is_inside or self._is_name:
            return content
        if starts_command and (len(content) == 1 or not _is_greek(before[-1:])):
            return content
        is_held = content[0] == HELD and content[-1] == HELD
        if is_held or is_protection(before, content, self._peek()[:2]):
            return content
        return "{" + content + "}"

    def _argument(self) -> str:
        """Read the argument of a command: a group, a command or one character."""
        self._skip_space()
        lexeme = self._peek()
        if not lexeme or lexeme == "}" or self._depth >= _DEEPEST:
            return ""
        if lexeme[0] not in "{\\":
            return self._take_first()
        self._at += 1
        self._depth += 1
        was_inside, self._is_inside = self._is_inside, True
        content = self.sequence() if lexeme == "{" else self._shown(lexeme, [])
        self._is_inside = was_inside
        self._depth -= 1
        return content

    def _command(self, name: str, before: str) -> str:  # noqa: C901, PLR0911  a table
        if name in ACCENTS:
            return self._accent(name, before)
        if name in LETTERS:
            self._end_name()
            return LETTERS[name]
        if name in SWITCHES:
            return self._switch(name)
        has_group = self._has_group()
        if name in STYLES or name in ("textcolor", "href", "url", "path", "nolinkurl"):
            return self._style(name)
        if name in HATS and (has_group or self._peek().startswith("\\")):
            return hatted(self._argument(), HATS[name])
        if name in _SCRIPTS:
            return _script(_SCRIPTS[name], self._argument())
        if name in ALPHABETS:
            return lettered(self._argument(), ALPHABETS[name])
        if name in REFERENCES:
            return self._reference(name)
        if name in POINTERS and has_group:
            return self._argument()
        if name in ASIDE and has_group:
            return f" ({self._argument().strip()})"
        if name == "color" and has_group:
            return self._colour()
        if name in SILENT and has_group:
            self._argument()
            return ""
        return self._plain(name, before)

    def _reference(self, name: str) -> str:
        """Read what is cited; a page in brackets before it comes after it."""
        near = self._near(_LONGEST_PAGE)
        page = ""
        if near and near[0][0] == "[" and "{" in near:
            length = near.index("{")
            page = "".join(near[:length])
            if not page.endswith("]"):
                return name
            self._at += length
        if not self._has_group():
            return name
        return f"[{self._argument()}{', ' if page else ''}{page[1:-1]}]"

    def _colour(self) -> str:
        """Drop a colour; capitals run into the name of one that nobody knows are the text's."""
        colour = self._argument()
        if self._peek() == "{":
            return self._argument()
        run_in = _RUN_IN.fullmatch(colour)
        return run_in[1] if run_in and colour not in COLOURS else ""

    def _plain(self, name: str, before: str) -> str:
        if name in SPACES:
            return " "
        if name in NOTHING:
            return ""
        if (known := symbol(name)) is not None:
            return self._symbol(name, known, before)
        is_code = name in _CODE_LETTERS and not self._has_group()
        if is_code or not name[0].isalpha():
            return f"\\{name}"
        return self._unknown(name)

    def _unknown(self, name: str) -> str:
        """Leave the bare name of a macro; one on several words sets their style."""
        if self._peek() != "{":
            return name
        content = self._argument()
        return content if " " in content else f"{name} {content}".rstrip(" ")

    def _symbol(self, name: str, known: str, before: str) -> str:
        """Write a sign; the space after a letter only ends the command's name and is dropped.

        So does TeX. Before a word that is clearly one it stays: whoever writes `\\beta and` outside
        of mathematics never saw it printed.
        """
        if not name[0].isalpha():
            return known
        is_space = self._peek().isspace()
        following = self._peek(1) if is_space else ""
        is_word = known.isascii() and known[0].isalpha()
        if known in RELATIONS and before.isalnum() and following[:1].isdigit():
            return f" {known}"
        if is_word or known in RELATIONS or known in "<>…°|%€£•":
            self._drop_empty_group()
            if known[-1] == "." and self._peek()[:1] == ".":
                self._take_first()
        elif not is_space or (
            (following[:1].isalpha() or following[:1] == "\\") and not _is_word(following)
        ):
            self._end_name()
        return known

    def _accent(self, name: str, before: str) -> str:
        following = self._peek()
        is_word = following.isspace() and takes_next_word(name, before, self._peek(1))
        if name.isalpha() and not (self._has_group() or following.startswith("\\") or is_word):
            return f"\\{name}"
        if not self._is_name and is_apostrophe(name, before, following):
            return name
        kept = self._at
        base = self._argument()
        if not base[:1].isalpha():
            if not base and self._at > kept + 1:
                return ""  # an accent on nothing, as in \~{}
            self._at = kept if not base else self._at
            return (name if name in "'`\"~^" else f"\\{name}") + base
        is_sure = name.isalpha() or following == "{"
        return accented(name, base, is_sure=is_sure)

    def _switch(self, name: str) -> str:
        if self._has_group():
            content = self._argument()
            return lettered(content, ALPHABETS[name]) if name in ALPHABETS else content
        self._skip_space()
        return ""

    def _style(self, name: str) -> str:
        if not self._has_group():
            return name if name in NEEDS_GROUP or name in ("url", "href", "path", "text") else ""
        if name == "textcolor":
            self._argument()
            return self._argument()
        if name == "href":
            return linked(self._argument(), self._argument() if self._has_group() else "")
        return self._argument()


def _is_word(text: str) -> bool:
    found = _WORD.match(text)
    return found is not None and (len(found[0]) > 3 or found[0] in _SMALL_WORDS)


def _script(sign: str, text: str) -> str:
    return scripted(sign, text) if all(c in SUPERSCRIPTS for c in text) else text


def _last(parts: list[str]) -> str:
    return parts[-1][-1] if parts else ""


def _is_greek(character: str) -> bool:
    return "\u0370" <= character <= "\u03ff"
