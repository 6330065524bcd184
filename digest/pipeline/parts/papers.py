"""The pages of papers, and what is left of those that were taken out."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Rendered
from digest.pipeline.changes import Changes
from digest.render import to_left, to_site


def files(changes: Changes) -> Iterator[Rendered]:
    """Render the page of each paper that changed, or that the curator has hidden since."""
    press = changes.press
    for page in changes.tx.papers_changed(changes.since):
        yield to_site.render_paper(page, press.site, press.templates, changes.matcher)
    for slug in changes.tx.hidden_slugs(changes.since):
        yield to_left.render_hidden(slug, press.site, press.templates)
