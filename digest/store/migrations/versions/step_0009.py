"""What is derived of papers: their authors, the terms they share, which are close to which.

The tables are filled by the next publish.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.columns import RowId, SafeText

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _of_authors()
    _of_terms()
    op.create_table(
        "related",
        _paper("paper_id"),
        _paper("other_id"),
        sa.Column("closeness", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("paper_id", "other_id", name="pk_related"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_related_other", "related", ["other_id"])


def _of_authors() -> None:
    op.create_table(
        "authors",
        sa.Column("id", RowId, primary_key=True, autoincrement=False),
        sa.Column("key", SafeText, nullable=False),
        sa.Column("slug", SafeText, nullable=False),
        sa.Column("name", SafeText, nullable=False),
        sa.Column("place", sa.LargeBinary, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("shelf", sa.Integer),
        sa.UniqueConstraint("key", name="uq_authors_key"),
        sa.UniqueConstraint("slug", name="uq_authors_slug"),
    )
    op.create_index("ix_authors_change", "authors", ["change"])
    op.create_index("ix_authors_shelf", "authors", ["shelf", "place"])
    op.create_table(
        "shelves",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("place", sa.LargeBinary, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("place", name="uq_shelves_place"),
    )
    op.create_table(
        "paper_authors",
        _paper("paper_id"),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("author_id", RowId, sa.ForeignKey("authors.id"), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", "place", name="pk_paper_authors"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_paper_authors_author", "paper_authors", ["author_id", "paper_id"])


def _of_terms() -> None:
    op.create_table(
        "paper_traits",
        sa.Column(
            "paper_id", RowId, sa.ForeignKey("papers.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("mark", sa.BigInteger, nullable=False),
        sa.Column("terms", sa.LargeBinary, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "paper_terms",
        sa.Column("term", sa.BigInteger, nullable=False),
        _paper("paper_id"),
        sa.Column("weight", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("term", "paper_id", name="pk_paper_terms"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "terms",
        sa.Column("term", RowId, primary_key=True, autoincrement=False),
        sa.Column("papers", sa.Integer, nullable=False),
    )


def _paper(name: str) -> sa.Column[int]:
    return sa.Column(name, RowId, sa.ForeignKey("papers.id"), nullable=False)
