"""What settings there are: their sections, defaults, bounds and descriptions.

The descriptions are the only ones there are: docs/configuration.md and the comments of
config/digest.toml repeat them. Where values come from and how errors are told is not said here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from digest.settings import checks
from digest.settings.admin import AdminSettings
from digest.settings.channels import ChannelName, ChannelSettings
from digest.settings.delivery import (
    DeliverSettings,
    DkimSettings,
    MailSettings,
    SmtpSettings,
    SubscribersSettings,
)
from digest.settings.kinds import Count, Folder, Hubs, Line, Seconds, Section
from digest.settings.search import SearchSettings
from digest.settings.topics import TopicName, TopicSettings
from digest.settings.web import WebSettings

_HIDDEN = (
    ("smtp", "password"),
    ("dkim", "key"),
    ("admin", "password_hash"),
    ("admin", "key_hash"),
)


class SiteSettings(Section):
    """The newsletter itself, as readers meet it."""

    title: Annotated[Line, AfterValidator(checks.title)] = Field(
        default="Trending papers",
        description="The newsletter's name, on every page, feed and mail.",
    )
    description: Line = Field(
        default="The papers never seen before, ranked by what is trending.",
        description="One sentence that says what the newsletter is.",
    )
    url: Annotated[str, AfterValidator(checks.web_address)] = Field(
        default="http://localhost:8000",
        description="Where the output folder is served from. Feeds and mails link there.",
    )
    language: Annotated[str, AfterValidator(checks.language)] = Field(
        default="en",
        description="The language the newsletter is written in, as a tag: en, de, pt-BR. Readers "
        "are spoken to in it where it has a catalogue (docs/translating.md), else in English.",
    )
    author: Line = Field(default="", description="Who is behind it. May stay empty.")
    contact: Annotated[str, AfterValidator(checks.way_out)] = Field(
        default="",
        description="Where readers and authors write to, as mailto: or an https address; the page "
        "about the newsletter says so. May stay empty.",
    )
    subscribe: Annotated[str, AfterValidator(checks.way_out)] = Field(
        default="",
        description="Where readers subscribe if there is no `web.url`: an https address, or "
        "mailto:. If both are empty, the page to subscribe tells of the feeds.",
    )
    about: Line = Field(
        default="",
        description="A file in Markdown, relative to the newsletter's folder, with which the page "
        "about the newsletter begins.",
    )
    security_contact: Annotated[str, AfterValidator(checks.contact)] = Field(
        default="",
        description="Where to tell of a security hole: an e-mail address or an https address, for "
        "/.well-known/security.txt. Without one there is no such file.",
    )


class NewsletterSettings(Section):
    """When its days begin and end."""

    timezone: Annotated[str, AfterValidator(checks.time_zone)] = Field(
        default="UTC",
        description="The time zone in which a day begins and ends, by its IANA name: "
        "Europe/Berlin, America/New_York.",
    )


class PathsSettings(Section):
    """Folders, relative to the newsletter's own folder."""

    inbox: Folder = Field(default=Path("inbox"), description="Where dumps are dropped.")
    output: Folder = Field(
        default=Path("output"),
        description="Where everything is published. Nothing else belongs there.",
    )
    templates: Folder = Field(
        default=Path("templates"),
        description="Templates of your own, which go before the built-in ones of the same name. "
        "The folder need not exist.",
    )


class StoreSettings(Section):
    """The database."""

    url: Annotated[str, AfterValidator(checks.database)] = Field(
        default="sqlite:///digest.db",
        repr=False,
        json_schema_extra={"is_secret": True},
        description="The database: a SQLite file (relative to the newsletter's folder), or "
        "postgresql://user:password@host/name.",
    )


class InboxSettings(Section):
    """When a dropped file counts as whole."""

    settle_seconds: Seconds = Field(
        default=0.25, description="How long a file must lie unchanged before it is read."
    )
    sweep_seconds: Seconds = Field(
        default=30.0,
        description="How often the inbox is looked through even if nothing told of a new file: "
        "network folders tell of none.",
    )
    patience_seconds: float = Field(
        default=10.0,
        ge=0,
        le=86_400,
        allow_inf_nan=False,
        description="How long a dump whose end is missing may still grow before it is rejected.",
    )


class LimitsSettings(Section):
    """What a dump may cost before it is rejected."""

    max_file_mib: Count = Field(
        default=512, description="Largest dump, in MiB as it lies in the inbox."
    )
    max_expanded_mib: Count = Field(
        default=1024, description="Largest dump, in MiB once decompressed."
    )
    max_ratio: Count = Field(
        default=200, description="How many times its size a compressed dump may grow to."
    )
    max_line_chars: Count = Field(
        default=2_000_000, description="Longest line of a text, in characters."
    )
    max_depth: Count = Field(default=100, le=500, description="Deepest nesting of JSON or HTML.")
    max_papers: Count = Field(default=1_000_000, description="Most papers in one dump.")


class TrendingSettings(Section):
    """What counts as trending; see docs/trending.md for the formula."""

    half_life_days: float = Field(
        default=7.0,
        ge=0.1,
        le=3650,
        allow_inf_nan=False,
        description="After how many days a sighting counts half as much.",
    )
    vote_weight: float = Field(
        default=0.5,
        ge=0,
        le=1000,
        allow_inf_nan=False,
        description="How much votes count beside sightings. 0 leaves them out.",
    )
    listing_days: Count = Field(
        default=5,
        le=366,
        description="Over how many of the last days with a listing a paper's rise is told.",
    )


class EditionSettings(Section):
    """What stands in an edition."""

    trending_limit: int = Field(
        default=10, ge=0, le=10_000, description='Most papers in "Trending again". 0 leaves it out.'
    )
    approval: bool = Field(
        default=False,
        description="Mail an edition and post it to channels only once it is approved: "
        "`digest edition approve NAME`, or at /admin. Pages and feeds wait for nobody.",
    )


class FeedsSettings(Section):
    """How much the feeds hold, and who is told of it."""

    papers: Count = Field(
        default=100,
        le=10_000,
        description="Papers in the feeds of papers. More where the latest day has more; older ones "
        "stand in the archive pages.",
    )
    editions: Count = Field(
        default=30,
        le=10_000,
        description="Editions in each of the feeds of days, of weeks and of months. More days "
        "where the latest week has more; older ones stand in the archive pages.",
    )
    hub: Hubs = Field(
        default=(),
        description="The hub that tells subscribers of a new feed at once (WebSub): an https "
        "address, or a list of them.",
    )
    ping: bool = Field(
        default=True,
        description="Tell the hub after each publish. Set it to false where the output is uploaded "
        "after that, and call `digest ping` once it is.",
    )


class WatchSettings(Section):
    """How `digest watch` stays."""

    lease_seconds: Annotated[float, Field(ge=3, le=3600, allow_inf_nan=False)] = Field(
        default=30.0,
        description="Of several that watch one database, one works. How long after its last sign "
        "of life another takes over.",
    )


class LogSettings(Section):
    """What is told on standard error."""

    format: Literal["text", "json"] = Field(
        default="text", description="Lines for people (text) or for machines (json)."
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least that is told: debug, info, warning or error."
    )


class Settings(BaseSettings):
    """All settings of a newsletter. `Settings()` are the defaults; nothing outside is read."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True)

    site: SiteSettings = SiteSettings()
    newsletter: NewsletterSettings = NewsletterSettings()
    paths: PathsSettings = PathsSettings()
    store: StoreSettings = StoreSettings()
    inbox: InboxSettings = InboxSettings()
    limits: LimitsSettings = LimitsSettings()
    trending: TrendingSettings = TrendingSettings()
    edition: EditionSettings = EditionSettings()
    feeds: FeedsSettings = FeedsSettings()
    search: SearchSettings = SearchSettings()
    topics: dict[TopicName, TopicSettings] = {}
    mail: MailSettings = MailSettings()
    deliver: DeliverSettings = DeliverSettings()
    subscribers: SubscribersSettings = SubscribersSettings()
    smtp: SmtpSettings = SmtpSettings()
    dkim: DkimSettings = DkimSettings()
    web: WebSettings = WebSettings()
    admin: AdminSettings = AdminSettings()
    channels: dict[ChannelName, ChannelSettings] = {}
    watch: WatchSettings = WatchSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings names these
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is passed in, then the file that `load` names in `toml_file`."""
        return (init_settings, TomlConfigSettingsSource(settings_cls))

    def shown(self) -> dict[str, Any]:
        """Return all settings as plain values, by section and name, secrets masked."""
        shown = self.model_dump(mode="json", by_alias=True)
        for section, name in _HIDDEN:
            shown[section][name] = "***" if shown[section][name] else ""
        for channel in shown["channels"].values():
            secrets = {name: "***" for name in ("url", "token", "secret") if channel[name]}
            channel.update(secrets)
        shown["store"]["url"] = checks.masked(self.store.url)
        return shown
