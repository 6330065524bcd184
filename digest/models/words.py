"""The words that stand for one of a few: what became of a dump, sections, cadences."""

from __future__ import annotations

from enum import StrEnum


class DumpStatus(StrEnum):
    """What became of a dump."""

    READ = "read"
    EMPTY = "empty"
    REJECTED = "rejected"


class Section(StrEnum):
    """The part of an edition a paper stands in."""

    NEW = "new"
    TRENDING = "trending"
    REVISED = "revised"


class Cadence(StrEnum):
    """The kind of period an edition covers."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Period(StrEnum):
    """The time over which papers are ranked by what is trending."""

    NOW = "now"
    WEEK = "week"
    MONTH = "month"


class Approval(StrEnum):
    """What the curator decided of an edition, or is to decide before it goes out."""

    APPROVED = "approved"
    HELD = "held"
    AWAITED = "awaited"
