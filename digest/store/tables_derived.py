"""The tables of what is derived of papers: who wrote them, and which are close to which.

`tables` has the others, and names all of them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from digest.store.columns import RowId, SafeText
from digest.store.naming import metadata

authors = Table(
    "authors",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=False),
    Column("key", SafeText, nullable=False),
    Column("slug", SafeText, nullable=False),
    Column("name", SafeText, nullable=False),
    Column("place", LargeBinary, nullable=False),  # bytes: alike in both databases
    Column("change", BigInteger, nullable=False),
    Column("shelf", Integer),  # none until they have a page
    UniqueConstraint("key"),
    UniqueConstraint("slug"),
    Index("ix_authors_change", "change"),
    Index("ix_authors_shelf", "shelf", "place"),
)

shelves = Table(  # from one place to that of the next
    "shelves",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("place", LargeBinary, nullable=False),
    Column("change", BigInteger, nullable=False),
    UniqueConstraint("place"),
)

paper_authors = Table(
    "paper_authors",
    metadata,
    Column("paper_id", RowId, ForeignKey("papers.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("author_id", RowId, ForeignKey("authors.id"), nullable=False),
    PrimaryKeyConstraint("paper_id", "place"),
    Index("ix_paper_authors_author", "author_id", "paper_id"),
    sqlite_with_rowid=False,
)

paper_traits = Table(
    "paper_traits",
    metadata,
    Column("paper_id", RowId, ForeignKey("papers.id"), primary_key=True, autoincrement=False),
    Column("mark", BigInteger, nullable=False),
    Column("terms", LargeBinary, nullable=False),  # all that were counted, four bytes each
    Column("vector", LargeBinary, nullable=False),  # the strongest, and two bytes of weight
)

paper_terms = Table(  # the strongest terms again, by term
    "paper_terms",
    metadata,
    Column("term", BigInteger, nullable=False),
    Column("paper_id", RowId, ForeignKey("papers.id"), nullable=False),
    Column("weight", Integer, nullable=False),
    PrimaryKeyConstraint("term", "paper_id"),
    sqlite_with_rowid=False,
)

terms = Table(
    "terms",
    metadata,
    Column("term", RowId, primary_key=True, autoincrement=False),
    Column("papers", Integer, nullable=False),
)

related = Table(
    "related",
    metadata,
    Column("paper_id", RowId, ForeignKey("papers.id"), nullable=False),
    Column("other_id", RowId, ForeignKey("papers.id"), nullable=False),
    Column("closeness", Integer, nullable=False),
    PrimaryKeyConstraint("paper_id", "other_id"),
    Index("ix_related_other", "other_id"),
    sqlite_with_rowid=False,
)
