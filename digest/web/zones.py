"""The time zones that a reader chooses from, by region: those of places, and UTC."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from zoneinfo import available_timezones

_REGIONS = frozenset(
    (
        *("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe"),
        *("Indian", "Pacific"),
    )
)

Groups = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""Regions, each with its zones: the IANA name, and how it is shown."""


@cache
def zones() -> Groups:
    """Return the zones by region, in order of the alphabet; UTC comes first."""
    found = sorted(name for name in available_timezones() if name.partition("/")[0] in _REGIONS)
    regions = groupby((name for name in found if "/" in name), lambda name: name.partition("/")[0])
    listed = [(region, tuple((name, _shown(name)) for name in each)) for region, each in regions]
    return (("Universal", (("UTC", "UTC"),)), *listed)


def _shown(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")
