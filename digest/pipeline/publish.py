"""The second phase: from the store to files, only those whose content can have changed.

    changed since the manifest ─▶ stand-ins ─▶ papers, days, feeds, index ─▶ weeks, months
                               ─▶ pictures that are files

Pages point at each other, so stand-ins come first where no page is yet: no page ever points at one
that is not there. What readers wait for comes before the roll-ups, and before the pictures for mail
and for where a page is shared, which take long to paint. The store's change number in
the manifest is written last: a publish that is killed is done again from where it began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain

from digest.models import Rendered
from digest.output import Manifest, Output
from digest.pipeline import parts
from digest.pipeline.changes import ARCHIVED, Changes, Press
from digest.pipeline.deriving import derive, derived
from digest.pipeline.easel import Easel
from digest.pipeline.hands import Hands
from digest.pipeline.sealing import seal_due
from digest.render import to_feeds, to_site, to_topics
from digest.store import Store

Track = Callable[[Iterable[Rendered]], Iterable[Rendered]]


def publish(
    store: Store, output: Output, press: Press, now: datetime, track: Track, *, everything: bool
) -> tuple[str, ...]:
    """Seal what is due, render what can have changed, write it; return the paths that changed."""
    seal_due(store, press.rules, now, publishing=True)
    derive(store)
    since = 0 if everything else _published_through(store, output, press)
    change = store.change
    if change == since and not everything and not output.is_unfinished:
        return ()
    with store.reading() as tx, _easel(press, output) as easel:
        changes = Changes(tx, press, since, output, easel)
        opened = output.create(_openings(changes))
        hands = Hands(changes, press.helpers, change)
        written = output.write(track(hands.files()))
        gone = chain.from_iterable(leaving(changes) for leaving in parts.GONE)
        removed = output.remove(chain(gone, hands.gone, easel.outdated(output.names)))
    paths = tuple(dict.fromkeys((*opened, *written, *removed)))
    if since == 0 or output.is_unfinished:
        output.finish(Manifest(store_id=store.id, change=change, fingerprint=press.fingerprint))
    return paths


def rehearse(
    store: Store, output: Output, press: Press, track: Track, *, everything: bool
) -> tuple[str, ...]:
    """Return the paths that `publish` would change; nothing is written or sealed."""
    since = 0 if everything else _published_through(store, output, press)
    with derived(store) as tx, _easel(press, output) as easel:
        changes = Changes(tx, press, since, output, easel)
        files = chain(_files(changes, parts.OF_THE_DAY + parts.ROLLUPS), easel.painted())
        return tuple(dict.fromkeys(output.differing(track(files))))


def _files(changes: Changes, asked: Iterable[parts.Part]) -> Iterator[Rendered]:
    return chain.from_iterable(part(changes) for part in asked)


def _openings(changes: Changes) -> Iterator[Rendered]:
    """Render what stands in for pages that are pointed at before they are there."""
    site, templates = changes.press.site, changes.press.templates
    names = [record.name for record in changes.editions]
    yield from to_site.render_openings(names, site, templates)
    yield from to_topics.render_openings(site, templates, changes.matcher)
    for folder in ARCHIVED:
        for page in changes.archives_to_render(folder):
            yield from to_feeds.render_archive_opening(folder, page, site)


def _easel(press: Press, output: Output) -> Easel:
    return Easel(press.painter, press.site, press.templates, output.held)


def _published_through(store: Store, output: Output, press: Press) -> int:
    """Return the change up to which the output shows the store; 0 where it has to be made anew."""
    manifest = output.manifest()
    if manifest is None or manifest.fingerprint != press.fingerprint:
        return 0
    return manifest.change if manifest.change <= store.change else 0
