"""The values that flow between the steps, and nothing else.

    bytes ─▶ Listing ─▶ ListedPaper… ─▶ Identity ─▶ Diff ─▶ Paper, Sighting ─▶ Edition ─▶ files

One type per stage: what a dump says (`ListedPaper`), what we know (`KnownPaper`, `Paper`,
`Sighting`), what we decided (`Diff`), what is published (`Edition`). All are frozen; a half-valid
one cannot exist. Nothing here reads a clock, a file or a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

Links = tuple[tuple[str, str], ...]
"""Pairs of a word (`page`, `pdf`, `code`, `project`) and an http(s) address."""


class DumpStatus(StrEnum):
    """What became of a dump."""

    READ = "read"
    EMPTY = "empty"
    REJECTED = "rejected"


class Section(StrEnum):
    """The part of an edition a paper stands in."""

    NEW = "new"
    TRENDING = "trending"
    REVISED = "revised"


class Cadence(StrEnum):
    """The kind of period an edition covers."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPaper:
    """One paper as one dump lists it.

    `title` and `abstract` are what the dump said, with white space folded and unsafe characters
    gone, nothing else changed. `arxiv_id` has no version; `published` is ISO 8601, a date
    (`2024-09-12`) or an instant in UTC (`2024-05-28T17:27:20Z`). `position` counts from 1.
    """

    title: str
    abstract: str = ""
    position: int
    authors: tuple[str, ...] = ()
    arxiv_id: str | None = None
    version: int | None = None
    doi: str | None = None
    url: str | None = None
    published: str | None = None
    votes: int | None = None
    comments: int | None = None
    summary: str | None = None
    keywords: tuple[str, ...] = ()
    organization: str | None = None
    links: Links = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPaper:
    """What the differ needs to know of a paper already in the store.

    `id` is the store's row number, `key` the public key that never changes.
    """

    id: int
    key: str
    title: str
    abstract: str
    arxiv_id: str | None = None
    doi: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper as the store holds it, whatever its versions.

    `key` is public and never changes: `arxiv:2407.21783`, `doi:10.1000/x` or `title:<hash>`,
    by what it was first known as. `slug` is its folder under `papers/`.
    """

    id: int
    key: str
    slug: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    arxiv_id: str | None = None
    version: int | None = None
    doi: str | None = None
    url: str | None = None
    published: str | None = None
    votes: int | None = None
    comments: int | None = None
    summary: str | None = None
    keywords: tuple[str, ...] = ()
    organization: str | None = None
    links: Links = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A paper standing in a dump: at `position` of `listed` on `day`, perhaps with votes."""

    paper_id: int
    day: date
    position: int
    listed: int
    votes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A listed paper that is one we know.

    `keys` are those the listing brings and the paper did not have; `absorbs` are other rows that
    this listing shows to be the same paper.
    """

    listed: ListedPaper
    paper: KnownPaper
    keys: tuple[str, ...] = ()
    absorbs: tuple[KnownPaper, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A listed paper never seen before, its public key, its folder and the keys it answers to."""

    listed: ListedPaper
    key: str
    slug: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What a batch of listed papers holds that is new, seen before, or a new version."""

    new: tuple[New, ...] = ()
    seen: tuple[Known, ...] = ()
    revised: tuple[Known, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper as it stands in an edition, with its score and the reason for its place.

    `announced` is when the paper became public in this edition (aware UTC). `note` is the
    editor's, in Markdown.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The papers published for one period: `2026-03-11`, `2026-W11` or `2026-03`.

    `start` and `end` are its first and last day, both included. `updated` is when its content
    last changed (aware UTC). `listings` counts the dumps it was made from.
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

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, section by section."""
        return self.new + self.trending + self.revised


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the renderers need to know of the newsletter itself. `url` ends without a slash."""

    title: str = "Trending papers"
    description: str = "The papers never seen before, ranked by what is trending."
    url: str = "http://localhost:8000"
    language: str = "en"
    author: str = ""
    mail_from: str = "digest@localhost"
    list_id: str = "digest.localhost"
    postal_address: str = ""
    tag_date: str = "2026-01-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One file to publish: `path` relative to the output folder (POSIX), and its bytes."""

    path: str
    content: bytes = field(repr=False)


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
    days with a listing up to then, newest first.
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
    curation: Curation = field(default_factory=Curation)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRecord:
    """An edition as the store lists it. `week` and `month` name the roll-ups a day counts in."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpRecord:
    """A dump as the store remembers it. `digest` is the SHA-256 of its bytes, in hex.

    `id` is 0 before it is stored. `day` is the dump's date, `edition` the daily edition its new
    papers went to; `is_late` where that is not the edition of `day`.
    """

    digest: str
    name: str
    format: str
    status: DumpStatus
    arrived_at: datetime
    reason: str = ""
    day: date | None = None
    edition: str | None = None
    is_late: bool = False
    listed: int = 0
    new: int = 0
    seen: int = 0
    revised: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPage:
    """A paper with its history, for its own page. `moved_to` is set where it is now another's."""

    paper: Paper
    editions: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    moved_to: Paper | None = None
