"""Renders an edition as Markdown: `digest.md`, for readers, wikis and version control.

The words stand in `templates/markdown/edition.md`; escaping is `render.text`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import jinja2

from digest.models import Edition, Rendered, Site
from digest.render import names
from digest.render.cards import groups, summary
from digest.render.matches import NO_TOPICS, Matcher
from digest.render.text import lines


def render(
    edition: Edition, site: Site, templates: jinja2.Environment, matcher: Matcher = NO_TOPICS
) -> Iterator[Rendered]:
    """Yield `digest.md` in the edition's folder."""
    markdown = templates.get_template("markdown/edition.md").render(
        edition=edition,
        site=site,
        title=names.edition_title(edition, site.tongue),
        summary=summary(edition, site.tongue),
        note=lines(edition.note),
        groups=groups(edition, site, matcher),
        web_url=names.edition_url(site, edition.name),
        feeds=names.feed_urls(site),
        topic_url=partial(names.topic_url, site),
    )
    path = f"{names.edition_folder(edition.name)}/digest.md"
    yield Rendered(path=path, content=markdown.encode("utf-8", "replace"))
