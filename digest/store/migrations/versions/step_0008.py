"""Papers found in the order they are shown in: the index's row numbers are their places in it.

Before, each paper that matched was looked up for its day and all were sorted: most of the time that
a search took. The index is made anew, and filled again by the next who indexes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.columns import RowId, SafeText

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SQLITE = (
    """CREATE VIRTUAL TABLE paper_search USING fts5(
        words, content='paper_words', content_rowid='place', columnsize=0,
        tokenize="ascii tokenchars '+#./|'")""",
    """CREATE TRIGGER paper_words_added AFTER INSERT ON paper_words BEGIN
        INSERT INTO paper_search(rowid, words) VALUES (new.place, new.words);
    END""",
    """CREATE TRIGGER paper_words_gone AFTER DELETE ON paper_words BEGIN
        INSERT INTO paper_search(paper_search, rowid, words)
        VALUES ('delete', old.place, old.words);
    END""",
    """CREATE TRIGGER paper_words_changed AFTER UPDATE OF place, words ON paper_words BEGIN
        INSERT INTO paper_search(paper_search, rowid, words)
        VALUES ('delete', old.place, old.words);
        INSERT INTO paper_search(rowid, words) VALUES (new.place, new.words);
    END""",
)

_POSTGRES = (
    # Rows are kept narrow: where many match, many are read.
    "ALTER TABLE paper_words SET (toast_tuple_target = 128)",
    """ALTER TABLE paper_words ADD COLUMN found tsvector
    GENERATED ALWAYS AS (paper_words_vector(words)) STORED""",
    "CREATE INDEX ix_paper_words_found ON paper_words USING gin (found)",
)


def upgrade() -> None:
    """Make the table and the index anew, and forget that they were filled."""
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        connection.exec_driver_sql("DROP TABLE paper_search")
    op.drop_table("paper_words")
    op.create_table(
        "paper_words",
        sa.Column(
            "paper_id", RowId, sa.ForeignKey("papers.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("mark", sa.BigInteger, nullable=False),
        sa.Column("words", SafeText, nullable=False),
        sa.UniqueConstraint("place", name="uq_paper_words_place"),
    )
    connection.exec_driver_sql("DELETE FROM meta WHERE key = 'words'")
    for statement in _SQLITE if is_sqlite else _POSTGRES:
        connection.exec_driver_sql(statement)
