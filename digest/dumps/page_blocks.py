"""Lines of the page to paragraphs: hard-wrapped lines joined, rows and headings kept apart.

A line break is a wrap where the next word would not have fitted, and an end of paragraph where it
would. What a paragraph is for is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.dumps.marks import bare, starts_apart
from digest.dumps.page_words import Kind, row_of
from digest.errors import TooBig

MAX_WRAP = 200  # no extractor wraps wider: longer lines stand for themselves
MAX_ROW = 160  # no row of the page is longer
_MAX_BLOCK_LINES = 2000
_OPEN_LINK = re.compile(r"\s*(?:#+\s+|[*+-]\s+)?\[[^\]]*$")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,})")
_SUSPENDED = re.compile(r"(?:and|or|to|und|vs\.?)(?![\w-])")
_SUBMITTED = re.compile(r"(?i)\s*submitted\s*by")
_TEXT_END = (".", ",", ";")


def wrap_width(text: str) -> int:
    """Return the width at which the paragraphs of `text` were wrapped; 0 where they were not."""
    widths = []
    for block in _blocks(iter((text,)), len(text) + 1):
        full = sorted(len(line) for line in block[:-1])
        if len(full) >= 3 and 40 <= full[-1] <= MAX_WRAP and full[0] * 3 > full[-1]:
            widths.append(full[-1])
    return sorted(widths)[len(widths) // 2] if widths else 0


def paragraphs(pieces: Iterator[str], max_line_chars: int, width: int = 0) -> Iterator[str]:
    """Yield the paragraphs of a text in pieces; underlined ones with `# ` before them.

    `width` is where the text is known to be wrapped.
    """
    for found in _blocks(pieces, max_line_chars):
        block = _unquoted(found) if found[0][0] == ">" else found
        if len(block) == 1:
            yield _folded(block[0])
        else:
            yield from _divided(block, width)


def _unquoted(block: list[str]) -> list[str]:
    """Take off the marks of a quotation, as e-mail and Markdown write it."""
    return [line for quoted in block if (line := quoted.lstrip("> "))]


def _blocks(pieces: Iterator[str], max_line_chars: int) -> Iterator[list[str]]:
    """Yield the runs of lines between blank lines."""
    rest = ""
    block: list[str] = []
    number = 0
    for piece in pieces:
        lines = (rest + piece).split("\n")
        rest = lines.pop()
        if len(piece) + len(rest) > max_line_chars:
            _check_lines([*lines, rest], number, max_line_chars)
        number += len(lines)
        for line in lines:
            if line and not line.isspace():
                block.append(line)
                if len(block) < _MAX_BLOCK_LINES:
                    continue
            if block:
                yield block
                block = []
    if rest.strip():
        block.append(rest)
    if block:
        yield block


def _check_lines(lines: list[str], number: int, max_line_chars: int) -> None:
    for index, line in enumerate(lines, number + 1):
        if len(line) > max_line_chars:
            raise TooBig(
                f"a line is longer than {max_line_chars} characters",
                at=f"line {index}",
                hint="raise limits.max_line_chars if it is really a page of papers",
            )


def _folded(line: str) -> str:
    return " ".join(line.split()) if "  " in line else line.strip()


def _divided(lines: list[str], width: int) -> Iterator[str]:
    """Yield the paragraphs of a block of lines."""
    wrap = _Wrap(lines, width)
    current: list[str] = []
    for line in lines:
        text = line.strip()
        if current and _UNDERLINE.fullmatch(text):
            yield "# " + _joined(current)
            current = []
        elif current and wrap.joins(current, line):
            current.append(line)
        else:
            if current:
                yield _joined(current)
            current = [line]
    if current:
        yield _joined(current)


class _Wrap:
    """Where the lines of a block were wrapped; `width` is the page's, 0 where not known."""

    def __init__(self, lines: list[str], width: int) -> None:
        self.rows = {line: kind for line in lines if (kind := _row_kind(line))}
        lengths = [len(line) for line in lines if len(line) <= MAX_WRAP and line not in self.rows]
        self.width = width or max(lengths, default=0)
        full = sum(length * 5 >= self.width * 4 for length in lengths)
        is_alone = not self.rows and 55 <= self.width <= 140
        self.is_wrapped = bool(width) or (self.width >= 30 and (full > 1 or is_alone))
        self.is_known = bool(width)

    def joins(self, before: list[str], line: str) -> bool:
        """Tell whether `line` goes on where the lines `before` were wrapped."""
        previous, text = before[-1], line.lstrip()
        if len(previous) > MAX_WRAP or len(line) > MAX_WRAP or before[0] in self.rows:
            return False
        if "](" in text and "](" not in previous and _OPEN_LINK.match(before[0]):
            return True
        if line in self.rows:
            return self.is_wrapped and self._is_inside(before, line)
        if text[0] == "#" or starts_apart(text):
            return False
        if text[0].islower() or _is_hanging(previous, line):
            return True
        return self.is_wrapped and not self._fits(previous, text)

    def _is_inside(self, before: list[str], row: str) -> bool:
        """Tell whether what looks like a row is the rest of a wrapped paragraph."""
        if row.rstrip().endswith(_TEXT_END):
            return True
        is_word = self.is_known and self.rows[row] in (Kind.MENU, Kind.FURNITURE)
        return (is_word or len(before) > 2) and not self._fits(before[-1], row.lstrip())

    def _fits(self, previous: str, text: str) -> bool:
        word = text.split(" ", 1)[0]
        return len(previous.rstrip()) + 1 + len(word) <= self.width


def _row_kind(line: str) -> Kind | None:
    if len(line) > MAX_ROW:
        is_submitter = line.lstrip()[:9].lower() == "submitted" and _SUBMITTED.match(line)
        return Kind.SUBMITTER if is_submitter else None
    text = bare(line.strip())
    if _SUBMITTED.match(text):
        return Kind.SUBMITTER
    row = row_of(text)
    return row.kind if row else None


def _is_hanging(previous: str, line: str) -> bool:
    return line.startswith("  ") and line[2] != " " and previous[0] != " " and line[2].isalnum()


def _joined(lines: list[str]) -> str:
    """Return the lines as one; a word divided at its hyphen becomes whole again."""
    joined = " ".join(lines[0].split())
    for line in lines[1:]:
        text = " ".join(line.split())
        joined += text if _is_divided(joined, text) else " " + text
    return joined


def _is_divided(before: str, after: str) -> bool:
    if after.startswith("--"):
        return after[2:3].isalnum() and before[-1].isalnum()
    if not before.endswith("-") or not after[0].isalnum():
        return False
    return (before[-2:-1].isalnum() and not _SUSPENDED.match(after)) or (
        before.endswith("--") and before[-3:-2].isalnum()
    )
