"""The tables, as the last migration leaves them. docs/database.md tells what each is for.

A test compares them with what the migrations make. Row numbers are given by us, counting up, for
there is one writer at a time; so a backup carries them from one database into the other.
Those of subscribers and deliveries stand in `tables_post`, those of what is derived of papers in
`tables_derived`; all are imported from here.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from digest.store.columns import JsonTuple, RowId, SafeText, UtcDateTime
from digest.store.naming import metadata
from digest.store.tables_derived import (
    authors,
    paper_authors,
    paper_terms,
    paper_traits,
    related,
    shelves,
    terms,
)
from digest.store.tables_post import (
    consents,
    deliveries,
    invitations,
    pings,
    plans,
    posts,
    returns,
    subscribers,
    suppressions,
    visits,
)

__all__ = [
    "announcements",
    "approvals",
    "authors",
    "consents",
    "curation",
    "deliveries",
    "dumps",
    "editions",
    "invitations",
    "leases",
    "meta",
    "metadata",
    "paper_authors",
    "paper_keys",
    "paper_terms",
    "paper_traits",
    "paper_words",
    "papers",
    "pings",
    "plans",
    "posts",
    "related",
    "returns",
    "shelves",
    "sightings",
    "subscribers",
    "suppressions",
    "terms",
    "visits",
]

meta = Table(
    "meta",
    metadata,
    Column("key", SafeText, primary_key=True),
    Column("value", SafeText, nullable=False),
)

dumps = Table(
    "dumps",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=False),
    Column("digest", SafeText, nullable=False),
    Column("name", SafeText, nullable=False),
    Column("format", SafeText, nullable=False),
    Column("status", SafeText, nullable=False),
    Column("arrived_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime),
    Column("reason", SafeText, nullable=False),
    Column("day", Date),
    Column("edition", SafeText),
    Column("is_late", Boolean, nullable=False),
    Column("listed", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("revised", Integer, nullable=False),
    UniqueConstraint("digest"),
    Index("ix_dumps_day", "day"),
    Index("ix_dumps_edition", "edition"),
)

papers = Table(
    "papers",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=False),
    Column("key", SafeText, nullable=False),
    Column("slug", SafeText, nullable=False),
    Column("change", BigInteger, nullable=False),
    Column(
        "moved_to", RowId, ForeignKey("papers.id", deferrable=True, initially="DEFERRED")
    ),  # deferred: a restored row may name one that comes after it
    Column("arxiv_id", SafeText),
    Column("version", BigInteger),
    Column("doi", SafeText),
    Column("url", SafeText),
    Column("published", SafeText),
    Column("votes", BigInteger),
    Column("comments", BigInteger),
    Column("votes_day", Date),
    Column("title", SafeText, nullable=False),
    Column("abstract", SafeText, nullable=False),
    Column("authors", JsonTuple, nullable=False),
    Column("summary", SafeText),
    Column("keywords", JsonTuple, nullable=False),
    Column("organization", SafeText),
    Column("links", JsonTuple, nullable=False),
    Column("paragraph_starts", JsonTuple, nullable=False, server_default="[]"),
    UniqueConstraint("key"),
    Index("ix_papers_change", "change"),
    Index(
        "ix_papers_moved_to",
        "moved_to",
        sqlite_where=text("moved_to IS NOT NULL"),
        postgresql_where=text("moved_to IS NOT NULL"),
    ),
)

paper_keys = Table(
    "paper_keys",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=False),
    Column("hash", BigInteger, nullable=False),
    Column("paper_id", RowId, ForeignKey("papers.id"), nullable=False),
    Column("key", SafeText, nullable=False),
    Index("ix_paper_keys_hash", "hash"),
    Index("ix_paper_keys_paper", "paper_id"),
)

paper_words = Table(  # beside it the index: `paper_search` in SQLite, the column `found` elsewhere
    "paper_words",
    metadata,
    Column("paper_id", RowId, ForeignKey("papers.id"), primary_key=True, autoincrement=False),
    Column("place", BigInteger, nullable=False),  # in the order of what is found
    Column("mark", BigInteger, nullable=False),
    Column("words", SafeText, nullable=False),
    UniqueConstraint("place"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("paper_id", RowId, ForeignKey("papers.id"), nullable=False),
    Column("dump_id", RowId, ForeignKey("dumps.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("position", Integer, nullable=False),
    Column("listed", Integer, nullable=False),
    Column("votes", BigInteger),
    PrimaryKeyConstraint("paper_id", "dump_id"),
    Index("ix_sightings_dump", "dump_id"),
    sqlite_with_rowid=False,  # one tree instead of two, and a paper's history side by side
)

editions = Table(
    "editions",
    metadata,
    Column("name", SafeText, primary_key=True),
    Column("cadence", SafeText, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("sealed_at", UtcDateTime),
    Column("week", SafeText),
    Column("month", SafeText),
    Column("change", BigInteger, nullable=False),
    Column("note", SafeText, nullable=False, server_default=""),
    Column("frozen", SafeText),
    Index("ix_editions_week", "week"),
    Index("ix_editions_month", "month"),
    Index(
        "ix_editions_open",
        "last_day",
        sqlite_where=text("sealed_at IS NULL"),
        postgresql_where=text("sealed_at IS NULL"),
    ),
)

approvals = Table(
    "approvals",
    metadata,
    Column("edition", SafeText, ForeignKey("editions.name"), primary_key=True),
    Column("approved_at", UtcDateTime),
    Column("held_at", UtcDateTime),
    Column("decided_by", SafeText, nullable=False),
)

announcements = Table(
    "announcements",
    metadata,
    Column("paper_id", RowId, ForeignKey("papers.id"), nullable=False),
    Column("edition", SafeText, ForeignKey("editions.name"), nullable=False),
    Column("section", SafeText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("is_late", Boolean, nullable=False),
    PrimaryKeyConstraint("paper_id", "edition", "section"),
    Index("ix_announcements_edition", "edition"),
    Index("ix_announcements_at", "at"),
    Index(  # a paper is new in one daily edition only
        "uq_announcements_new",
        "paper_id",
        unique=True,
        sqlite_where=text("section = 'new'"),
        postgresql_where=text("section = 'new'"),
    ),
    sqlite_with_rowid=False,
)

curation = Table(
    "curation",
    metadata,
    Column("edition", SafeText, ForeignKey("editions.name"), nullable=False),
    Column("paper_id", RowId, ForeignKey("papers.id"), nullable=False),
    Column("pinned", Integer),
    Column("is_hidden", Boolean, nullable=False, server_default=text("false")),
    Column("note", SafeText, nullable=False, server_default=""),
    PrimaryKeyConstraint("edition", "paper_id"),
    Index("ix_curation_paper", "paper_id"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", SafeText, primary_key=True),
    Column("holder", SafeText, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)
