"""What has a page of its own: counted, and listed by row number for the map of the site.

A paper's row number never changes and counts up with its arrival: so a part of the map that is cut
by it changes only where one of its papers does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, func, select

from digest.models import Paper
from digest.store.hidden import hidden_ids
from digest.store.papers import by_ids
from digest.store.tables import papers, sightings


def count(connection: Connection) -> int:
    """Count the papers that have a page, those that moved apart."""
    here = select(func.count()).select_from(papers).where(papers.c.moved_to.is_(None))
    hidden = here.where(papers.c.id.in_(hidden_ids()))
    return int(connection.execute(here).scalar_one() - connection.execute(hidden).scalar_one())


def numbers_changed(connection: Connection, since: int) -> Sequence[int]:
    """Return the row numbers of papers with a change number after `since`, the last one last."""
    wanted = select(papers.c.id).where(papers.c.change > since)
    return connection.execute(wanted.order_by(papers.c.id)).scalars().all()


def last_number(connection: Connection) -> int:
    """Return the row number of the paper that came last, 0 where there is none."""
    return int(connection.execute(select(func.max(papers.c.id))).scalar() or 0)


def listed(connection: Connection, first: int, last: int) -> tuple[tuple[str, date | None], ...]:
    """Return slug and last day of the papers that have a page, from one row number to another."""
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


def hidden(connection: Connection, since: int) -> tuple[Paper, ...]:
    """Return the papers with a change number after `since` that have no page."""
    wanted = select(papers.c.id).where(papers.c.change > since, papers.c.id.in_(hidden_ids()))
    ids = connection.execute(wanted.order_by(papers.c.id)).scalars().all()
    found = by_ids(connection, ids) if ids else {}
    return tuple(found[number] for number in ids)
