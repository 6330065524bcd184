"""What has a page of its own: counted, and listed by row number for the map of the site.

A paper's row number never changes and counts up with its arrival: so a part of the map that is cut
by it changes only where one of its papers does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, func, select

from digest.models import Paper
from digest.store.hidden import hidden_ids
from digest.store.papers import by_ids
from digest.store.part import Part
from digest.store.tables import papers, sightings


class Pages(Part):
    """The papers that have a page of their own, in one transaction."""

    def count(self) -> int:
        """Count the papers that have one, those that moved apart."""
        return self._do(_count)

    def hidden(self, since: int) -> tuple[Paper, ...]:
        """Return the papers touched after a change number that have none."""
        return self._do(_hidden, since)

    def papers_changed(self, since: int) -> Sequence[int]:
        """Return the row numbers of the papers touched after a change number."""
        return self._do(_papers_changed, since)

    def last_paper(self) -> int:
        """Return the row number of the paper that came last, 0 where there is none."""
        return self._do(_last_paper)

    def papers(self, first: int, last: int) -> tuple[tuple[str, date | None], ...]:
        """Return slug and last day of the papers that have one, between two row numbers."""
        return self._do(_papers, first, last)

    def numbered(self, numbers: Collection[int]) -> Mapping[int, Paper]:
        """Return the papers of these row numbers."""
        return self._do(by_ids, numbers)


def _count(connection: Connection) -> int:
    here = select(func.count()).select_from(papers).where(papers.c.moved_to.is_(None))
    hidden = here.where(papers.c.id.in_(hidden_ids()))
    return int(connection.execute(here).scalar_one() - connection.execute(hidden).scalar_one())


def _papers_changed(connection: Connection, since: int) -> Sequence[int]:
    wanted = select(papers.c.id).where(papers.c.change > since)
    return connection.execute(wanted.order_by(papers.c.id)).scalars().all()


def _last_paper(connection: Connection) -> int:
    return int(connection.execute(select(func.max(papers.c.id))).scalar() or 0)


def _papers(connection: Connection, first: int, last: int) -> tuple[tuple[str, date | None], ...]:
    own = papers.c
    day = func.max(sightings.c.day)
    wanted = (
        select(own.slug, day)
        .outerjoin_from(papers, sightings, sightings.c.paper_id == own.id)
        .where(own.id.between(first, last), own.moved_to.is_(None), own.id.not_in(hidden_ids()))
        .group_by(own.id, own.slug)
        .order_by(own.id)
    )
    return tuple((slug, last_day) for slug, last_day in connection.execute(wanted))


def _hidden(connection: Connection, since: int) -> tuple[Paper, ...]:
    wanted = select(papers.c.id).where(papers.c.change > since, papers.c.id.in_(hidden_ids()))
    ids = connection.execute(wanted.order_by(papers.c.id)).scalars().all()
    found = by_ids(connection, ids) if ids else {}
    return tuple(found[number] for number in ids)
