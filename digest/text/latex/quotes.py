"""Quotation marks of TeX: ``two lamps'' and `one' are “two lamps” and ‘one’."""

from __future__ import annotations

from digest.text.latex.cursor import Cursor

_LONGEST = 120  # characters between single quotes: further off is another apostrophe


class QuoteReader(Cursor):
    """Knows which quotation marks are open."""

    def __init__(self, lexemes: list[str]) -> None:
        super().__init__(lexemes)
        self._doubles = 0
        self._singles = 0

    def _quote(self, lexeme: str, before: str) -> str:
        """Turn a quote that has just been read; a lone apostrophe or backtick stays as it is."""
        is_double = self._peek() == lexeme
        if lexeme == "`":
            if is_double:
                self._at += 1
                self._doubles += 1
                return "“"
            if (not before or before.isspace() or before in "([“") and self._is_closed():
                self._singles += 1
                return "‘"
            return lexeme
        if is_double and self._doubles:
            self._at += 1
            self._doubles -= 1
            return "”"
        if self._singles and not is_double and not self._peek()[:1].isalnum():
            self._singles -= 1
            return "’"
        return lexeme

    def _with_closed_double(self, text: str) -> str:
        """Turn a plain quotation mark that closes a double quote of TeX."""
        if '"' not in text or not self._doubles:
            return text
        self._doubles -= 1
        return text.replace('"', "”", 1)

    def _is_closed(self) -> bool:
        length = ahead = 0
        if self._peek().isspace():
            return False
        while length < _LONGEST and (lexeme := self._peek(ahead)) not in ("", "`"):
            if lexeme == "'":
                return True
            length += len(lexeme)
            ahead += 1
        return False
