"""What the API and the page of the search are asked: numbers within bounds, periods that are."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import QueryParams

from digest.edition import period
from digest.errors import DigestError
from digest.models import Cadence

MOST = 100
LAST_PAGE = 10_000
SORTS = ("publishedAt", "trending")
_PERIODS = {"date": Cadence.DAY, "week": Cadence.WEEK, "month": Cadence.MONTH}
_WRITTEN = {"date": "2026-03-11", "week": "2026-W11", "month": "2026-03"}


class AskedWrongly(ValueError):
    """What was asked cannot be answered; the text says what, and what would be right."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Which part of a list is wanted: page `number`, counted from 0, of `limit` each."""

    limit: int
    number: int

    @property
    def offset(self) -> int:
        """How many stand before it."""
        return self.limit * self.number


def pages(asked: QueryParams, limit: int) -> Pages:
    """Return the part that `limit` and `p` name."""
    return Pages(_number(asked, "limit", limit, 1, MOST), _number(asked, "p", 0, 0, LAST_PAGE))


def edition_name(asked: QueryParams) -> str | None:
    """Return the edition that `date`, `week` or `month` names; None where none is asked."""
    named = [name for name in _PERIODS if name in asked]
    if len(named) > 1:
        raise AskedWrongly(f"ask for one of date, week and month, not for {' and '.join(named)}")
    if not named:
        return None
    (name,) = named
    try:
        cadence, _, _ = period(asked[name])
    except (DigestError, ValueError):
        cadence = None
    if cadence is not _PERIODS[name]:
        raise AskedWrongly(f"{name} is not written like {_WRITTEN[name]}")
    return asked[name]


def cadence(asked: QueryParams) -> Cadence | None:
    """Return the cadence of the editions that are asked for; None where all are."""
    said = asked.get("cadence")
    if said is not None and said not in set(Cadence):
        raise AskedWrongly(f"cadence is one of {', '.join(Cadence)}")
    return Cadence(said) if said else None


def sort(asked: QueryParams) -> str:
    """Return the order that is asked for."""
    told = asked.get("sort", SORTS[0])
    if told not in SORTS:
        raise AskedWrongly(f"sort is one of {' and '.join(SORTS)}")
    return told


def _number(asked: QueryParams, name: str, usual: int, least: int, most: int) -> int:
    told = asked.get(name)
    if told is None:
        return usual
    is_number = told.isascii() and told.isdigit() and len(told) < 9
    if not is_number or not least <= int(told) <= most:
        raise AskedWrongly(f"{name} is a number from {least} to {most}")
    return int(told)
