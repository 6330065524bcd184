"""Renders what machines look for at the root of a site: `robots.txt`, `.well-known/security.txt`,
`manifest.webmanifest`, and the icons that are painted from `icon.svg`.

What they say stands in `templates/site/`. The day on which security.txt expires (RFC 9116) comes
from the last edition, never from the clock: a newsletter that has ended lets it expire.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import jinja2
from lxml.etree import XMLParser, XMLSyntaxError, fromstring, tostring  # type: ignore[import-untyped]

from digest.errors import TemplateError
from digest.models import Rendered, Site
from digest.render import names, to_site
from digest.render.to_pictures import Sketch

ROBOTS = "robots.txt"
MANIFEST = "manifest.webmanifest"
SECURITY = ".well-known/security.txt"
ICON_SIZES = (180, 192, 512)
_ICON = "site/icon.svg"
_VALID_MONTHS = 7


def icon_path(size: int) -> str:
    """Name the icon of so many pixels, relative to the output."""
    return f"icon-{size}.png"


def render(site: Site, templates: jinja2.Environment, day: date | None) -> Iterator[Rendered]:
    """Yield what is text; security.txt where there are a contact and an edition, of that `day`."""
    sizes = ICON_SIZES[1:] if site.has_pictures else ()
    icons = [{"path": icon_path(size), "size": size} for size in sizes]
    sitemap = names.url(site, "sitemap.xml")
    yield to_site.lay_out("robots.txt", ROBOTS, site, templates, {"sitemap": sitemap})
    yield to_site.lay_out("manifest.webmanifest", MANIFEST, site, templates, {"icons": icons})
    if has_security(site, day) and day:
        expires = f"{expires_at(day):%Y-%m-%dT%H:%M:%SZ}"
        yield to_site.lay_out("security.txt", SECURITY, site, templates, {"expires": expires})


def has_security(site: Site, day: date | None) -> bool:
    """Tell whether there is a security.txt."""
    return bool(site.security_contact) and day is not None


def expires_at(day: date) -> datetime:
    """Return when a security.txt expires that the edition of a day brought: in 6 to 7 months.

    It is the first of a month, so that the file changes once a month.
    """
    months = day.year * 12 + day.month - 1 + _VALID_MONTHS
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)


def icons(templates: jinja2.Environment) -> Iterator[Sketch]:
    """Yield the icon in each size that is painted. `TemplateError` where it is no SVG."""
    source = templates.loader.get_source(templates, _ICON)[0] if templates.loader else ""
    try:
        root = fromstring(source.encode(), XMLParser(resolve_entities=False))
    except XMLSyntaxError as error:
        hint = "correct your own file, or remove it to get the shipped one back"
        raise TemplateError(f"the icon is no SVG: {error}", at=_ICON, hint=hint) from error
    for size in ICON_SIZES:
        root.set("width", str(size))
        root.set("height", str(size))
        yield Sketch(path=icon_path(size), svg=tostring(root, encoding="unicode"))
