"""What goes out: the newsletter itself as readers meet it, and files to publish."""

from __future__ import annotations

from dataclasses import dataclass, field

from digest.models.tongue import ENGLISH, Tongue


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the renderers need to know of the newsletter itself. `url` ends without a slash.

    `hubs` are told of new feeds by whoever publishes them (WebSub); the feeds name them.

    `web_url` is where readers join, choose and leave, without a slash at its end; empty where there
    are no such pages. `unsubscribe` is a general way out, the same for all.

    `tongue` says what readers are told in their language: where there is no catalogue for
    `language`, in English.

    `subscribe` is where readers subscribe who cannot at `web_url`, `contact` where they write to:
    each an https or mailto address, or nothing. `about` is what the page about the newsletter
    begins with, in Markdown.

    `security_contact` is where to tell of a hole: a `mailto:` or https address, or nothing.

    `has_topics` says whether there are topics, with pages and feeds of their own.

    `has_pictures` says whether sparklines and cards are there as files too (`render.pictures`).

    `search` says what the search on the site looks through: `titles` (and authors), `full` texts,
    or nothing, where it is empty.
    """

    title: str = "Trending papers"
    description: str = "The papers never seen before, ranked by what is trending."
    url: str = "http://localhost:8000"
    language: str = "en"
    tongue: Tongue = ENGLISH
    author: str = ""
    mail_from: str = "digest@localhost"
    list_id: str = "digest.localhost"
    postal_address: str = ""
    unsubscribe: str = ""
    web_url: str = ""
    subscribe: str = ""
    contact: str = ""
    about: str = ""
    tag_date: str = "2026-01-01"
    hubs: tuple[str, ...] = ()
    security_contact: str = ""
    has_topics: bool = False
    has_pictures: bool = False
    search: str = ""

    @property
    def direction(self) -> str:
        """Which way the words run, as HTML says it: `ltr` or `rtl`."""
        return "rtl" if self.tongue.is_right_to_left else "ltr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One file to publish: `path` relative to the output folder (POSIX), and its bytes."""

    path: str
    content: bytes = field(repr=False)
