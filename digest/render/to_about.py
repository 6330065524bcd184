"""Renders the pages about the newsletter itself: what it is, and how to subscribe."""

from __future__ import annotations

from urllib.parse import urlsplit

import jinja2

from digest.models import Rendered, Site
from digest.render.matches import Matcher, title_of
from digest.render.text import lines, web_address
from digest.render.to_site import ABOUT, SUBSCRIBE, lay_out
from digest.trending import Rules


def render_about(
    site: Site, rules: Rules, templates: jinja2.Environment, matcher: Matcher
) -> Rendered:
    """Render what the newsletter is, how papers are chosen, and who is behind it."""
    values = {
        "own": lines(site.about),
        "rules": rules,
        "contact": _contact(site),
        "topics": [(title_of(topic), topic.name) for topic in matcher.topics],
    }
    return lay_out("about.html", ABOUT, site, templates, values)


def render_subscribe(site: Site, templates: jinja2.Environment) -> Rendered:
    """Render how to subscribe: the form of the web pages, else an address, else the feeds."""
    parts = urlsplit(site.web_url)
    values = {
        "action": f"{site.web_url}/subscribe" if site.web_url else "",
        "origin": f"{parts.scheme}://{parts.netloc}" if site.web_url else "",
        "elsewhere": web_address(site.subscribe) or "",
        "is_mail": site.subscribe.startswith("mailto:"),
    }
    return lay_out("subscribe.html", SUBSCRIBE, site, templates, values)


def _contact(site: Site) -> str:
    """Return where to write to, as an address that can be followed; nothing where none is set."""
    return web_address(site.contact) or ""
