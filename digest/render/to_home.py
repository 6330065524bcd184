"""Renders the first page: the latest edition in short, why it is thin if it is, where else to go.

It is kept small, whatever a day brings: the first papers of each section are shown as cards with
the beginning of their abstract, all others by their title.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import jinja2

from digest.models import Cadence, Edition, EditionRecord, Heard, Ranking, Rendered, Section, Site
from digest.render.matches import NO_TOPICS, Matcher, title_of
from digest.render.to_editions import edition_values, pointer
from digest.render.to_site import HOME, lay_out
from digest.render.to_trends import rows

RECENT = {Cadence.DAY: 7, Cadence.WEEK: 4, Cadence.MONTH: 3}
"""How many editions of each cadence are listed."""

_CARDS = {Section.NEW: 12, Section.TRENDING: 4, Section.REVISED: 2}
_TRENDING = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What the first page is made of: the `latest` daily edition, if there is one, and around it.

    `records` are all editions by cadence, newest first; `heard` tells what became of listings, and
    `trending` is what trends now.
    """

    latest: Edition | None = None
    records: Mapping[Cadence, Sequence[EditionRecord]] = field(default_factory=dict)
    heard: Heard = field(default_factory=Heard)
    trending: Ranking | None = None


def render_index(
    front: Front, site: Site, templates: jinja2.Environment, matcher: Matcher = NO_TOPICS
) -> Rendered:
    """Render the first page."""
    latest, heard = front.latest, front.heard
    shown = latest and edition_values(latest, site, matcher)
    values = {
        "shelves": {
            each.value: [
                pointer(record, site.tongue) for record in front.records.get(each, ())[:most]
            ]
            for each, most in RECENT.items()
        },
        "latest": shown and shown | {"sections": [_shortened(each) for each in shown["sections"]]},
        "heard": heard,
        "is_thin": latest is not None and 2 * len(latest.new) < heard.listed,
        "trending": rows(front.trending, matcher, site.tongue)[:_TRENDING]
        if front.trending
        else [],
        "topics": [(title_of(topic), topic.name) for topic in matcher.topics],
        "social": shown and shown["social"],
    }
    return lay_out("index.html", HOME, site, templates, values)


def _shortened(section: Mapping[str, object]) -> dict[str, object]:
    cards: Sequence[object] = section["cards"]  # type: ignore[assignment]
    most = _CARDS[Section(str(section["name"]))]
    return {**section, "cards": cards[:most], "rest": cards[most:], "count": len(cards)}
