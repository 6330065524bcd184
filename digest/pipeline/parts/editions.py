"""Editions in all their formats, and their pictures."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Cadence, Edition, Rendered
from digest.pipeline.changes import Changes
from digest.render import to_bibtex, to_email, to_json, to_markdown, to_site


def days(changes: Changes) -> Iterator[Rendered]:
    """Render the daily editions that changed."""
    return _of(changes, Cadence.DAY)


def rollups(changes: Changes) -> Iterator[Rendered]:
    """Render the weeks and months that changed."""
    yield from _of(changes, Cadence.WEEK)
    yield from _of(changes, Cadence.MONTH)


def _of(changes: Changes, cadence: Cadence) -> Iterator[Rendered]:
    for record in changes.editions:
        if record.cadence is cadence:
            yield from _files(changes, changes.edition(record))


def _files(changes: Changes, edition: Edition) -> Iterator[Rendered]:
    press, matcher = changes.press, changes.matcher
    changes.easel.begin(edition)
    yield from to_json.render(edition, press.site, matcher)
    yield from to_bibtex.render(edition, press.site)
    yield from to_markdown.render(edition, press.site, press.templates, matcher)
    yield from to_email.render(
        edition,
        press.site,
        press.templates,
        budget_bytes=press.mail_budget_bytes,
        matcher=matcher,
    )
    yield to_site.render_edition(edition, press.site, press.templates, matcher)
