"""What the curator decided of an edition: approved it may go out, held it may not.

A row for each edition that was decided on. What changes a draft takes its approval back
(`store.changes`); a hold stays until the edition is approved.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Select, select

from digest.store.editions import existing
from digest.store.statements import insert_into
from digest.store.tables import approvals


def approve(connection: Connection, edition: str, at: datetime, by: str) -> bool:
    """Let the edition go out; false where it was approved before, which stays as it was."""
    if existing(connection, edition).approved_at is not None:
        return False
    _decide(connection, edition, approved_at=at, held_at=None, decided_by=by)
    return True


def hold(connection: Connection, edition: str, at: datetime, by: str) -> bool:
    """Let nothing more of the edition go out until it is approved; false where it was held."""
    if existing(connection, edition).held_at is not None:
        return False
    _decide(connection, edition, approved_at=None, held_at=at, decided_by=by)
    return True


def held() -> Select[tuple[str]]:
    """Select the names of the editions that are held."""
    return select(approvals.c.edition).where(approvals.c.held_at.is_not(None))


def _decide(connection: Connection, edition: str, **decided: datetime | str | None) -> None:
    added = insert_into(connection, approvals).values(edition=edition, **decided)
    connection.execute(added.on_conflict_do_update(index_elements=["edition"], set_=decided))
