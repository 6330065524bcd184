"""Tables (CSV) as people have them, read into rows and complaints; what they mean is for `lists`.

    bytes ─▶ encoding ─▶ lines ─▶ records (quotes, RFC 4180) ─▶ header ─▶ rows, by column

UTF-8, UTF-16 with its mark, or Windows-1252, told apart by the bytes of the whole file; commas,
semicolons or tabs, told apart by the header. Rows come as they are read, so that a table of any
length takes no memory of its own. What is wrong with a row is a complaint and stops no other; what
is no table at all raises `UsageError`.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from digest.errors import UsageError
from digest.subscribing.cells import unguard
from digest.subscribing.encodings import encoding_of
from digest.subscribing.mailboxes import is_mailbox

_SEPARATORS = (",", ";", "\t")
_ALONE = ""  # of a table without a header: a line is a cell
_WRAPPED = re.compile(r'"([^"]*)"')
_LONGEST = 64 * 1024
_MOST_LINES = 100
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LOST = re.compile(r"[\udc80-\udcff\ufffd]")

Line = tuple[int, str | None]
"""A line's number and its text; None where it is too long."""

Record = tuple[int, list[str] | str]
"""The number of a record's first line, and its cells or what is wrong with it."""

Columns = Mapping[str, tuple[str, ...]]
"""What each column is called, in small letters with single spaces; the first name wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row: the number of its first line, and its cells that are not empty, by column."""

    line: int
    cells: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What is wrong with the row that begins on a line. It names nobody's address."""

    line: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How a table is written. `places` tells which cell is of which column."""

    separator: str
    first: int
    width: int
    places: tuple[tuple[int, str], ...]
    ignored: tuple[str, ...] = ()


class Table:
    """A table in a stream that can be read again and again. `ignored` are columns not known."""

    def __init__(self, stream: BinaryIO, columns: Columns) -> None:
        self._stream = stream
        self._encoding = encoding_of(stream)
        self._layout = self._look(columns)
        self.ignored = self._layout.ignored

    def __contains__(self, column: str) -> bool:
        return any(column == name for _, name in self._layout.places)

    def rows(self) -> Iterator[Row | Complaint]:
        """Yield the rows in order, empty ones left out. One reading at a time."""
        layout = self._layout
        with self._records(layout.separator) as records:
            for line, cells in records:
                if line < layout.first:
                    continue
                if row := _row(layout, line, cells):
                    yield row

    @contextmanager
    def _records(self, separator: str) -> Iterator[Iterator[Record]]:
        self._stream.seek(0)
        text = io.TextIOWrapper(self._stream, self._encoding, _errors(self._encoding), newline="")
        try:
            yield _records(_lines(text), separator)
        finally:
            text.detach()

    def _look(self, columns: Columns) -> _Layout:
        """Return how the table is written, by its first line that is not empty."""
        first, (whole, *_) = self._first(_ALONE)
        separators: tuple[str, ...] = _SEPARATORS
        if re.fullmatch(r"sep=.", whole):  # so Excel writes it, and reads it
            separators = (whole[-1],)
            first += 1
        found = [self._header(separator, first, columns) for separator in separators]
        best = max(found, key=lambda layout: len(layout.places))
        if any(name == "address" for _, name in best.places):
            return best
        if is_mailbox(unguard(whole)):
            return _Layout(separator=_ALONE, first=first, width=1, places=((0, "address"),))
        raise UsageError(
            "no column of addresses is named in the first line",
            at=f"line {first}",
            hint='write a first line that names the columns: "address", or "email"',
        )

    def _header(self, separator: str, first: int, columns: Columns) -> _Layout:
        line, cells = self._first(separator, first)
        names = [" ".join(re.split(r"[\W_]+", cell.casefold())).strip() for cell in cells]
        places = sorted(
            (names.index(called[0]), column)
            for column, every in columns.items()
            if (called := [name for name in every if name in names])
        )
        for place, column in places:
            if names.count(names[place]) > 1:
                what = f"two columns are called {cells[place].strip()[:40]!r}"
                raise UsageError(what, at=f"line {line}", hint=f"leave one {column} column")
        known = {place for place, _ in places}
        ignored = (_shown(cell) for place, cell in enumerate(cells) if place not in known)
        return _Layout(
            separator=separator,
            first=line + 1,
            width=len(cells),
            places=tuple(places),
            ignored=tuple(name for name in ignored if name),
        )

    def _first(self, separator: str, at: int = 0) -> tuple[int, list[str]]:
        """Return the first record that is not empty, from a line on; no cells if it is wrong."""
        with self._records(separator) as records:
            for line, cells in islice(records, 1000):
                if isinstance(cells, str):
                    if separator == _ALONE:
                        hint = "save it as a table: CSV in UTF-8"
                        raise UsageError(cells, at=f"line {line}", hint=hint)
                    return line, []
                if line >= at and any(names := [cell.strip() for cell in cells]):
                    return line, names
        raise UsageError("there is nothing in it", hint="a table begins with a line of names")


def _row(layout: _Layout, line: int, cells: list[str] | str) -> Row | Complaint | None:
    """Return what stands in a record, None where that is nothing."""
    if isinstance(cells, str):
        return Complaint(line=line, why=cells)
    if len(cells) > layout.width and any(map(str.strip, cells[layout.width :])):
        wide = "column" if layout.width == 1 else "columns"
        return Complaint(line=line, why=f"{len(cells)} cells for {layout.width} {wide}")
    found: dict[str, str] = {}
    for place, column in layout.places:
        if place < len(cells) and (cell := unguard(cells[place]).strip()):
            found[column] = cell
            if not cell.isascii() and _LOST.search(cell):
                why = f"the cell of {column!r} holds what is no text in the table's encoding"
                return Complaint(line=line, why=why)
    return Row(line=line, cells=found) if found or any(map(str.strip, cells)) else None


def _shown(name: str) -> str:
    """Return the name of a column as it may be printed anywhere."""
    return "".join(letter if letter.isprintable() else "?" for letter in name.strip()[:60])


def _errors(encoding: str) -> str:
    return "replace" if encoding.startswith("utf-16") else "surrogateescape"


def _lines(text: io.TextIOWrapper) -> Iterator[Line]:
    number = 0
    while line := text.readline(_LONGEST):
        number += 1
        if len(line) < _LONGEST or line[-1] in "\r\n":
            yield number, line
            continue
        while (more := text.readline(_LONGEST)) and more[-1] not in "\r\n":
            pass
        yield number, None


def _records(lines: Iterator[Line], separator: str) -> Iterator[Record]:
    """Yield the records of lines; one that is wrong costs its first line, and no other."""
    ahead: deque[Line] = deque()
    while (first := ahead.popleft() if ahead else next(lines, None)) is not None:
        number, line = first
        if line is None:
            yield number, f"a line of more than {_LONGEST} characters"
        elif _CONTROL.search(line):
            yield number, "there are control characters in it"
        elif separator == _ALONE:
            bare = line.strip()
            wrapped = _WRAPPED.fullmatch(bare)
            yield number, [wrapped[1] if wrapped else bare]
        elif '"' not in line:
            yield number, line.rstrip("\r\n").split(separator)
        else:
            yield number, _quoted(line, ahead, lines, separator)


def _quoted(
    line: str, ahead: deque[Line], lines: Iterator[Line], separator: str
) -> list[str] | str:
    """Return the cells of a record with quotes; these may hold line ends."""
    taken = 0
    while (cells := _split(line, separator)) is None:
        if line.count('"') % 2 == 0:
            return "its quotes are not closed, or stand within a cell without being doubled"
        if taken == len(ahead) and (more := next(lines, None)) is not None:
            ahead.append(more)
        if taken == len(ahead) or taken == _MOST_LINES:
            return "a quote is opened here and closed nowhere"
        text = ahead[taken][1]
        taken += 1
        if text is None or len(line) + len(text) > _LONGEST or _CONTROL.search(text):
            return "a quote is opened here and closed nowhere"
        line += text
    for _ in range(taken):
        ahead.popleft()
    return cells


def _split(line: str, separator: str) -> list[str] | None:
    """Return the cells of a record, None where its quotes are wrong (so far)."""
    try:
        return next(csv.reader([line], delimiter=separator, strict=True, skipinitialspace=True))
    except csv.Error:
        return None
