"""The time zones that a reader chooses from, by region: those of places, and UTC."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from zoneinfo import available_timezones

from digest.models import ENGLISH, Tongue, phrase

_REGIONS = frozenset(
    (
        phrase("Africa"),
        phrase("America"),
        phrase("Antarctica"),
        phrase("Asia"),
        phrase("Atlantic"),
        phrase("Australia"),
        phrase("Europe"),
        phrase("Indian"),
        phrase("Pacific"),
    )
)

Groups = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""Regions, each with its zones: the IANA name, and how it is shown."""


@cache
def zones(tongue: Tongue = ENGLISH) -> Groups:
    """Return the zones by region, in order of the English alphabet; UTC comes first."""
    found = sorted(name for name in available_timezones() if name.partition("/")[0] in _REGIONS)
    regions = groupby((name for name in found if "/" in name), lambda name: name.partition("/")[0])
    listed = [
        (tongue.say(region), tuple((name, _shown(name)) for name in each))
        for region, each in regions
    ]
    return ((tongue.say("Universal"), (("UTC", "UTC"),)), *listed)


def _shown(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")
