"""The search of the site: its page, and the lists of papers that it looks through.

Only those lists are rendered that hold a paper of which something else is to be said now: one that
was merely listed again changes none. Which lists there are is seen in the output.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from digest.models import Cadence, Rendered
from digest.pipeline.changes import Changes
from digest.render import bundles, names, to_search
from digest.render.to_search import Listed, Periods


def files(changes: Changes) -> Iterator[Rendered]:
    """Render the page, its scripts, and the lists that changed."""
    press = changes.press
    if not press.site.search:
        return
    yield from to_search.render_page(press.site, press.templates, changes.matcher)
    held, told = _held(changes), []
    periods = periods_of(changes)
    stale = _stale(changes, held, periods)
    for number, content in held.items():
        if content is None or number in stale:
            told.append(_made(changes, number, periods))
            yield Rendered(path=told[-1].path, content=told[-1].content)
        else:
            told.append(Listed(number, content))
    yield to_search.render_index(told)


def gone(changes: Changes) -> Iterator[str]:
    """Name what is left of a search that is no more, and lists beyond the last paper."""
    site = changes.press.site
    kept = to_search.names_of(site, len(_numbers(changes)))
    for path in changes.there(names.SEARCH):
        if path not in kept and not path.startswith(f"{bundles.FOLDER}/"):
            yield path


def periods_of(changes: Changes) -> Periods:
    """Return what names the day, the week and the month that a daily edition counts in."""
    named: dict[str, Sequence[str]] = {}
    for record in changes.tx.editions(Cadence.DAY):
        named[record.name] = tuple(filter(None, (record.name, record.week, record.month)))
    return lambda day: named.get(day, (day,))


def _numbers(changes: Changes) -> range:
    last = changes.tx.pages.last_paper()
    return range(to_search.number_of(last) + 1 if last else 0)


def _held(changes: Changes) -> Mapping[int, bytes | None]:
    """Return the lists that are there and right but for what changed since, by number."""
    if changes.since == 0:
        return dict.fromkeys(_numbers(changes))
    return {n: changes.output.held(to_search.list_path(n)) for n in _numbers(changes)}


def _stale(changes: Changes, held: Mapping[int, bytes | None], periods: Periods) -> set[int]:
    """Number the lists that say of a paper what is not so any more."""
    if changes.since == 0:
        return set(held)
    stale: set[int] = set()
    for page in changes.tx.papers_changed(changes.since):
        number = to_search.number_of(page.paper.id)
        own = to_search.line(page, changes.matcher, periods)
        if not to_search.says(held[number] or b"", page.paper.slug, own):
            stale.add(number)
    hidden = changes.tx.hidden_slugs(changes.since)
    for number, content in held.items() if hidden else ():
        if not all(to_search.says(content or b"", slug, b"") for slug in hidden):
            stale.add(number)
    return stale


def _made(changes: Changes, number: int, periods: Periods) -> Listed:
    pages = changes.tx.papers_numbered(*to_search.span_of(number))
    lines = ((page, to_search.line(page, changes.matcher, periods)) for page in pages)
    return to_search.render_list(number, lines)
