"""Renders the pages of editions: a day's, a week's, a month's, each with what stands around it.

A page tells which edition of its kind comes before and after it, so a new one touches two pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jinja2

from digest.models import ENGLISH, Edition, EditionRecord, Entry, Rendered, Site, Tongue
from digest.render import names
from digest.render.cards import Group, groups, summary
from digest.render.charts import bar, card
from digest.render.matches import NO_TOPICS, Matcher
from digest.render.text import lines
from digest.render.to_site import STATIC, edition_path, lay_out, shown, year_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around an edition: those before and after it of its kind, and what it counts in.

    `days` are the daily editions of a week or a month, earliest first; `year` is one that has a
    calendar.
    """

    before: EditionRecord | None = None
    after: EditionRecord | None = None
    week: EditionRecord | None = None
    month: EditionRecord | None = None
    year: int | None = None
    days: tuple[EditionRecord, ...] = ()


ALONE = Around()


def render_edition(
    edition: Edition,
    site: Site,
    templates: jinja2.Environment,
    matcher: Matcher = NO_TOPICS,
    around: Around = ALONE,
) -> Rendered:
    """Render the page of an edition."""
    values = edition_values(edition, site, matcher) | {"around": _around(around, site.tongue)}
    return lay_out("edition.html", edition_path(edition.name), site, templates, values)


def render_proof(
    edition: Edition, site: Site, templates: jinja2.Environment, matcher: Matcher, assets: str
) -> Rendered:
    """Render the page of an edition to be looked at elsewhere: its look comes from `assets`."""
    look = {name: f"{assets}/{name}" for name in STATIC}
    values = edition_values(edition, site, matcher) | {"around": None}
    values["link"] = lambda path: look.get(path) or names.url(site, path)
    alone = replace(site, has_pictures=False)  # a browser may load no icon from where it lies
    return lay_out("edition.html", edition_path(edition.name), alone, templates, values)


def edition_values(edition: Edition, site: Site, matcher: Matcher) -> dict[str, Any]:
    """Return what a page shows of an edition itself."""
    return {
        "edition": edition,
        "title": names.edition_title(edition, site.tongue),
        "summary": summary(edition, site.tongue),
        "note": lines(edition.note),
        "sections": sections(edition, site, matcher),
        "path": edition_path(edition.name),
        "bar": bar.bar_of(edition, tongue=site.tongue),
        "social": _social(edition, site),
    }


def sections(edition: Edition, site: Site, matcher: Matcher) -> tuple[Mapping[str, object], ...]:
    """Return the sections of an edition with their papers as cards, the empty ones too."""
    entries = (edition.new, edition.trending, edition.revised)
    laid_out = zip(groups(edition, site, matcher), entries, strict=True)
    return tuple(_section(group, entries, site.tongue) for group, entries in laid_out)


def pointer(record: EditionRecord, tongue: Tongue = ENGLISH) -> dict[str, str]:
    """Return what a link to an edition needs."""
    return {
        "name": record.name,
        "title": names.edition_title(record, tongue),
        "path": edition_path(record.name),
    }


def _around(around: Around, tongue: Tongue) -> dict[str, object]:
    year = around.year and {"title": f"{around.year}", "path": year_path(around.year)}
    rollups = [pointer(record, tongue) for record in (around.month, around.week) if record]
    return {
        "before": around.before and pointer(around.before, tongue),
        "after": around.after and pointer(around.after, tongue),
        "above": [*([year] if year else []), *rollups],
        "days": [pointer(record, tongue) | {"day": record.start} for record in around.days],
    }


def _social(edition: Edition, site: Site) -> dict[str, object] | None:
    """Tell of the card that is shown where an edition is shared, if there is one."""
    if not site.has_pictures:
        return None
    return {
        "url": names.url(site, names.card_path(edition.name)),
        "width": card.WIDTH,
        "height": card.HEIGHT,
        "words": card.description(edition, site.tongue),
    }


def _section(group: Group, entries: Sequence[Entry], tongue: Tongue) -> dict[str, object]:
    cards = (
        shown(card, entry.paper, tongue) for card, entry in zip(group.cards, entries, strict=True)
    )
    return {
        "name": group.name,
        "heading": group.heading,
        "quiet": group.quiet,
        "cards": tuple(cards),
    }
