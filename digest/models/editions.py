"""Editions: what they are composed from, what stands in them, and how the store lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from digest.models.papers import History, Paper, Sighting
from digest.models.words import Cadence, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper as it stands in an edition, with its score and the reason for its place.

    `announced` is when the paper became public in this edition (aware UTC). `note` is the
    editor's, in Markdown. `history` is told of trending papers: the days up to this edition.
    """

    paper: Paper
    section: Section
    position: int
    score: float
    reason: str
    votes: int | None = None
    is_late: bool = False
    is_pinned: bool = False
    note: str = ""
    announced: datetime
    history: History | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many papers a day's edition holds, by section."""

    day: date
    new: int = 0
    trending: int = 0
    revised: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The papers published for one period: `2026-03-11`, `2026-W11` or `2026-03`.

    `start` and `end` are its first and last day, both included. `updated` is when its content
    last changed (aware UTC). `listings` counts the dumps it was made from. `tallies` count what the
    daily editions up to here hold, oldest first: a roll-up's own, a day's and those before it.
    """

    name: str
    cadence: Cadence
    start: date
    end: date
    updated: datetime
    is_sealed: bool = False
    note: str = ""
    listings: int = 0
    new: tuple[Entry, ...] = ()
    trending: tuple[Entry, ...] = ()
    revised: tuple[Entry, ...] = ()
    tallies: tuple[Tally, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, section by section."""
        return self.new + self.trending + self.revised


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """When a paper became public in an edition, and whether it came after its own day's seal."""

    at: datetime
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Curation:
    """What the curator asked of one edition: paper keys to pin (in order) or hide, and notes.

    `note` is the edition's own, `notes` those of papers by key; both are Markdown.
    """

    pinned: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that an edition is composed from; papers are named by their row number.

    `new` are announced here and nowhere else of this cadence; `revised` came as a new version;
    `seen` stood in one of the edition's dumps, whatever else they are. `sightings` holds, oldest
    first, each such paper's sightings up to the edition's last day. `listing_days` are the last
    days with a listing up to then, newest first. `tallies` are those of the other daily editions.
    """

    name: str
    cadence: Cadence
    start: date
    end: date
    updated: datetime
    listings: int
    papers: Mapping[int, Paper]
    sightings: Mapping[int, tuple[Sighting, ...]]
    new: Mapping[int, Announced]
    revised: Mapping[int, Announced]
    seen: Mapping[int, Announced]
    listing_days: tuple[date, ...]
    tallies: tuple[Tally, ...] = ()
    curation: Curation = field(default_factory=Curation)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRecord:
    """An edition as the store lists it. `week` and `month` name the roll-ups a day counts in.

    `approved_at` and `held_at` are when the curator let it go out, or not (never both), at what
    `decided_by` names: `cli`, `desk` or `api`.
    """

    name: str
    cadence: Cadence
    start: date
    end: date
    opened_at: datetime
    updated_at: datetime
    sealed_at: datetime | None = None
    week: str | None = None
    month: str | None = None
    change: int = 0
    approved_at: datetime | None = None
    held_at: datetime | None = None
    decided_by: str = ""
