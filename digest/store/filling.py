"""What a known paper takes over from a listing: what it lacks, or of a new version its words.

Where the paragraphs of an abstract begin goes with that abstract, and is taken over alone by one
that is the same.
Votes and comments are those of the newest day; of one day, the most, for they only grow. So the
order in which dumps come does not tell.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import BindParameter, Column, ColumnElement, and_, bindparam, case, func, or_

from digest.models import ListedPaper, Paper
from digest.store.tables import papers

LISTED: Final = tuple(
    name for name in ListedPaper.__dataclass_fields__ if name in Paper.__dataclass_fields__
)
"""What a listing and a paper have in common; the names of columns too."""

_COUNTED: Final = ("votes", "comments")
_REPLACED: Final = ("title", "abstract", "authors", "version")
_OF_ABSTRACT: Final = "paragraph_starts"
_EMPTY: Final[dict[str, Any]] = dict.fromkeys(("authors", "keywords", "links", _OF_ABSTRACT), ())


def fill_values(
    paper_id: int, listed: ListedPaper | Paper, day: date | None, change: int
) -> dict[str, Any]:
    """Return the parameters of `FILL` and `REVISE` for one paper."""
    values = {f"listed_{name}": getattr(listed, name) for name in LISTED}
    return {**values, "row": paper_id, "on_day": day, "in_change": change}


def _told(column: Column[Any]) -> BindParameter[Any]:
    """Return what the listing tells of a column."""
    return bindparam(f"listed_{column.name}", type_=column.type)


def _filled(column: Column[Any]) -> ColumnElement[Any]:
    """Keep the column unless it is empty."""
    if column.nullable:
        return func.coalesce(column, _told(column))
    return case((column == _EMPTY.get(column.name, ""), _told(column)), else_=column)


def _replaced(column: Column[Any]) -> ColumnElement[Any]:
    """Take what the listing tells unless it tells nothing."""
    if column.nullable:
        return func.coalesce(_told(column), column)
    return case((_told(column) == _EMPTY.get(column.name, ""), column), else_=_told(column))


def _counted(column: Column[Any]) -> ColumnElement[Any]:
    """Take the newest day's number."""
    told, day = _told(column), papers.c.votes_day
    is_newer = or_(
        column.is_(None), day.is_(None), day < _ON_DAY, and_(day == _ON_DAY, column < told)
    )
    return case((told.is_(None), column), (is_newer, told), else_=column)


def _starts_filled() -> ColumnElement[Any]:
    """Take the places where the listing's abstract has paragraphs, if the paper takes that."""
    starts, abstract = papers.c.paragraph_starts, papers.c.abstract
    lacks = and_(starts == _EMPTY[_OF_ABSTRACT], abstract == _told(abstract))
    return case((or_(abstract == "", lacks), _told(starts)), else_=starts)


def _starts_replaced() -> ColumnElement[Any]:
    """Take them unless the listing has no abstract, or the same one and no such places."""
    starts, abstract = papers.c.paragraph_starts, papers.c.abstract
    knows_less = and_(_told(starts) == _EMPTY[_OF_ABSTRACT], abstract == _told(abstract))
    return case((or_(_told(abstract) == "", knows_less), starts), else_=_told(starts))


_ON_DAY = bindparam("on_day", type_=papers.c.votes_day.type)

_counted_day = case(
    (and_(*(_told(papers.c[name]).is_(None) for name in _COUNTED)), papers.c.votes_day),
    (or_(papers.c.votes_day.is_(None), papers.c.votes_day < _ON_DAY), _ON_DAY),
    else_=papers.c.votes_day,
)

_own = papers.update().where(papers.c.id == bindparam("row")).values(change=bindparam("in_change"))

FILL: Final = _own.values(
    {name: _filled(papers.c[name]) for name in LISTED if name not in (*_COUNTED, _OF_ABSTRACT)}
    | {name: _counted(papers.c[name]) for name in _COUNTED}
    | {_OF_ABSTRACT: _starts_filled(), "votes_day": _counted_day}
)
"""Give a paper what it lacks, and newer votes."""

REVISE: Final = _own.values(
    {name: _replaced(papers.c[name]) for name in _REPLACED} | {_OF_ABSTRACT: _starts_replaced()}
)
"""Give a paper the words of its new version."""
