"""A newsletter put together from its folder: settings, store, inbox, output, templates.

Everything is opened when it is first asked for, so that a command pays for what it uses.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property, partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from zoneinfo import ZoneInfo

from digest import __version__, catalogues, pagefind
from digest.dumps import ENTRY_POINTS, FORMATS, Format, Limits
from digest.errors import ConfigError
from digest.identity import FOLDING, title_key
from digest.inbox import Inbox
from digest.indexing import INDEXING, findable
from digest.models import Edition, Site, Tongue
from digest.output import Output
from digest.pagefind import Indexer
from digest.pipeline.book import Reader
from digest.pipeline.changes import Helpers, Press
from digest.pipeline.run import Newsroom
from digest.render import pictures
from digest.render.text import FILTERS
from digest.selection import Chooser
from digest.settings import Settings
from digest.store import Store, open_store
from digest.theme import fingerprint, folders_of, fonts, load
from digest.topics import Topic, TopicRule, by_name
from digest.trending import Rules

MIB = 1024 * 1024


class Newsletter:
    """One newsletter, and the time it is."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.settings = settings

    def now(self) -> datetime:
        """Return the time it is, in UTC."""
        return datetime.now(UTC)

    @cached_property
    def store(self) -> Store:
        """The database, made where there is none and nothing was ever published."""
        manifest = self.output.manifest()
        store = open_store(
            self.settings.store.url,
            create=not self.output.exists,
            output_store_id=manifest.store_id if manifest else None,
        )
        store.refold(FOLDING, title_key)
        return store

    def index(self, goes_on: Callable[[], bool] = lambda: True) -> int:
        """Let all papers be found by their words; return how many have others now."""
        return self.store.index(INDEXING, findable, goes_on)

    @property
    def has_store(self) -> bool:
        """Whether there is a database, or should be one because something was published."""
        url = self.settings.store.url
        is_file = url.startswith("sqlite:///")
        return not is_file or Path(url.removeprefix("sqlite:///")).exists() or self.output.exists

    @property
    def room(self) -> Newsroom:
        """Where it is made."""
        return Newsroom(inbox=self.inbox, store=self.store, press=self.press, output=self.output)

    @cached_property
    def inbox(self) -> Inbox:
        """The folder where dumps are dropped."""
        return Inbox(self.settings.paths.inbox, self.settings.inbox.settle_seconds)

    @cached_property
    def output(self) -> Output:
        """The folder that is published."""
        return Output(self.settings.paths.output)

    @cached_property
    def rules(self) -> Rules:
        """What decisions about editions depend on."""
        return Rules(
            half_life_days=self.settings.trending.half_life_days,
            vote_weight=self.settings.trending.vote_weight,
            listing_days=self.settings.trending.listing_days,
            trending_limit=self.settings.edition.trending_limit,
            zone=ZoneInfo(self.settings.newsletter.timezone),
            approval=self.settings.edition.approval,
            tongue=self.tongue,
        )

    @cached_property
    def tongue(self) -> Tongue:
        """The language that readers are spoken to in."""
        folders = tuple(folders_of(self.settings.paths.templates))
        return catalogues.tongue(self.settings.site.language, folders)

    @cached_property
    def limits(self) -> Limits:
        """What a dump may cost."""
        told = self.settings.limits
        return Limits(
            max_bytes=told.max_file_mib * MIB,
            max_expanded_bytes=told.max_expanded_mib * MIB,
            max_ratio=told.max_ratio,
            max_line_chars=told.max_line_chars,
            max_depth=told.max_depth,
            max_papers=told.max_papers,
        )

    @cached_property
    def site(self) -> Site:
        """What renderers say of the newsletter itself."""
        site, mail = self.settings.site, self.settings.mail
        return Site(
            title=site.title,
            description=site.description,
            url=site.url,
            language=site.language,
            tongue=self.tongue,
            author=site.author,
            mail_from=mail.sender,
            list_id=mail.list_id,
            postal_address=mail.postal_address,
            unsubscribe=mail.unsubscribe,
            web_url=self.settings.web.url,
            subscribe=site.subscribe,
            contact=site.contact,
            about=self._about,
            hubs=self.settings.feeds.hub,
            security_contact=site.security_contact,
            has_topics=bool(self.settings.topics),
            has_pictures=pictures.version() is not None,
            search=self._search,
        )

    @property
    def speaks_its_language(self) -> bool:
        """Whether readers are spoken to in `site.language`: there is a catalogue of it."""
        told = self.settings.site.language.lower()
        return not self.tongue.is_english or told.partition("-")[0] == "en"

    @property
    def _about(self) -> str:
        """What the page about the newsletter begins with; `ConfigError` if it cannot be read."""
        if not (name := self.settings.site.about):
            return ""
        try:
            return (self.root / name).read_text("utf-8-sig")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is no text in UTF-8"
            raise ConfigError(
                f"the file of the setting site.about cannot be read: {why}",
                at=str(self.root / name),
                hint="write it, or empty the setting",
            ) from error

    @property
    def _search(self) -> str:
        """What the search on the site looks through, as `Site` says it."""
        if self.settings.search.engine == "none":
            return ""
        return "full" if self.indexer else "titles"

    @cached_property
    def indexer(self) -> Indexer | None:
        """What makes the index of whole texts; `ConfigError` where it is set and not there."""
        engine = self.settings.search.engine
        found = pagefind.installed(self.settings.site.language)
        if engine == "pagefind" and found is None:
            raise ConfigError(
                "pagefind is to search the site, and is not installed",
                at="search.engine",
                hint="install it: pip install 'digest[search]'; or set it to auto or builtin",
            )
        return found if engine in ("auto", "pagefind") else None

    def reader(self, patience_seconds: float = 0.0) -> Reader:
        """Return what reading dumps now depends on."""
        return Reader(
            limits=self.limits,
            rules=self.rules,
            now=self.now(),
            patience_seconds=patience_seconds,
            formats=(*FORMATS, *self._formats_of_others),
        )

    @cached_property
    def _formats_of_others(self) -> tuple[Format, ...]:
        """The formats that installed packages bring; one that cannot be loaded is a hard error."""
        found: list[Format] = []
        for point in entry_points(group=ENTRY_POINTS):
            try:
                format_ = point.load()
            except Exception as error:
                raise _unloadable(point, f"{type(error).__name__}: {error}") from error
            if not isinstance(format_, Format):
                raise _unloadable(point, "it is no digest.dumps.Format")
            found.append(format_)
        return tuple(found)

    def chooser_of(self, edition: Edition) -> Chooser:
        """Return what chooses from an edition for each reader."""
        return Chooser(edition, self.topics)

    @cached_property
    def topics(self) -> Mapping[str, Topic]:
        """What readers may choose, by name."""
        told = self.settings.topics.items()
        return by_name(TopicRule(name=name, **topic.model_dump()) for name, topic in told)

    @cached_property
    def press(self) -> Press:
        """What publishing depends on besides the store."""
        overrides = self.settings.paths.templates
        return Press(
            site=self.site,
            rules=self.rules,
            templates=load(overrides, FILTERS, self.tongue),
            fingerprint=self._fingerprint(fingerprint(overrides)),
            mail_budget_bytes=self.settings.mail.max_html_bytes,
            feed_papers=self.settings.feeds.papers,
            feed_editions=self.settings.feeds.editions,
            painter=pictures.Painter(fonts(overrides)) if pictures.version() else None,
            topics=self.topics,
            helpers=Helpers(open_room=partial(_room, self.root, self.settings)),
            indexer=self.indexer,
        )

    def _fingerprint(self, templates: str) -> str:
        """Return a hash of all that pages depend on besides the store."""
        shown = self.settings.shown()
        del shown["edition"]["approval"], shown["feeds"]["ping"]  # no page tells of them
        sections = ["site", "newsletter", "trending", "edition", "feeds", "mail"]
        sections += ["topics"] * bool(self.settings.topics)
        site = [self.site.about, self.site.web_url]
        finder = [self.site.search, self.indexer.maker if self.indexer else None]
        told = (shown[name] for name in sections)
        parts = [__version__, pictures.version(), finder, templates, *site, *told]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _room(root: Path, settings: Settings) -> Newsroom:
    """Open a newsletter anew, in a process that helps."""
    return Newsletter(root, settings).room


def _unloadable(point: EntryPoint, why: str) -> ConfigError:
    package = point.dist.name if point.dist else point.value
    return ConfigError(
        f"the format {point.name} of {package} cannot be loaded: {why}",
        hint=f"mend or uninstall {package}",
    )
