"""What hubs were told of feeds, so that each change is told once and tried again (WebSub)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.columns import SafeText, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "pings",
        sa.Column("hub", SafeText, nullable=False),
        sa.Column("feed", SafeText, nullable=False),
        sa.Column("digest", SafeText, nullable=False),
        sa.Column("since", UtcDateTime),
        sa.Column("due_at", UtcDateTime),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("said", SafeText, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("hub", "feed", name="pk_pings"),
    )
