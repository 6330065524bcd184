"""The keys that sign: one made with the database, and newer ones put before it.

None is ever taken away: mails that were sent hold links signed with each, and leaving works for
ever.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, select

from digest.store.schema import read_meta
from digest.store.statements import insert_into
from digest.store.tables import meta

_NEWER = "keys"
_KEY_BYTES = 32


def keys(connection: Connection) -> tuple[bytes, ...]:
    """Return all keys, newest first; the last is the one made with the database."""
    found = connection.execute(select(meta.c.value).where(meta.c.key == _NEWER)).scalar()
    written = [*(found or "").split(), read_meta(connection, "key")]
    return tuple(bytes.fromhex(each) for each in written)


def add_key(connection: Connection) -> int:
    """Put a new random key before the others; return how many there are."""
    newer = [secrets.token_hex(_KEY_BYTES), *(key.hex() for key in keys(connection)[:-1])]
    told = {"key": _NEWER, "value": " ".join(newer)}
    insert = insert_into(connection, meta).values(told)
    connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=told))
    return len(newer) + 1
