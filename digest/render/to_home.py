"""Renders the first page: the latest edition in short, why it is thin if it is, and where else to go.

It is kept small, whatever a day brings: the first papers of each section are shown as cards with
the beginning of their abstract, all others by their title.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def render_index(
    latest: Edition | None,
    records: Mapping[Cadence, Sequence[EditionRecord]],
    heard: Heard,
    trending: Ranking | None,
    site: Site,
    templates: jinja2.Environment,
    matcher: Matcher = NO_TOPICS,
) -> Rendered:
    """Render the first page: the `latest` daily edition, recent ones of each cadence, topics.

    `records` are newest first.
    """
    shown = latest and edition_values(latest, site, matcher)
    values = {
        "shelves": {
            each.value: [pointer(record, site.tongue) for record in records[each][:n]]
            for each, n in RECENT.items()
        },
        "latest": shown and shown | {"sections": [_shortened(each) for each in shown["sections"]]},
        "heard": heard,
        "is_thin": latest is not None and 2 * len(latest.new) < heard.listed,
        "trending": rows(trending, matcher, site.tongue)[:_TRENDING] if trending else [],
        "topics": [(title_of(topic), topic.name) for topic in matcher.topics],
        "social": shown and shown["social"],
    }
    return lay_out("index.html", HOME, site, templates, values)


def _shortened(section: Mapping[str, object]) -> dict[str, object]:
    cards: Sequence[object] = section["cards"]  # type: ignore[assignment]
    most = _CARDS[Section(str(section["name"]))]
    return {**section, "cards": cards[:most], "rest": cards[most:], "count": len(cards)}
