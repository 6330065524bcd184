"""Where the paragraphs of an abstract begin; of the papers that are there, nobody knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.columns import JsonTuple

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "papers", sa.Column("paragraph_starts", JsonTuple, nullable=False, server_default="[]")
    )
