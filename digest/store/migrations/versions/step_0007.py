"""What the curator decided of an edition: that it may go out, or not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.columns import SafeText, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; an edition without a row was not decided on."""
    op.create_table(
        "approvals",
        sa.Column("edition", SafeText, sa.ForeignKey("editions.name"), primary_key=True),
        sa.Column("approved_at", UtcDateTime),
        sa.Column("held_at", UtcDateTime),
        sa.Column("decided_by", SafeText, nullable=False),
    )
