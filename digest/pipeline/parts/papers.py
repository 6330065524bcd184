"""The pages of papers, and the files that cite them."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Rendered
from digest.pipeline.changes import Changes
from digest.render import to_papers


def files(changes: Changes) -> Iterator[Rendered]:
    """Render the page of each paper that changed."""
    press = changes.press
    for page in changes.tx.papers_changed(changes.since):
        yield from to_papers.render(page, press.site, press.templates, changes.matcher)


def gone(changes: Changes) -> Iterator[str]:
    """Name what is left of papers that the curator has hidden since."""
    for slug in changes.tx.hidden_slugs(changes.since):
        yield from to_papers.gone(slug)
