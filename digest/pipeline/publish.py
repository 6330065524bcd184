"""The second phase: from the store to files, only those whose content can have changed.

    changed since the manifest ─▶ stand-ins ─▶ papers, days, feeds, index ─▶ weeks, months
                               ─▶ pictures that are files

Pages point at each other, so stand-ins come first where no page is yet: no page ever points at one
that is not there. What readers wait for comes before the roll-ups, and before the pictures for mail
and for where a page is shared, which take long to paint. The store's change number in
the manifest is written last: a publish that is killed is done again from where it began.

Of a feed's archive only those pages are rendered that can have changed; which ones there are is
seen in the output, and not believed where a publish did not end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import chain

import jinja2

from digest.models import Cadence, Edition, EditionRecord, Rendered, Site
from digest.output import Manifest, Output
from digest.pipeline.easel import Easel
from digest.pipeline.sealing import Desk, seal_due
from digest.render import (
    to_bibtex,
    to_email,
    to_feeds,
    to_json,
    to_markdown,
    to_site,
    to_topics,
)
from digest.render.feed_archives import ArchivePage, cut, to_render
from digest.render.matches import Matcher
from digest.render.pictures import Painter
from digest.store import Reading, Store
from digest.topics import Topic
from digest.trending import Rules

_ARCHIVED = {to_feeds.PAPERS: Cadence.DAY, to_feeds.EDITIONS: Cadence.WEEK}
Track = Callable[[Iterable[Rendered]], Iterable[Rendered]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What publishing depends on besides the store.

    `fingerprint` stands for templates, settings and program: where it differs from the manifest's,
    everything is rendered again. Without a `painter` there are no pictures but those in pages.
    `topics` are by name, in the order in which they are shown.
    """

    site: Site
    rules: Rules
    templates: jinja2.Environment
    fingerprint: str
    mail_budget_bytes: int
    feed_papers: int
    feed_editions: int
    painter: Painter | None = None
    topics: Mapping[str, Topic] = field(default_factory=dict)


def publish(
    store: Store, output: Output, press: Press, now: datetime, track: Track, *, everything: bool
) -> tuple[str, ...]:
    """Seal what is due, render what can have changed, write it; return the paths that changed."""
    seal_due(store, press.rules, now, publishing=True)
    since = 0 if everything else _published_through(store, output, press)
    change = store.change
    if change == since and not everything and not output.is_unfinished:
        return ()
    with store.reading() as tx, _easel(press, output) as easel:
        proofs = Proofs(tx, press, since, _archived(output, since), easel)
        opened = output.create(proofs.openings())
        written = output.write(track(proofs.of_the_day()))
        written += output.write(track(proofs.rollups()))
        written += output.write(track(easel.painted()))
        removed = output.remove(
            chain(proofs.withdrawn(output.names(to_feeds.TOPICS)), easel.outdated(output.names))
        )
    paths = tuple(dict.fromkeys((*opened, *written, *removed)))
    if since == 0 or output.is_unfinished:
        output.finish(Manifest(store_id=store.id, change=change, fingerprint=press.fingerprint))
    return paths


def rehearse(
    store: Store, output: Output, press: Press, track: Track, *, everything: bool
) -> tuple[str, ...]:
    """Return the paths that `publish` would change; nothing is written or sealed."""
    since = 0 if everything else _published_through(store, output, press)
    with store.reading() as tx, _easel(press, output) as easel:
        proofs = Proofs(tx, press, since, _archived(output, since), easel)
        files = chain(proofs.of_the_day(), proofs.rollups(), easel.painted())
        return tuple(dict.fromkeys(output.differing(track(files))))


class Proofs:
    """What is to be printed: everything that a change after `since` can show in.

    `archived` names the archive pages that are there, by the folder of their feed.
    """

    def __init__(
        self,
        tx: Reading,
        press: Press,
        since: int,
        archived: Mapping[str, frozenset[str]],
        easel: Easel,
    ) -> None:
        self._tx = tx
        self._press = press
        self._since = since
        self._archived = archived
        self._desk = Desk(press.rules)
        self._easel = easel
        self._matcher = Matcher(press.topics.values())

    def openings(self) -> Iterator[Rendered]:
        """Render what stands in for pages that are pointed at before they are there."""
        site = self._press.site
        names = [record.name for record in self._changed]
        yield from to_site.render_openings(names, site, self._press.templates)
        yield from to_topics.render_openings(site, self._press.templates, self._matcher)
        for folder in _ARCHIVED:
            for page in self._archives_to_render(folder):
                yield from to_feeds.render_archive_opening(folder, page, site)

    def of_the_day(self) -> Iterator[Rendered]:
        """Render what readers wait for: papers, days, feeds, the first page."""
        site, templates = self._press.site, self._press.templates
        yield from to_site.render_static(templates)
        for page in self._tx.papers_changed(self._since):
            yield to_site.render_paper(page, site, templates, self._matcher)
        yield from self._editions(Cadence.DAY)
        yield from self._feeds()
        yield from self._topics()
        yield from self._entrances()

    def rollups(self) -> Iterator[Rendered]:
        """Render the weeks and months, which grow with every day."""
        yield from self._editions(Cadence.WEEK)
        yield from self._editions(Cadence.MONTH)

    def _editions(self, cadence: Cadence) -> Iterator[Rendered]:
        for record in self._changed:
            if record.cadence is cadence:
                yield from self._edition_files(self._desk.edition(self._tx, record))

    def _feeds(self) -> Iterator[Rendered]:
        """Render the feeds, their archive pages before the feeds that lead to them."""
        site, templates = self._press.site, self._press.templates
        for page in self._archives_to_render(to_feeds.PAPERS):
            editions = self._editions_of(page)
            yield from to_feeds.render_archive_of_papers(
                page, editions, site, templates, self._matcher
            )
        for page in self._archives_to_render(to_feeds.EDITIONS):
            editions = self._editions_of(page)
            yield from to_feeds.render_archive_of_editions(page, editions, site, templates)
        recent, unarchived = self._recent_days, self._unarchived(to_feeds.PAPERS)
        papers = to_feeds.papers_of(recent[:unarchived], self._matcher)
        more = max(0, self._press.feed_papers - len(papers))
        papers += to_feeds.papers_of(recent[unarchived:], self._matcher)[:more]
        yield from to_feeds.render(
            papers,
            recent[: max(self._press.feed_editions, self._unarchived(to_feeds.EDITIONS))],
            site,
            templates,
            day=next((page.name for page in self._archives[to_feeds.PAPERS]), None),
            week=next((page.name for page in self._archives[to_feeds.EDITIONS]), None),
        )

    def _topics(self) -> Iterator[Rendered]:
        """Render the feeds and pages of topics, of the same days as the feeds."""
        press, recent, matcher = self._press, self._recent_days, self._matcher
        if not matcher.topics:
            return
        papers, most = to_feeds.papers_of(recent, matcher), press.feed_papers
        yield from to_feeds.render_topics(papers, matcher.topics, press.site, press.templates, most)
        yield from to_topics.render(recent, press.site, press.templates, matcher, most)

    def _entrances(self) -> Iterator[Rendered]:
        """Render where readers come in: the archive, the first page."""
        site, templates = self._press.site, self._press.templates
        recent = self._recent_days
        records = self._tx.editions()
        yield to_site.render_archive(records, site, templates)
        yield to_site.render_not_found(site, templates)
        latest = recent[0] if recent else None
        yield to_site.render_index(latest, records, site, templates, self._matcher)

    def withdrawn(self, feeds_of_topics: Iterable[str]) -> Iterator[str]:
        """Name the pages of papers that the curator has hidden since, and what topics left."""
        yield from to_topics.gone(feeds_of_topics, self._matcher)
        for slug in self._tx.hidden_slugs(self._since):
            yield to_site.paper_path(slug)

    def _edition_files(self, edition: Edition) -> Iterator[Rendered]:
        press = self._press
        yield from self._easel.begin(edition)
        yield from to_json.render(edition, press.site, self._matcher)
        yield from to_bibtex.render(edition, press.site)
        yield from to_markdown.render(edition, press.site, press.templates, self._matcher)
        yield from to_email.render(
            edition,
            press.site,
            press.templates,
            budget_bytes=press.mail_budget_bytes,
            matcher=self._matcher,
        )
        yield to_site.render_edition(edition, press.site, press.templates, self._matcher)

    @cached_property
    def _changed(self) -> Sequence[EditionRecord]:
        """Return the editions changed since, and the weeks and months their days count in."""
        changed = {record.name: record for record in self._tx.editions(since_change=self._since)}
        names = {name for r in changed.values() for name in (r.week, r.month) if name}
        rollups = (self._tx.edition(name) for name in sorted(names - changed.keys()))
        return (*changed.values(), *(record for record in rollups if record))

    @cached_property
    def _days(self) -> tuple[EditionRecord, ...]:
        return self._tx.editions(Cadence.DAY)

    @cached_property
    def _archives(self) -> Mapping[str, tuple[ArchivePage, ...]]:
        return {folder: cut(self._days, cadence) for folder, cadence in _ARCHIVED.items()}

    def _archives_to_render(self, folder: str) -> Iterator[ArchivePage]:
        changed = {record.name for record in self._changed}
        return to_render(self._archives[folder], self._archived[folder], changed)

    def _unarchived(self, folder: str) -> int:
        """Count the latest days of which only the feed itself tells."""
        return len(self._days) - sum(len(page.days) for page in self._archives[folder])

    def _editions_of(self, page: ArchivePage) -> list[Edition]:
        return [self._desk.edition(self._tx, day) for day in page.days]

    @cached_property
    def _recent_days(self) -> list[Edition]:
        """Return the latest days' editions, newest first: as many as the feeds and index show."""
        recent: list[Edition] = []
        papers = 0
        fewest = max(self._press.feed_editions, *map(self._unarchived, _ARCHIVED))
        for record in self._days:
            if papers >= self._press.feed_papers and len(recent) >= fewest:
                break
            recent.append(self._desk.edition(self._tx, record))
            papers += len(recent[-1].new)
        return recent


def _easel(press: Press, output: Output) -> Easel:
    return Easel(press.painter, press.site, press.templates, output.held)


def _archived(output: Output, since: int) -> Mapping[str, frozenset[str]]:
    """Name the archive pages that are there and right but for what changed since, by feed."""
    if since == 0 or output.is_unfinished:
        return {folder: frozenset() for folder in _ARCHIVED}
    return {
        folder: to_feeds.archive_pages(output.names(to_feeds.archive_folder(folder)))
        for folder in _ARCHIVED
    }


def _published_through(store: Store, output: Output, press: Press) -> int:
    """Return the change up to which the output shows the store; 0 where it has to be made anew."""
    manifest = output.manifest()
    if manifest is None or manifest.fingerprint != press.fingerprint:
        return 0
    return manifest.change if manifest.change <= store.change else 0
