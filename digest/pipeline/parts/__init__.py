"""The parts of the output: each module renders one, from what can have changed.

A part has `files`, which yields what can have changed, and may have `gone`, which names what is to
be removed. In which order they are asked counts for no reader: all is seen at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from digest.models import Rendered
from digest.pipeline.changes import Changes
from digest.pipeline.parts import editions, entrances, feeds, papers, topics

Part = Callable[[Changes], Iterator[Rendered]]
Leaving = Callable[[Changes], Iterator[str]]

OF_THE_DAY: tuple[Part, ...] = (
    papers.files,
    editions.days,
    feeds.files,
    topics.files,
    entrances.files,
)
"""What changes with every day."""

ROLLUPS: tuple[Part, ...] = (editions.rollups,)
"""The weeks and months; their pictures take longest to paint, so they are begun first."""

GONE: tuple[Leaving, ...] = (topics.gone,)
"""What is not there any more."""
