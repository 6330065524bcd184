"""The second phase: from the store to files, only those whose content can have changed.

    changed since the manifest ─▶ pages, feeds, data ─▶ pictures, painted meanwhile ─▶ all at once
                                                        the index of whole texts

Nothing is seen of a publish until all of it is there (`output`). The store's change number is in
the manifest, among the files: a publish that is killed is done again from where it began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import chain

from digest.models import Rendered
from digest.output import Difference, Manifest, Output, Stage
from digest.pipeline import parts
from digest.pipeline.changes import Changes, Press
from digest.pipeline.deriving import derive, derived
from digest.pipeline.easel import Easel
from digest.pipeline.hands import Hands
from digest.pipeline.sealing import seal_due
from digest.store import Reading, Store

Track = Callable[[Iterable[Rendered]], Iterable[Rendered]]


def publish(
    store: Store, output: Output, press: Press, now: datetime, track: Track, *, everything: bool
) -> Difference:
    """Seal what is due, render what can have changed, write it; return what changed."""
    seal_due(store, press.rules, now, publishing=True)
    derive(store)
    if not everything and _is_current(store, output, press):
        return Difference()
    with output.publishing() as publication:
        was_current = _is_current(store, output, press)
        change = store.change
        since = 0 if everything else _published_through(store, output, press)
        with store.reading() as tx:
            _fill(publication.stage, tx, output, press, track, since)
        manifest = Manifest(store_id=store.id, change=change, fingerprint=press.fingerprint)
        is_told = since == 0 or publication.stage.difference.paths
        difference = publication.finish(manifest if is_told else None)
    return _told(difference, was_current)


def rehearse(
    store: Store, output: Output, press: Press, track: Track, *, everything: bool
) -> Difference:
    """Return what `publish` would change; nothing is written or sealed."""
    stage = output.rehearsal()
    alone = replace(press, helpers=None)  # what is derived for a rehearsal, nobody else can see
    since = 0 if everything else _published_through(store, output, press)
    with derived(store) as tx:
        _fill(stage, tx, output, alone, track, since)
    return _told(stage.difference, _is_current(store, output, press))


def _fill(
    stage: Stage, tx: Reading, output: Output, press: Press, track: Track, since: int
) -> None:
    """Take in what a change after number `since` can show in."""
    change = tx.change
    with Easel(press.painter, press.site, press.templates, output.held) as easel:
        changes = Changes(tx, press, since, output, easel)
        hands = Hands(changes, press.helpers, change)
        later = chain.from_iterable(part(changes) for part in parts.LATER)
        stage.add(track(chain(hands.files(), later)))
        gone = chain.from_iterable(leaving(changes) for leaving in parts.GONE)
        stage.remove(chain(gone, hands.gone, easel.outdated(output.names)))


def _told(difference: Difference, was_current: bool) -> Difference:
    return replace(difference, is_repair=was_current and bool(difference.paths))


def _is_current(store: Store, output: Output, press: Press) -> bool:
    manifest = output.manifest()
    is_ours = manifest is not None and manifest.fingerprint == press.fingerprint
    return is_ours and _published_through(store, output, press) == store.change


def _published_through(store: Store, output: Output, press: Press) -> int:
    """Return the change up to which the output shows the store; 0 where it has to be made anew."""
    manifest = output.manifest()
    if manifest is None or manifest.fingerprint != press.fingerprint:
        return 0
    return manifest.change if manifest.change <= store.change else 0
