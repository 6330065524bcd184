"""Who is written to, what they agreed to, and what is on its way to them; a key to sign with."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from digest.store.columns import JsonTuple, RowId, SafeText, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the key."""
    _subscribers()
    _outbox()
    _channels()
    meta = sa.table("meta", sa.column("key", SafeText), sa.column("value", SafeText))
    op.bulk_insert(meta, [{"key": "key", "value": secrets.token_hex(32)}])


def _subscribers() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", RowId, primary_key=True, autoincrement=False),
        sa.Column("address", SafeText),
        sa.Column("address_key", SafeText),
        sa.Column("state", SafeText, nullable=False),
        sa.Column("cadence", SafeText, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("zone", SafeText, nullable=False),
        sa.Column("topics", JsonTuple, nullable=False),
        sa.Column("muted", JsonTuple, nullable=False),
        sa.Column("cap", sa.Integer),
        sa.Column("wants_empty", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("active_since", UtcDateTime),
        sa.Column("soft_bounces", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("soft_bounced_at", UtcDateTime),
        sa.UniqueConstraint("address_key"),
    )
    op.create_index("ix_subscribers_rhythm", "subscribers", ["state", "cadence", "zone", "hour"])
    op.create_table(
        "consents",
        sa.Column("id", RowId, primary_key=True, autoincrement=False),
        sa.Column("subscriber_id", RowId, sa.ForeignKey("subscribers.id"), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("act", SafeText, nullable=False),
        sa.Column("source", SafeText, nullable=False),
        sa.Column("wording", SafeText, nullable=False),
        sa.Column("network", SafeText, nullable=False),
        sa.Column("proof", SafeText, nullable=False),
    )
    op.create_index("ix_consents_subscriber", "consents", ["subscriber_id"])
    where = sa.text("network != ''")
    op.create_index(
        "ix_consents_network", "consents", ["at"], sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "suppressions",
        sa.Column("hash", SafeText, primary_key=True),
        sa.Column("reason", SafeText, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "returns",
        sa.Column("mark", SafeText, primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sqlite_with_rowid=False,
    )


def _outbox() -> None:
    op.create_table(
        "plans",
        sa.Column("edition", SafeText, sa.ForeignKey("editions.name"), nullable=False),
        sa.Column("zone", SafeText, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("edition", "zone", "hour"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deliveries",
        sa.Column("edition", SafeText, sa.ForeignKey("editions.name"), nullable=False),
        sa.Column("subscriber_id", RowId, sa.ForeignKey("subscribers.id"), nullable=False),
        sa.Column("state", SafeText, nullable=False),
        sa.Column("planned_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("crashes", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("holder", SafeText),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("done_at", UtcDateTime),
        sa.Column("code", sa.Integer),
        sa.Column("said", SafeText, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("edition", "subscriber_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_deliveries_subscriber", "deliveries", ["subscriber_id"])
    for name, column, states in (
        ("ix_deliveries_due", "due_at", "state = 'pending'"),
        ("ix_deliveries_leased", "leased_until", "state IN ('leased', 'sending')"),
    ):
        where = sa.text(states)
        op.create_index(name, "deliveries", [column], sqlite_where=where, postgresql_where=where)


def _channels() -> None:
    op.create_table(
        "posts",
        sa.Column("edition", SafeText, sa.ForeignKey("editions.name"), nullable=False),
        sa.Column("channel", SafeText, nullable=False),
        sa.Column("state", SafeText, nullable=False),
        sa.Column("planned_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("holder", SafeText),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("done_at", UtcDateTime),
        sa.Column("code", sa.Integer),
        sa.Column("said", SafeText, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("edition", "channel"),
    )
