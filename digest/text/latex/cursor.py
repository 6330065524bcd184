"""A place in a list of lexemes: what stands there, what can be taken. Readers know its meaning."""

from __future__ import annotations


class Cursor:
    """Reads lexemes from left to right, each once."""

    def __init__(self, lexemes: list[str]) -> None:
        self._lexemes = lexemes
        self._at = 0
        self._depth = 0

    def _peek(self, ahead: int = 0) -> str:
        """Return a lexeme that has not been read, or nothing at the end."""
        at = self._at + ahead
        return self._lexemes[at] if at < len(self._lexemes) else ""

    def _near(self, number: int) -> list[str]:
        return self._lexemes[self._at : self._at + number]

    def _has_group(self) -> bool:
        return self._peek() == "{" or (self._peek().isspace() and self._peek(1) == "{")

    def _skip_space(self) -> None:
        while self._peek().isspace():
            self._at += 1

    def _drop_empty_group(self) -> None:
        if self._near(2) == ["{", "}"]:
            self._at += 2

    def _end_name(self) -> None:
        """Drop what only ends a command's name: white space, or an empty group."""
        if self._peek().isspace():
            self._at += 1
        else:
            self._drop_empty_group()

    def _take_first(self) -> str:
        """Take one character of the next lexeme."""
        first, rest = self._peek()[0], self._peek()[1:]
        self._lexemes[self._at] = rest
        self._at += not rest
        return first
