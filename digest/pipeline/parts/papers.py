"""The pages of papers, the files that cite them, and what is left of those that were taken out."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Rendered
from digest.pipeline.changes import Changes
from digest.render import names, to_left, to_papers


def files(changes: Changes) -> Iterator[Rendered]:
    """Render the page of each paper that changed, or that the curator has hidden since."""
    press = changes.press
    for page in changes.tx.papers_changed(changes.since):
        yield from to_papers.render(page, press.site, press.templates, changes.matcher)
    for slug in changes.tx.hidden_slugs(changes.since):
        yield to_left.render_hidden(slug, press.site, press.templates)


def gone(changes: Changes) -> Iterator[str]:
    """Name the files that cite papers which the curator has hidden since."""
    for slug in changes.tx.hidden_slugs(changes.since):
        yield from names.cite_paths(slug).values()
