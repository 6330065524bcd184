"""The tables of who is written to: subscribers, deliveries, posts, pings, and who asked how often.

`tables` has the others, and names all of them.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
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

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=False),
    Column("address", SafeText),  # both are NULL once erased
    Column("address_key", SafeText),
    Column("state", SafeText, nullable=False),
    Column("cadence", SafeText, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("zone", SafeText, nullable=False),
    Column("topics", JsonTuple, nullable=False),
    Column("muted", JsonTuple, nullable=False),
    Column("cap", Integer),
    Column("wants_empty", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("active_since", UtcDateTime),
    Column("soft_bounces", Integer, nullable=False, server_default=text("0")),
    Column("soft_bounced_at", UtcDateTime),
    Column("paused_until", UtcDateTime),
    UniqueConstraint("address_key"),
    Index("ix_subscribers_rhythm", "state", "cadence", "zone", "hour"),
)

_KNOWN = text("network != ''")
consents = Table(
    "consents",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=False),
    Column("subscriber_id", RowId, ForeignKey("subscribers.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("act", SafeText, nullable=False),
    Column("source", SafeText, nullable=False),
    Column("wording", SafeText, nullable=False),
    Column("network", SafeText, nullable=False),
    Column("proof", SafeText, nullable=False),
    Index("ix_consents_subscriber", "subscriber_id"),
    Index("ix_consents_network", "at", sqlite_where=_KNOWN, postgresql_where=_KNOWN),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("hash", SafeText, primary_key=True),
    Column("reason", SafeText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

returns = Table(
    "returns",
    metadata,
    Column("mark", SafeText, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)

plans = Table(
    "plans",
    metadata,
    Column("edition", SafeText, ForeignKey("editions.name"), nullable=False),
    Column("zone", SafeText, nullable=False),
    Column("hour", Integer, nullable=False),
    PrimaryKeyConstraint("edition", "zone", "hour"),
    sqlite_with_rowid=False,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("edition", SafeText, ForeignKey("editions.name"), nullable=False),
    Column("subscriber_id", RowId, ForeignKey("subscribers.id"), nullable=False),
    Column("state", SafeText, nullable=False),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("crashes", Integer, nullable=False, server_default=text("0")),
    Column("holder", SafeText),
    Column("leased_until", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("code", Integer),
    Column("said", SafeText, nullable=False, server_default=""),
    PrimaryKeyConstraint("edition", "subscriber_id"),
    Index("ix_deliveries_subscriber", "subscriber_id"),
    Index(
        "ix_deliveries_due",
        "due_at",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "ix_deliveries_leased",
        "leased_until",
        sqlite_where=text("state IN ('leased', 'sending')"),
        postgresql_where=text("state IN ('leased', 'sending')"),
    ),
    sqlite_with_rowid=False,
)

posts = Table(
    "posts",
    metadata,
    Column("edition", SafeText, ForeignKey("editions.name"), nullable=False),
    Column("channel", SafeText, nullable=False),
    Column("state", SafeText, nullable=False),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("holder", SafeText),
    Column("leased_until", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("code", Integer),
    Column("said", SafeText, nullable=False, server_default=""),
    PrimaryKeyConstraint("edition", "channel"),
)

pings = Table(
    "pings",
    metadata,
    Column("hub", SafeText, nullable=False),
    Column("feed", SafeText, nullable=False),
    Column("digest", SafeText, nullable=False),
    Column("since", UtcDateTime),
    Column("due_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("said", SafeText, nullable=False, server_default=""),
    PrimaryKeyConstraint("hub", "feed"),
)

invitations = Table(
    "invitations",
    metadata,
    Column(
        "subscriber_id", RowId, ForeignKey("subscribers.id"), primary_key=True, autoincrement=False
    ),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("asks", Integer, nullable=False, server_default=text("1")),
    Column("due_at", UtcDateTime),
    Column("leased_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("sent_at", UtcDateTime),
    Column("said", SafeText, nullable=False, server_default=""),
    Index("ix_invitations_due", "due_at"),
)

visits = Table(
    "visits",
    metadata,
    Column("mark", SafeText, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("count", Integer, nullable=False),
    Index("ix_visits_since", "since"),
)
