"""Editions in all their formats, and their pictures; and the pages beside a new one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.models import Cadence, Edition, EditionRecord, Rendered
from digest.pipeline.changes import Changes
from digest.render import to_bibtex, to_editions, to_email, to_json, to_markdown
from digest.render.to_editions import Around


def days(changes: Changes) -> Iterator[Rendered]:
    """Render the daily editions that changed."""
    return _of(changes, Cadence.DAY)


def rollups(changes: Changes) -> Iterator[Rendered]:
    """Render the weeks and months that changed."""
    yield from _of(changes, Cadence.WEEK)
    yield from _of(changes, Cadence.MONTH)


def _of(changes: Changes, cadence: Cadence) -> Iterator[Rendered]:
    shelf = changes.records(cadence)
    places = {record.name: at for at, record in enumerate(shelf)}
    changed = [record for record in changes.editions if record.cadence is cadence]
    changed.sort(key=lambda record: record.start)
    for record in changed:
        edition = changes.edition(record)
        yield from _files(changes, edition)
        yield _page(changes, edition, _around(changes, shelf, places[record.name]))
    for at in sorted(_beside(changes, shelf, [places[record.name] for record in changed])):
        edition = changes.edition(shelf[at])
        yield _page(changes, edition, _around(changes, shelf, at))


def _beside(changes: Changes, shelf: Sequence[EditionRecord], changed: Sequence[int]) -> set[int]:
    """Return the places of editions that name one beside them which has no page yet."""
    new = [at for at in changed if shelf[at].name not in changes.shown]
    beside = {at + step for at in new for step in (-1, 1)}
    return {at for at in beside if 0 <= at < len(shelf)} - set(changed)


def _around(changes: Changes, shelf: Sequence[EditionRecord], at: int) -> Around:
    record = shelf[at]
    days = [record]
    if record.cadence is not Cadence.DAY:
        days = [day for day in changes.days[::-1] if record.name in (day.week, day.month)]
    return Around(
        before=shelf[at + 1] if at + 1 < len(shelf) else None,
        after=shelf[at - 1] if at else None,
        week=changes.by_name.get(record.week or ""),
        month=changes.by_name.get(record.month or ""),
        year=days[0].start.year if days else None,
        days=tuple(days) if record.cadence is not Cadence.DAY else (),
    )


def _page(changes: Changes, edition: Edition, around: Around) -> Rendered:
    press = changes.press
    return to_editions.render_edition(edition, press.site, press.templates, changes.matcher, around)


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
