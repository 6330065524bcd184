"""Only papers that moved are looked up by where to: nearly all did not, and those are no index's.

SQLite, asked for papers that did not move, took this index for a way to few, and read them all.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index anew, of those that moved."""
    moved = sa.text("moved_to IS NOT NULL")
    op.drop_index("ix_papers_moved_to", "papers")
    op.create_index(
        "ix_papers_moved_to", "papers", ["moved_to"], sqlite_where=moved, postgresql_where=moved
    )
