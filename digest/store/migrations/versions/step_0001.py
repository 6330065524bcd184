"""Papers, the dumps they stood in, and the editions they were announced in."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from digest.store.columns import JsonTuple, RowId, SafeText, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_meta_and_dumps()
    _make_papers()
    _make_sightings()
    _make_editions()


def _make_meta_and_dumps() -> None:
    op.create_table(
        "meta",
        sa.Column("key", SafeText, primary_key=True),
        sa.Column("value", SafeText, nullable=False),
    )
    op.create_table(
        "dumps",
        sa.Column("id", RowId, primary_key=True, autoincrement=False),
        sa.Column("digest", SafeText, nullable=False),
        sa.Column("name", SafeText, nullable=False),
        sa.Column("format", SafeText, nullable=False),
        sa.Column("status", SafeText, nullable=False),
        sa.Column("arrived_at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime),
        sa.Column("reason", SafeText, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("edition", SafeText),
        sa.Column("is_late", sa.Boolean, nullable=False),
        sa.Column("listed", sa.Integer, nullable=False),
        sa.Column("new", sa.Integer, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("revised", sa.Integer, nullable=False),
        sa.UniqueConstraint("digest", name="uq_dumps_digest"),
    )
    op.create_index("ix_dumps_day", "dumps", ["day"])
    op.create_index("ix_dumps_edition", "dumps", ["edition"])


def _make_papers() -> None:
    moved_to = sa.ForeignKey(
        "papers.id", name="fk_papers_moved_to", deferrable=True, initially="DEFERRED"
    )
    op.create_table(
        "papers",
        sa.Column("id", RowId, primary_key=True, autoincrement=False),
        sa.Column("key", SafeText, nullable=False),
        sa.Column("slug", SafeText, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("moved_to", RowId, moved_to),
        sa.Column("arxiv_id", SafeText),
        sa.Column("version", sa.BigInteger),
        sa.Column("doi", SafeText),
        sa.Column("url", SafeText),
        sa.Column("published", SafeText),
        sa.Column("votes", sa.BigInteger),
        sa.Column("comments", sa.BigInteger),
        sa.Column("votes_day", sa.Date),
        sa.Column("title", SafeText, nullable=False),
        sa.Column("abstract", SafeText, nullable=False),
        sa.Column("authors", JsonTuple, nullable=False),
        sa.Column("summary", SafeText),
        sa.Column("keywords", JsonTuple, nullable=False),
        sa.Column("organization", SafeText),
        sa.Column("links", JsonTuple, nullable=False),
        sa.UniqueConstraint("key", name="uq_papers_key"),
    )
    op.create_index("ix_papers_change", "papers", ["change"])
    op.create_index("ix_papers_moved_to", "papers", ["moved_to"])
    op.create_table(
        "paper_keys",
        sa.Column("id", RowId, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.BigInteger, nullable=False),
        sa.Column("paper_id", RowId, sa.ForeignKey("papers.id"), nullable=False),
        sa.Column("key", SafeText, nullable=False),
    )
    op.create_index("ix_paper_keys_hash", "paper_keys", ["hash"])
    op.create_index("ix_paper_keys_paper", "paper_keys", ["paper_id"])


def _make_sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("paper_id", RowId, sa.ForeignKey("papers.id"), nullable=False),
        sa.Column("dump_id", RowId, sa.ForeignKey("dumps.id"), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("listed", sa.Integer, nullable=False),
        sa.Column("votes", sa.BigInteger),
        sa.PrimaryKeyConstraint("paper_id", "dump_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sightings_dump", "sightings", ["dump_id"])


def _make_editions() -> None:
    op.create_table(
        "editions",
        sa.Column("name", SafeText, primary_key=True),
        sa.Column("cadence", SafeText, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("sealed_at", UtcDateTime),
        sa.Column("week", SafeText),
        sa.Column("month", SafeText),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("note", SafeText, nullable=False, server_default=""),
        sa.Column("frozen", SafeText),
    )
    only_unsealed = _only("sealed_at IS NULL")
    op.create_index("ix_editions_week", "editions", ["week"])
    op.create_index("ix_editions_month", "editions", ["month"])
    op.create_index("ix_editions_open", "editions", ["last_day"], **only_unsealed)
    op.create_table(
        "announcements",
        sa.Column("paper_id", RowId, sa.ForeignKey("papers.id"), nullable=False),
        sa.Column("edition", SafeText, sa.ForeignKey("editions.name"), nullable=False),
        sa.Column("section", SafeText, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("is_late", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("paper_id", "edition", "section"),
        sqlite_with_rowid=False,
    )
    only_new = _only("section = 'new'")
    op.create_index("ix_announcements_edition", "announcements", ["edition"])
    op.create_index("ix_announcements_at", "announcements", ["at"])
    op.create_index("uq_announcements_new", "announcements", ["paper_id"], unique=True, **only_new)


def _only(condition: str) -> dict[str, Any]:
    """Return the arguments of an index over some rows only."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
