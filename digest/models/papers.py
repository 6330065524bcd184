"""Papers: as a dump lists them, as we know them, as they differ; and the dumps they stood in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from digest.models.words import DumpStatus

Links = tuple[tuple[str, str], ...]
"""Pairs of a word (`page`, `pdf`, `code`, `project`) and an http(s) address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPaper:
    """One paper as one dump lists it.

    `title` and `abstract` are what the dump said, with white space folded and unsafe characters
    gone, nothing else changed; `paragraph_starts` are the places in `abstract`, in characters,
    where a further paragraph began. `arxiv_id` has no version; `published` is ISO 8601, a date
    (`2024-09-12`) or an instant in UTC (`2024-05-28T17:27:20Z`). `position` counts from 1.
    """

    title: str
    abstract: str = ""
    paragraph_starts: tuple[int, ...] = ()
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
    by what it was first known as. `slug` is its folder under `papers/`. `paragraph_starts` are the
    places in `abstract` where a further paragraph begins.
    """

    id: int
    key: str
    slug: str
    title: str
    abstract: str
    paragraph_starts: tuple[int, ...] = ()
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
class Day:
    """A paper's sightings of one day: the best place it had, and the most votes it was given."""

    day: date
    position: int
    listed: int
    votes: int | None

    @property
    def height(self) -> float:
        """Return 1 for the first of a listing, falling evenly towards 1/2 for the last."""
        return 1 - (self.position - 1) / (2 * self.listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The days a paper was listed on, oldest first, from `start` to `end`, both included."""

    start: date
    end: date
    days: tuple[Day, ...]


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
class Related:
    """A paper close to another, as that one's page names it.

    `edition` is the daily edition that announced it as new.
    """

    slug: str
    title: str
    authors: tuple[str, ...]
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPage:
    """A paper with its history, for its own page. `moved_to` is set where it is now another's.

    `author_slugs` are the pages of its authors, by their place among them from 0, of those who have
    one. `related` are the papers close to it, the closest first.
    """

    paper: Paper
    editions: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    moved_to: Paper | None = None
    author_slugs: Mapping[int, str] = field(default_factory=dict)
    related: tuple[Related, ...] = ()
