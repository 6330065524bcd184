"""Which papers have no page, for the curator hid them where they were announced. Only reads."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, exists, select

from digest.models import Section
from digest.store.tables import announcements, curation, papers


def hidden_ids() -> Select[tuple[int]]:
    """Select the papers that have no page, and those only."""
    at = announcements.c
    return select(curation.c.paper_id).where(
        curation.c.is_hidden,
        curation.c.paper_id == at.paper_id,
        curation.c.edition == at.edition,
        at.section == Section.NEW.value,
    )


def is_hidden() -> ColumnElement[bool]:
    """Say of a paper that the curator hid it in the edition that announced it as new."""
    at = announcements.alias("hidden_in")
    return exists().where(
        at.c.paper_id == papers.c.id,
        at.c.section == Section.NEW.value,
        curation.c.edition == at.c.edition,
        curation.c.paper_id == papers.c.id,
        curation.c.is_hidden,
    )
