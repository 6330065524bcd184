"""Which revision a database is at, and how it comes to the last one.

Alembic is imported only where a step is due. Nothing here opens a database.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select, text

from digest.errors import StoreCorrupt, StoreTooNew
from digest.store.failures import RESTORE_HINT
from digest.store.tables import meta

HEAD = "0011"
"""The last step in `migrations/versions`; a test compares it."""

STEPS = Path(__file__).parent / "migrations"


def revision_of(connection: Connection) -> str | None:
    """Return the revision the database is at, None where it has no tables at all.

    Tables of somebody else's raise `StoreCorrupt`.
    """
    names = inspect(connection).get_table_names()
    if not names:
        return None
    found = None
    if "alembic_version" in names and meta.name in names:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is None:
        raise StoreCorrupt("the database is not one of ours", hint=RESTORE_HINT)
    return str(found)


def migrate(connection: Connection, revision: str | None) -> None:
    """Bring the database from `revision` to the last one, in the transaction under way.

    A revision that this program does not know raises `StoreTooNew`.
    """
    if revision == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.attributes["connection"] = connection
    steps = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in steps:
        raise StoreTooNew(
            f"the database was written by a later version of this program ({revision!r})",
            hint="Install that version again, or restore a backup made by this one",
        )
    command.upgrade(config, HEAD)
    if revision is None:
        first = [{"key": "store", "value": secrets.token_hex(16)}, {"key": "change", "value": "0"}]
        connection.execute(insert(meta), first)


def read_meta(connection: Connection, key: str) -> str:
    """Return one value of the table `meta`."""
    found = connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()
    if found is None:
        raise StoreCorrupt(f"the database lost its {key!r}", hint=RESTORE_HINT)
    return str(found)
