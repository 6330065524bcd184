"""What commands find out and then tell, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from digest.models import DumpRecord
from digest.pipeline.report import EditionReport


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A newsletter as it stands. `next_seal` is when the drafts whose day ends are sealed.

    `deliveries` are counted by edition, latest first, and state; `held` wait for a decision: the
    edition, the subscriber's number, and why.
    """

    at: datetime
    counts: dict[str, int]
    read: tuple[DumpRecord, ...]
    empty: tuple[DumpRecord, ...]
    rejected: tuple[DumpRecord, ...]
    ready: tuple[str, ...]
    waiting: tuple[str, ...]
    drafts: tuple[EditionReport, ...]
    due_now: tuple[str, ...]
    next_seal: datetime
    deliveries: dict[str, dict[str, int]]
    held: tuple[tuple[str, int, str], ...]
    next_attempt: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is to be told: lines for people, the same for machines, and the exit code."""

    lines: tuple[str, ...]
    json: dict[str, object] = field(default_factory=dict)
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing examined: whether it is well, what was seen, what to do."""

    about: str
    is_well: bool
    seen: str
    hint: str = ""
