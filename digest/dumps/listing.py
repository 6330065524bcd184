"""What reading a dump gives, and the limits it keeps. No reading happens here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from digest.models import ListedPaper

MIB = 1024 * 1024
MAX_NOTES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a dump is read before it is refused (`[limits]` of the settings).

    `max_ratio` is expanded to packed bytes, and counts only above 10 MiB expanded.
    `max_line_chars` counts for the text format alone: JSON may stand in one line.
    """

    max_bytes: int = 512 * MIB
    max_expanded_bytes: int = 1024 * MIB
    max_ratio: int = 200
    max_line_chars: int = 2_000_000
    max_depth: int = 100
    max_papers: int = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderDay:
    """The day that a dump itself tells; the page's header has no year."""

    month: int
    day: int
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a dump says: its format, its day, its papers in order.

    `papers` streams and may raise `Damaged` or `TooBig` on the way. `notes` tells in words what
    was skipped or guessed; it is filled while `papers` is read.
    """

    format: str
    day: HeaderDay | None
    papers: Iterator[ListedPaper]
    notes: list[str] = field(default_factory=list)


def add_note(notes: list[str], note: str) -> None:
    """Add `note` unless it stands there already or there are too many."""
    if len(notes) < MAX_NOTES and note not in notes:
        notes.append(note)
    elif len(notes) == MAX_NOTES:
        notes.append("… and more like these")
