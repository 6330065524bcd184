"""The parts of the output: each module renders one, from what can have changed.

A part has `files`, which yields what can have changed, and may have `gone`, which names what is to
be removed. `publish` asks them in order: leaves first, the pages that lead to them after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from digest.models import Rendered
from digest.pipeline.changes import Changes
from digest.pipeline.parts import (
    about,
    api,
    authors,
    calendar,
    editions,
    entrances,
    feeds,
    maps,
    papers,
    topics,
    trends,
    wellknown,
)

Part = Callable[[Changes], Iterator[Rendered]]
Leaving = Callable[[Changes], Iterator[str]]

OF_THE_DAY: tuple[Part, ...] = (
    papers.files,
    authors.files,
    editions.days,
    feeds.files,
    topics.files,
    trends.files,
    calendar.files,
    about.files,
    entrances.files,
    api.files,
    maps.files,
    wellknown.files,
)
"""What readers wait for."""

ROLLUPS: tuple[Part, ...] = (editions.rollups, feeds.rollups)
"""The weeks and months, which grow with every day."""

GONE: tuple[Leaving, ...] = (topics.gone, papers.gone, api.gone, maps.gone, wellknown.gone)
"""What is not there any more."""
