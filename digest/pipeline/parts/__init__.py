"""The parts of the output: each module renders one, from what can have changed.

A part has `files`, which yields what can have changed, and may have `gone`, which names what is to
be removed. In which order they are asked counts for no reader: all is seen at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from digest.models import Rendered
from digest.pipeline.changes import Changes
from digest.pipeline.parts import (
    about,
    api,
    authors,
    bundling,
    calendar,
    editions,
    entrances,
    feeds,
    maps,
    papers,
    searching,
    topics,
    trends,
    wellknown,
)

Part = Callable[[Changes], Iterator[Rendered]]
Leaving = Callable[[Changes], Iterator[str]]

PAGES: tuple[Part, ...] = (
    editions.files,
    searching.files,
    papers.files,
    authors.files,
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
"""All that a publish waits for; editions first, whose pictures are painted meanwhile."""

LATER: tuple[Part, ...] = (bundling.files,)
"""What takes longer than all pages together, and what they can do without until it is there."""

GONE: tuple[Leaving, ...] = (
    topics.gone,
    papers.gone,
    searching.gone,
    bundling.gone,
    api.gone,
    maps.gone,
    wellknown.gone,
)
"""What is not there any more."""
