"""What the pages need of the newsletter: values and functions, put together by `digest serve`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import jinja2

from digest.models import Delivery, Envelope, Site
from digest.pipeline.planning import Timetable
from digest.pipeline.proofing import Proofs
from digest.pipeline.subscribing import Registry
from digest.settings.admin import AdminSettings
from digest.settings.sections import FeedsSettings
from digest.settings.web import WebSettings
from digest.store import Store
from digest.tokens import Signer
from digest.topics import Topic
from digest.trending import Rules

CONFIRM, PREFERENCES, UNSUBSCRIBE, VIEW = "confirm", "preferences", "unsubscribe", "view"
"""What tokens are for, and the first part of the addresses they stand in."""

FEED = "feed"
"""What the token in the address of a reader's own feed is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A newsletter as its pages see it. Threads share it.

    `letter` makes the mail of a delivery, None where nothing in it is for them. `knock` wakes
    whatever sends mail, once there is some to send. `proofs` shows drafts and mails them on trial.
    `origin` is `web.url`, without a slash; `timetable` tells when an edition is due, `feeds` how
    much feeds hold; `web` are the other settings of that section, `admin` those of the curator's
    desk.
    """

    store: Store
    registry: Registry
    signer: Signer
    rules: Rules
    site: Site
    topics: Mapping[str, Topic]
    templates: jinja2.Environment
    output: Path
    letter: Callable[[Delivery], Envelope | None]
    clock: Callable[[], datetime]
    knock: Callable[[], None]
    proofs: Proofs
    timetable: Timetable = field(default_factory=Timetable)
    feeds: FeedsSettings = field(default_factory=FeedsSettings)
    web: WebSettings = field(default_factory=WebSettings)
    admin: AdminSettings = field(default_factory=AdminSettings)

    @property
    def origin(self) -> str:
        """Where the pages are, as readers see them: scheme and host, and perhaps a path."""
        return self.site.web_url

    def address(self, page: str, token: str = "") -> str:
        """Return the whole address of a page, of a reader's own with a token."""
        return "/".join(part for part in (self.origin, page, token) if part)
