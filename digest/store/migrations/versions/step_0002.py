"""What the curator asks of an edition, and who may do what only one process may do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.columns import RowId, SafeText, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "curation",
        sa.Column("edition", SafeText, sa.ForeignKey("editions.name"), nullable=False),
        sa.Column("paper_id", RowId, sa.ForeignKey("papers.id"), nullable=False),
        sa.Column("pinned", sa.Integer),
        sa.Column("is_hidden", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("note", SafeText, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("edition", "paper_id"),
    )
    op.create_index("ix_curation_paper", "curation", ["paper_id"])
    op.create_table(
        "leases",
        sa.Column("name", SafeText, primary_key=True),
        sa.Column("holder", SafeText, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
    )
