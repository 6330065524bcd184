"""The words by which papers are found, and their index: FTS5 or a tsvector, kept by the database.

The words come from `digest.indexing`, folded and parted by blanks; here nothing folds or stems.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.columns import RowId, SafeText

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SQLITE = (
    """CREATE VIRTUAL TABLE paper_search USING fts5(
        words, content='paper_words', content_rowid='paper_id', columnsize=0,
        tokenize="ascii tokenchars '+#./|'")""",
    """CREATE TRIGGER paper_words_added AFTER INSERT ON paper_words BEGIN
        INSERT INTO paper_search(rowid, words) VALUES (new.paper_id, new.words);
    END""",
    """CREATE TRIGGER paper_words_gone AFTER DELETE ON paper_words BEGIN
        INSERT INTO paper_search(paper_search, rowid, words)
        VALUES ('delete', old.paper_id, old.words);
    END""",
    """CREATE TRIGGER paper_words_changed AFTER UPDATE OF words ON paper_words BEGIN
        INSERT INTO paper_search(paper_search, rowid, words)
        VALUES ('delete', old.paper_id, old.words);
        INSERT INTO paper_search(rowid, words) VALUES (new.paper_id, new.words);
    END""",
)

_POSTGRES = (
    """CREATE FUNCTION paper_words_vector(words text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT coalesce(string_agg(quote_literal(word) || ':' || place, ' '), '')::tsvector
        FROM unnest(string_to_array(words, ' ')) WITH ORDINALITY AS each(word, place)
        WHERE word <> ''
    $$""",
    # Rows are kept narrow: thousands of them are sorted by their day.
    "ALTER TABLE paper_words SET (toast_tuple_target = 128)",
    """ALTER TABLE paper_words ADD COLUMN found tsvector
    GENERATED ALWAYS AS (paper_words_vector(words)) STORED""",
    "CREATE INDEX ix_paper_words_found ON paper_words USING gin (found)",
)


def upgrade() -> None:
    """Make the table and the index; they are filled when the store is opened."""
    op.create_table(
        "paper_words",
        sa.Column(
            "paper_id", RowId, sa.ForeignKey("papers.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("mark", sa.BigInteger, nullable=False),
        sa.Column("words", SafeText, nullable=False),
    )
    op.create_index("ix_paper_words_day", "paper_words", ["paper_id", "day"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if is_sqlite else _POSTGRES:
        op.get_bind().exec_driver_sql(statement)
