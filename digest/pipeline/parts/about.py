"""The pages about the newsletter itself, and the one for what is not there."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Rendered
from digest.pipeline.changes import Changes
from digest.render import to_about, to_site
from digest.render.to_sitemap import Place


def files(changes: Changes) -> Iterator[Rendered]:
    """Render them: they depend on the settings alone."""
    press = changes.press
    yield to_about.render_about(press.site, press.rules, press.templates, changes.matcher)
    yield to_about.render_subscribe(press.site, press.templates)
    yield to_site.render_not_found(press.site, press.templates)


def places(_: Changes) -> Iterator[Place]:
    """Name the pages about the newsletter for the map of the site."""
    yield Place(path=to_site.ABOUT)
    yield Place(path=to_site.SUBSCRIBE)
