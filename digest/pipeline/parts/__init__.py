"""The parts of the output: each module renders one, from what can have changed.

A part has `files`, which yields what can have changed, and may have `gone`, which names what is to
be removed. `publish` asks them in order: leaves first, the pages that lead to them after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from digest.models import Rendered
from digest.pipeline.changes import Changes
from digest.pipeline.parts import (
    bundling,
    editions,
    entrances,
    feeds,
    papers,
    searching,
    topics,
)

Part = Callable[[Changes], Iterator[Rendered]]
Leaving = Callable[[Changes], Iterator[str]]

OF_THE_DAY: tuple[Part, ...] = (
    searching.files,
    papers.files,
    editions.days,
    feeds.files,
    topics.files,
    entrances.files,
)
"""What readers wait for."""

ROLLUPS: tuple[Part, ...] = (editions.rollups,)
"""The weeks and months, which grow with every day."""

LATER: tuple[Part, ...] = (bundling.files,)
"""What takes longer than all pages together, and what they can do without until it is there."""

GONE: tuple[Leaving, ...] = (topics.gone, papers.gone, searching.gone, bundling.gone)
"""What is not there any more."""
