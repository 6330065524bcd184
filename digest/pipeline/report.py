"""What a run did, as values: the CLI prints them, in words or as JSON. Nothing here prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from digest.models import Approval, DumpStatus, Edition

SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpReport:
    """What became of one file. `is_known`: the very bytes were read before."""

    file: str
    format: str | None
    day: date | None
    status: DumpStatus
    reason: str = ""
    hint: str = ""
    notes: tuple[str, ...] = ()
    listed: int = 0
    new: int = 0
    seen: int = 0
    revised: int = 0
    edition: str | None = None
    is_known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionReport:
    """How many papers an edition holds in each section, and what the curator decided of it."""

    name: str
    is_sealed: bool
    new: int
    trending: int
    revised: int
    approval: Approval | None = None

    @classmethod
    def of(cls, edition: Edition, approval: Approval | None) -> EditionReport:
        """Count an edition."""
        return cls(
            name=edition.name,
            is_sealed=edition.is_sealed,
            new=len(edition.new),
            trending=len(edition.trending),
            revised=len(edition.revised),
            approval=approval,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What one run did. `quiet` says why nothing is new, and is None where something is."""

    dumps: tuple[DumpReport, ...] = ()
    waiting: tuple[str, ...] = ()
    editions: tuple[EditionReport, ...] = ()
    published: tuple[str, ...] = ()
    quiet: str | None = None


def why_quiet(dumps: Sequence[DumpReport], waiting: Sequence[str], today: date) -> str | None:
    """Say in words why nothing is new; None where something is.

    An empty day always has a reason: still being written, nothing arrived (and whether that is to
    be expected of the day), nothing readable, all seen before.
    """
    if any(dump.new or dump.revised for dump in dumps):
        return None
    if not dumps:
        return _why_nothing_came(waiting, today)
    if all(dump.is_known for dump in dumps):
        return f"{_files(len(dumps))} arrived, read before to the last byte"
    listed = sum(dump.listed for dump in dumps)
    rejected = sum(dump.status is DumpStatus.REJECTED for dump in dumps)
    if listed:
        words = f"all {listed} papers listed had been seen before"
        return words + (f"; {_files(rejected)} could not be read" if rejected else "")
    if rejected == len(dumps):
        return f"{_files(rejected)} arrived, and none could be read: see inbox/rejected/"
    return "what arrived was recognised, but nothing in it was readable"


def _why_nothing_came(waiting: Sequence[str], today: date) -> str:
    if waiting:
        return f"{_files(len(waiting))} in the inbox still being written"
    weekend = " (it is a weekend: listings rest)" if today.weekday() >= SATURDAY else ""
    return f"nothing arrived{weekend}"


def _files(number: int) -> str:
    return f"{number} file{'' if number == 1 else 's'}"
