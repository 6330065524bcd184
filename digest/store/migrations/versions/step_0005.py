"""What the pages that subscribe keep: confirmations to be mailed, and how often somebody asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.columns import RowId, SafeText, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and let subscribers pause."""
    op.add_column("subscribers", sa.Column("paused_until", UtcDateTime))
    op.create_table(
        "invitations",
        sa.Column(
            "subscriber_id",
            RowId,
            sa.ForeignKey("subscribers.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("asks", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("due_at", UtcDateTime),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("sent_at", UtcDateTime),
        sa.Column("said", SafeText, nullable=False, server_default=""),
    )
    op.create_index("ix_invitations_due", "invitations", ["due_at"])
    op.create_table(
        "visits",
        sa.Column("mark", SafeText, primary_key=True),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.create_index("ix_visits_since", "visits", ["since"])
