"""Editions in all their formats, and their pictures; and the pages beside a new one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from digest.models import Cadence, Edition, EditionRecord, Rendered
from digest.pipeline.changes import Changes
from digest.render import to_bibtex, to_editions, to_email, to_json, to_markdown
from digest.render.to_editions import Around

Places = Mapping[str, int]
"""Where editions stand among those of their cadence, the latest first, by name."""


def files(changes: Changes) -> Iterator[Rendered]:
    """Render the editions that changed, in order of time: what is made of a paper is kept a while.

    A day comes before the week and the month that it counts in.
    """
    shelves = map(changes.records, Cadence)
    places = {record.name: at for shelf in shelves for at, record in enumerate(shelf)}
    changed = sorted(changes.editions, key=lambda record: (record.end, -record.start.toordinal()))
    for record in changed:
        edition = changes.edition(record)
        yield from _files(changes, edition)
        yield _page(changes, edition, _around(changes, record, places))
    for record in _beside(changes, changed, places):
        yield _page(changes, changes.edition(record), _around(changes, record, places))


def _beside(
    changes: Changes, changed: Iterable[EditionRecord], places: Places
) -> Iterable[EditionRecord]:
    """Return the editions that name one beside them which has no page yet."""
    done = {record.name for record in changed}
    beside: dict[str, EditionRecord] = {}
    for record in changed:
        if record.name not in changes.shown:
            before, after = _neighbours(changes, record, places)
            beside.update({each.name: each for each in (before, after) if each})
    return [record for name, record in beside.items() if name not in done]


def _neighbours(
    changes: Changes, record: EditionRecord, places: Places
) -> tuple[EditionRecord | None, EditionRecord | None]:
    """Return the editions before and after one, of its cadence."""
    shelf, at = changes.records(record.cadence), places[record.name]
    return (shelf[at + 1] if at + 1 < len(shelf) else None), (shelf[at - 1] if at else None)


def _around(changes: Changes, record: EditionRecord, places: Places) -> Around:
    before, after = _neighbours(changes, record, places)
    days = [record]
    if record.cadence is not Cadence.DAY:
        days = [day for day in changes.days[::-1] if record.name in (day.week, day.month)]
    return Around(
        before=before,
        after=after,
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
