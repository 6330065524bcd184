"""What can have changed since the last publish, and what rendering it needs; looked up once.

The parts of the output (`pipeline.parts`) all print from this. Of a feed's archive only those pages
are rendered that can have changed; which ones there are is seen in the output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Protocol, TypeVar

import jinja2

from digest.models import Cadence, Counted, Edition, EditionRecord, Period, Ranking, Site
from digest.output import Output
from digest.pagefind import Indexer
from digest.pipeline.easel import Easel
from digest.pipeline.ledger import Ledger
from digest.pipeline.sealing import Desk
from digest.pipeline.standing import rankings
from digest.render import to_feeds
from digest.render.feed_archives import ArchivePage, cut, to_render
from digest.render.matches import Matcher
from digest.render.pictures import Painter
from digest.store import Reading, Store
from digest.topics import Topic
from digest.trending import Rules

T = TypeVar("T")
ARCHIVED = {
    to_feeds.PAPERS: (Cadence.DAY, Cadence.DAY),
    to_feeds.EDITIONS: (Cadence.DAY, Cadence.WEEK),
    to_feeds.WEEKLY: (Cadence.WEEK, Cadence.WEEK),
    to_feeds.MONTHLY: (Cadence.MONTH, Cadence.MONTH),
}
"""The feeds that have archive pages, by their folders: made of which editions, cut by what."""

OF_DAYS = (to_feeds.PAPERS, to_feeds.EDITIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What publishing depends on besides the store.

    `fingerprint` stands for templates, settings and program: where it differs from the manifest's,
    everything is rendered again. Without a `painter` there are no pictures but those in pages.
    `topics` are by name, in the order in which they are shown. Without an `indexer` there is no
    search in whole texts. `helpers` render all there is together.
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
    helpers: Helpers | None = None
    indexer: Indexer | None = None


class Room(Protocol):
    """A newsletter as whoever helps to publish it needs it."""

    @property
    def store(self) -> Store:
        """The database."""

    @property
    def press(self) -> Press:
        """What publishing depends on besides."""

    @property
    def output(self) -> Output:
        """The folder that is published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpers:
    """How helpers come by the newsletter: `open_room`, which can be pickled, opens it anew.

    Where fewer papers than `fewest_papers` changed, one process is done before another is there.
    """

    open_room: Callable[[], Room]
    fewest_papers: int = 500


class Changes:
    """All that a change after number `since` can show in; 0 is everything."""

    def __init__(self, tx: Reading, press: Press, since: int, output: Output, easel: Easel) -> None:
        self.tx = tx
        self.press = press
        self.since = since
        self.output = output
        self.easel = easel
        self.matcher = Matcher(press.topics.values(), press.site.tongue)
        self.kept: dict[str, frozenset[str]] = {}
        """Of folders that were rendered whole, the paths that are in them now."""
        self._desk = Desk(press.rules)
        self._archived = _archived(output, since)
        self._made: dict[Callable[[Changes], Any], Any] = {}

    def once(self, make: Callable[[Changes], T]) -> T:
        """Return what `make` makes of these changes, made once however often it is asked for."""
        if make not in self._made:
            self._made[make] = make(self)
        made: T = self._made[make]
        return made

    def edition(self, record: EditionRecord) -> Edition:
        """Return an edition as it is published."""
        edition = self._desk.edition(self.tx, record)
        if edition.cadence is Cadence.DAY:
            self._ledger.note(edition)
        return edition

    def count(self, records: Iterable[EditionRecord]) -> list[Counted]:
        """Count what daily editions hold, in their order; what was counted before is not again."""
        return [self._ledger.of(record) or self._count(record) for record in records]

    def _count(self, record: EditionRecord) -> Counted:
        return self._ledger.note(self.edition(record))

    @cached_property
    def _ledger(self) -> Ledger:
        changed = {record.name for record in self.editions}
        is_sound = self.since > 0
        return Ledger(self.output.held if is_sound else None, changed, self.matcher)

    @cached_property
    def rankings(self) -> Mapping[Period, Ranking]:
        """What trends now, this week and this month; empty where nothing was ever listed."""
        return rankings(self.tx, self.press.rules)

    def there(self, folder: str) -> Iterator[str]:
        """Name all files that lie in a folder of the output and in those below it, in order."""
        for name in sorted(self.output.names(folder)):
            below = list(self.there(f"{folder}/{name}"))
            yield from below or (f"{folder}/{name}",)

    @cached_property
    def editions(self) -> Sequence[EditionRecord]:
        """The editions changed since, and the weeks and months their days count in."""
        changed = {record.name: record for record in self.tx.editions(since_change=self.since)}
        names = {name for r in changed.values() for name in (r.week, r.month) if name}
        rollups = (self.tx.edition(name) for name in sorted(names - changed.keys()))
        return (*changed.values(), *(record for record in rollups if record))

    @cached_property
    def days(self) -> tuple[EditionRecord, ...]:
        """All daily editions, the latest first."""
        return self.records(Cadence.DAY)

    @property
    def latest_day(self) -> date | None:
        """The day of the latest daily edition."""
        return self.days[0].end if self.days else None

    def records(self, cadence: Cadence) -> tuple[EditionRecord, ...]:
        """Return all editions of a cadence, the latest first."""
        return self.by_cadence[cadence]

    @cached_property
    def by_cadence(self) -> Mapping[Cadence, tuple[EditionRecord, ...]]:
        """All editions by cadence, the latest first."""
        found = self.tx.editions()
        return {each: tuple(r for r in found if r.cadence is each) for each in Cadence}

    @cached_property
    def by_name(self) -> Mapping[str, EditionRecord]:
        """All editions by name, the latest of each cadence first."""
        return {record.name: record for found in self.by_cadence.values() for record in found}

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years in which there are daily editions, the latest first."""
        return tuple(dict.fromkeys(record.start.year for record in self.days))

    @cached_property
    def shown(self) -> frozenset[str]:
        """Name the editions and years that have a page in the output; none where all is new."""
        if self.since == 0:
            return frozenset()
        return self.output.names("editions")

    @cached_property
    def archives(self) -> Mapping[str, tuple[ArchivePage, ...]]:
        """The archive pages that feeds have, by the folder of the feed."""
        return {
            folder: cut(self.records(made_of), by) for folder, (made_of, by) in ARCHIVED.items()
        }

    def archives_to_render(self, folder: str) -> Iterator[ArchivePage]:
        """Yield the archive pages of a feed that can have changed, or are not there."""
        changed = {record.name for record in self.editions}
        return to_render(self.archives[folder], self._archived[folder], changed)

    def archived(self, folder: str) -> frozenset[str]:
        """Name the archive pages of a feed that are there and right, but for what changed since."""
        return self._archived[folder]

    def unarchived(self, folder: str) -> int:
        """Count the latest days of which only the feed itself tells."""
        return len(self.days) - sum(len(page.days) for page in self.archives[folder])

    @cached_property
    def recent_days(self) -> list[Edition]:
        """The latest days' editions, newest first: as many as the feeds and the first page show."""
        recent: list[Edition] = []
        papers = 0
        fewest = max(self.press.feed_editions, *map(self.unarchived, OF_DAYS))
        for record in self.days:
            if papers >= self.press.feed_papers and len(recent) >= fewest:
                break
            recent.append(self.edition(record))
            papers += len(recent[-1].new)
        return recent


def _archived(output: Output, since: int) -> Mapping[str, frozenset[str]]:
    """Name the archive pages that are there and right but for what changed since, by feed."""
    if since == 0:
        return {folder: frozenset() for folder in ARCHIVED}
    return {
        folder: to_feeds.archive_pages(output.names(to_feeds.archive_folder(folder)))
        for folder in ARCHIVED
    }
