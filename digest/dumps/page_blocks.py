"""Lines of the page to paragraphs: hard-wrapped lines joined, rows and headings kept apart.

A line break is a wrap where the next word would not have fitted, and an end of paragraph where it
would. What a paragraph is for is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

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
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*$")
_NUMBERED_TEXT = re.compile(r"\[\d{1,5}\]\S")
_ENOUGH_BLOCKS = 3
_LONG_LINE = 40
_MAX_TITLE_LINES = 3
_BULLETS = frozenset("*•·◦- ")
_MANY_LINES = 60  # more than one abstract has
_PROSE_WORDS = 6
_SHORT_WORD = 3
_MANY_CAPITALS = 0.7
_FEW_CAPITALS = 0.35


def wrap_width(text: str) -> int:
    """Return the width at which the paragraphs of `text` were wrapped; 0 where they were not."""
    widths = []
    for block in _blocks(iter((text,)), len(text) + 1):
        full = sorted(len(line) for line in block[:-1])
        if len(full) >= 3 and 40 <= full[-1] <= MAX_WRAP and full[0] * 3 > full[-1]:
            widths.append(full[-1])
    if len(widths) < _ENOUGH_BLOCKS and (whole := _width_of_lines(text)):
        return whole
    return sorted(widths)[len(widths) // 2] if widths else 0


def _width_of_lines(text: str) -> int:
    """Return the width at which a text without blank lines was wrapped, by all its long lines."""
    by_indent: dict[int, list[int]] = {}
    for line, below in pairwise(text.split("\n")):
        if len(line) >= _LONG_LINE and below.strip() and "://" not in line and "](" not in line:
            by_indent.setdefault(len(line) - len(line.lstrip()), []).append(len(line))
    long = max(by_indent.values(), key=len, default=[])
    width = max(long, default=0)
    full = sum(length * 20 >= width * 17 for length in long)
    return width if len(long) >= 20 and full * 10 >= len(long) * 7 and width <= MAX_WRAP else 0


def titles_touch(text: str) -> bool:
    """Tell whether titles stand right over their abstracts, without a blank line between."""
    touching = apart = 0
    is_title_over = False
    for block in _blocks(iter((text,)), len(text) + 1):
        long = [line for line in block if len(line) >= _LONG_LINE and "://" not in line]
        is_long = len(long) > _MAX_TITLE_LINES
        if is_long:
            apart += is_title_over
            touching += (not is_title_over) + len(block) // _MANY_LINES
        if is_long or not all(map(_row_kind, block)):
            is_title_over = len(block) <= _MAX_TITLE_LINES
    return touching > apart


def paragraphs(
    pieces: Iterator[str], max_line_chars: int, width: int = 0, *, is_touching: bool = False
) -> Iterator[str]:
    """Yield the paragraphs of a text in pieces; underlined ones with `# ` before them.

    `width` is where the text is known to be wrapped; `is_touching` tells of `titles_touch`.
    """
    for found in _blocks(pieces, max_line_chars):
        block = _unquoted(found) if found[0][0] == ">" else found
        if len(block) == 1:
            yield _folded(block[0])
        else:
            yield from _divided(block, width, is_touching=is_touching)


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


def _divided(lines: list[str], width: int, *, is_touching: bool) -> Iterator[str]:
    """Yield the paragraphs of a block of lines."""
    wrap = _Wrap(lines, width, is_touching=is_touching)
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

    def __init__(self, lines: list[str], width: int, *, is_touching: bool) -> None:
        self.rows = {line: kind for line in lines if (kind := _row_kind(line))}
        lengths = [len(line) for line in lines if len(line) <= MAX_WRAP and line not in self.rows]
        self.width = width or max(lengths, default=0)
        full = sum(length * 5 >= self.width * 4 for length in lengths)
        is_alone = not self.rows and 55 <= self.width <= 140
        self.is_wrapped = bool(width) or (self.width >= 30 and (full > 1 or is_alone))
        self.is_known = bool(width)
        self.is_touching = is_touching and self.is_wrapped

    def joins(self, before: list[str], line: str) -> bool:
        """Tell whether `line` goes on where the lines `before` were wrapped."""
        previous, text = before[-1], line.lstrip()
        if len(previous) > MAX_WRAP or len(line) > MAX_WRAP or before[0] in self.rows:
            return False
        if "](" in text and "](" not in previous and _OPEN_LINK.match(before[0]):
            return True
        if line in self.rows:
            return self.is_wrapped and self._is_inside(before, line)
        if self._begins_apart(before, text):
            return False
        if text[0].islower() or _is_hanging(previous, line):
            return True
        return self.is_wrapped and not self._fits(previous, text)

    def _begins_apart(self, before: list[str], text: str) -> bool:
        if text[0] == "#" or starts_apart(text):
            return True
        if _NUMBERED_TEXT.match(text) and _SENTENCE_END.search(before[-1].rstrip()):
            return True
        is_title_over = self.is_touching and len(before) <= _MAX_TITLE_LINES
        return is_title_over and _begins_prose(before, text)

    def _is_inside(self, before: list[str], row: str) -> bool:
        """Tell whether what looks like a row is the rest of a wrapped paragraph."""
        if _BULLETS.issuperset(row.strip()):
            return False
        is_ended = len(before) > 2 and _SENTENCE_END.search(before[-1].rstrip()) is not None
        if is_ended and self.rows[row] is not Kind.ADDRESS:
            return False
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


def _begins_prose(title: list[str], text: str) -> bool:
    """Tell whether a title ends with its line and a paragraph begins, both being full.

    No width tells that: but of a title most words are capitals, and of a sentence few.
    """
    if not text[0].isupper() or text.count(" ") < _PROSE_WORDS:
        return False
    return _capitals(" ".join(title)) >= _MANY_CAPITALS and _capitals(text) <= _FEW_CAPITALS


def _capitals(text: str) -> float:
    """Return how many of the longer words, after the first, begin with a capital."""
    words = [word for word in text.split()[1:] if len(word) > _SHORT_WORD and word[0].isalpha()]
    return sum(word[0].isupper() for word in words) / len(words) if len(words) > 2 else 0.5


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
    if (before[-1] in "/\\])" or after[0] == "{") and _is_cut_at_mark(before, after):
        return True
    if after.startswith("--"):
        return after[2:3].isalnum() and before[-1].isalnum()
    if not before.endswith("-") or not after[0].isalnum():
        return False
    return (before[-2:-1].isalnum() and not _SUSPENDED.match(after)) or (
        before.endswith("--") and before[-3:-2].isalnum()
    )


def _is_cut_at_mark(before: str, after: str) -> bool:
    """Tell whether an address, or LaTeX, was divided at a mark: `https://` / `example.org/x`."""
    if before[-1] == "]":
        return after.startswith("(http")
    if before[-1] == "\\":
        return after[0] == "%"
    if before[-1] == ")":
        return after[0] == "-" and after[1:2].isalpha()
    last = before.rsplit(" ", 1)[-1]
    if after[0] == "{" or last.endswith("://"):
        return "://" in last
    if "://" not in last:
        return len(last) > _SHORT_WORD and last[:-1].isalpha() and after[0].islower()
    return any(mark in after.split(" ", 1)[0][:-1] for mark in "/.{")
