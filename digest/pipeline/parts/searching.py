"""The search of the site: its page, and the lists of papers that it looks through.

Only those lists are rendered that hold a paper of which something else is to be said now: one that
was merely listed again changes none. Of the others in such a list, what is held is said again, so
that nobody has to look at them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from digest.models import Rendered
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
    touched = _touched(changes) if any(held.values()) else {}
    for number, content in held.items():
        made = Listed(number, content) if content else _made(changes, number)
        if content and (of_it := touched.get(number)):
            made = _mended(changes, made, of_it)
        told.append(made)
        if made.content != content:
            yield Rendered(path=made.path, content=made.content)
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
    for record in changes.days:
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


def _touched(changes: Changes) -> Mapping[int, Mapping[str, bytes]]:
    """Return the lines of the papers that changed, by the number of their list and by their slug.

    Of those that the curator hid it is not known in which list they stood: they are in all.
    """
    hidden = dict.fromkeys(changes.tx.hidden_slugs(changes.since), b"")
    touched = {number: dict(hidden) for number in _numbers(changes)}
    periods = periods_of(changes)
    for page in changes.tx.papers_changed(changes.since):
        own = to_search.line(page, changes.matcher, periods)
        touched[to_search.number_of(page.paper.id)][page.paper.slug] = own
    return touched


def _made(changes: Changes, number: int) -> Listed:
    pages = changes.tx.papers_numbered(*to_search.span_of(number))
    periods = periods_of(changes)
    lines = (to_search.line(page, changes.matcher, periods) for page in pages)
    return to_search.render_list(number, lines)


def _mended(changes: Changes, held: Listed, touched: Mapping[str, bytes]) -> Listed:
    """Return a list with other lines of the papers that changed, where they say something else."""
    try:
        lines = to_search.lines_of(held.content)
    except ValueError:  # somebody changed it
        return _made(changes, held.number)
    if all(lines.get(slug, b"") == own for slug, own in touched.items()):
        return held
    slugs = changes.tx.slugs_numbered(*to_search.span_of(held.number)).values()
    return to_search.render_list(
        held.number, (touched.get(slug, lines.get(slug, b"")) for slug in slugs)
    )
