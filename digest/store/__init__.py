"""The database of papers, dumps and editions: SQLite or PostgreSQL, one code.

It keeps what a dump said and what was announced, and decides neither what is new nor what an
edition shows.

    open_store ──▶ Store ──▶ writing() ──▶ Writing     one transaction, alone among writers
                        └──▶ reading() ──▶ Reading     one snapshot
"""

from digest.store.backup import backup, restore
from digest.store.opening import open_store
from digest.store.post import Post
from digest.store.store import Store
from digest.store.transaction import Reading, Writing

__all__ = ["Post", "Reading", "Store", "Writing", "backup", "open_store", "restore"]
