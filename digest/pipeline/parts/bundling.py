"""The index of whole texts, where pagefind makes one: in bundles, of which few are made anew.

It takes longer than all pages together, so it comes after them. What pagefind writes differs from
one time to the next: a bundle of which nothing changed stays as it is, even where everything else
is rendered again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from digest.models import Rendered
from digest.models.searching import Findable
from digest.pagefind import Indexer
from digest.pipeline.changes import Changes
from digest.pipeline.parts.searching import periods_of
from digest.render import bundles
from digest.render.bundles import Bundle
from digest.render.to_search import Periods


def files(changes: Changes) -> Iterator[Rendered]:
    """Render the bundles that changed, and tell which there are."""
    indexer = changes.press.indexer
    if indexer is None:
        return
    yield from _program(changes, indexer)
    told: dict[Bundle, bytes] = {}
    periods = periods_of(changes)
    held = {bundle: changes.output.held(bundle.told) for bundle in _cut(changes)}
    for bundle, is_stale in _judged(changes, held, periods).items():
        told[bundle] = held[bundle] or b""
        if is_stale:
            papers = list(_papers(changes, bundle, periods))
            told[bundle] = bundles.render_told(indexer.maker, papers)
        if told[bundle] != held[bundle]:
            made = list(bundles.render_files(bundle, indexer.bundle(papers), told[bundle]))
            changes.kept[bundle.folder] = frozenset(file.path for file in made)
            yield from made
        elif changes.since == 0:
            yield from _again(changes, bundle.folder)
    yield bundles.render_index(indexer.name, told)


def gone(changes: Changes) -> Iterator[str]:
    """Name what bundles had and have no more, and all of bundles that are no more."""
    indexer = changes.press.indexer
    folders = {bundle.folder for bundle in _cut(changes)} if indexer else set()
    program = bundles.program_folder(indexer.name) if indexer else ""
    for path in changes.there(bundles.FOLDER):
        folder = bundles.folder_of(path)
        is_kept = path in changes.kept.get(folder, (path,)) and folder in folders
        if not is_kept and folder != program and (not indexer or path != bundles.INDEX):
            yield path


def _cut(changes: Changes) -> tuple[Bundle, ...]:
    return bundles.cut(changes.tx.pages.last_paper())


def _program(changes: Changes, indexer: Indexer) -> Iterator[Rendered]:
    """Render what searches in a browser, where it is not there yet."""
    folder = bundles.program_folder(indexer.name)
    there = list(_again(changes, folder))
    if not there:
        for path, content in sorted(indexer.program().items()):
            yield Rendered(path=f"{folder}/{path}", content=content)
    elif changes.since == 0:
        yield from there


def _again(changes: Changes, folder: str) -> Iterator[Rendered]:
    """Render what lies in a folder as it is."""
    for path in changes.there(folder):
        if (content := changes.output.held(path)) is not None:
            yield Rendered(path=path, content=content)


def _judged(
    changes: Changes, held: Mapping[Bundle, bytes | None], periods: Periods
) -> dict[Bundle, bool]:
    """Tell of each bundle whether it may say of a paper what is not so any more."""
    judged = {bundle: told is None or changes.since == 0 for bundle, told in held.items()}
    if all(judged.values()):
        return judged
    for page in changes.tx.papers_changed(changes.since):
        bundle = next(each for each in judged if page.paper.id in each)
        paper = bundles.findable(page, changes.matcher, periods)
        own = bundles.line(paper) if paper else b""
        judged[bundle] |= not bundles.says(held[bundle] or b"", page.paper.slug, own)
    for slug in changes.tx.hidden_slugs(changes.since):
        for bundle, told in held.items():
            judged[bundle] |= not bundles.says(told or b"", slug, b"")
    return judged


def _papers(changes: Changes, bundle: Bundle, periods: Periods) -> Iterable[Findable]:
    for page in changes.tx.papers_numbered(bundle.first, bundle.last):
        if paper := bundles.findable(page, changes.matcher, periods):
            yield paper
