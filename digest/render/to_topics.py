"""Renders the pages of topics: all of them in `topics/`, and for each its latest papers, and why.

What they look like and say stands in `templates/site/`; their feeds are `to_feeds`'. Where there
are no topics, nothing is rendered. `gone` names the feeds of a topic that is no more; its page is
left, and says so (`to_left`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import jinja2

from digest.models import Counted, Edition, Paper, Rendered, Site
from digest.render import names, to_site
from digest.render.cards import Card, groups
from digest.render.charts import curve
from digest.render.matches import Matcher, title_of
from digest.render.text import one_line
from digest.topics import Topic

FOLDER = "topics"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """A daily edition, and its new papers that match, each as a card."""

    edition: Edition
    cards: tuple[tuple[Card, Paper], ...]

    def of(self, name: str) -> _Day:
        """Return the day with the papers of a topic alone."""
        mine = (pair for pair in self.cards if any(m.name == name for m in pair[0].topics))
        return replace(self, cards=tuple(mine))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """What the days of the last half year hold of each topic, from `since` or later on."""

    days: Sequence[Counted]
    since: date
    last: date

    def curve(self, name: str, size: tuple[int, int] = curve.SIZE) -> curve.Curve | None:
        """Draw the weeks of a topic."""
        counts = {each.day: each.topics.get(name, 0) for each in self.days}
        return curve.curve_of(counts, self.since, self.last, size)


def render(
    editions: Sequence[Edition],
    site: Site,
    templates: jinja2.Environment,
    matcher: Matcher,
    most: int,
    counted: Weeks | None = None,
) -> Iterator[Rendered]:
    """Yield the page of each topic and the one of all, of what daily editions (latest first) hold.

    A topic's page shows its `most` latest papers, and whole days: of the latest all. Its curve
    tells of the days `counted`.
    """
    if not matcher.topics:
        return
    since = editions[-1].start if editions else None
    days = [_day(edition, site, matcher) for edition in editions]
    told = []
    for topic in matcher.topics:
        mine = [day for each in days if (day := each.of(topic.name)).cards]
        values = _values(topic, mine, site) | {"since": since}
        told.append(values | {"curve": counted and counted.curve(topic.name, curve.SMALL)})
        latest = list(_latest(mine, most))
        shown = {
            "days": [_shown(day, topic.name, site) for day in latest],
            "curve": counted and counted.curve(topic.name),
            "more": sum(len(day.cards) for day in mine[len(latest) :]),
        }
        path = to_site.topic_path(topic.name)
        yield to_site.lay_out("topic.html", path, site, templates, values | shown)
    index = {"topics": told, "since": since}
    yield to_site.lay_out("topics.html", to_site.TOPICS, site, templates, index)


def gone(feeds: Iterable[str], matcher: Matcher) -> Iterator[str]:
    """Name the feeds of topics that are no more, told by the `feeds` in their folder."""
    ending = ".json"
    there = {name.removesuffix(ending) for name in feeds if name.endswith(ending)}
    known = {name for topic in matcher.topics for name in (topic.name, *topic.rule.formerly)}
    for name in sorted(there - known):
        yield from names.topic_feed_paths(name).values()


def _day(edition: Edition, site: Site, matcher: Matcher) -> _Day:
    new = tuple(entry for entry in edition.new if matcher.of(entry.paper))
    section, *_ = groups(replace(edition, new=new, trending=(), revised=()), site, matcher)
    papers = (entry.paper for entry in new)
    return _Day(edition=edition, cards=tuple(zip(section.cards, papers, strict=True)))


def _latest(days: Iterable[_Day], most: int) -> Iterator[_Day]:
    shown = 0
    for day in days:
        if shown and shown + len(day.cards) > most:
            break
        shown += len(day.cards)
        yield day


def _values(topic: Topic, days: Sequence[_Day], site: Site) -> dict[str, object]:
    return {
        "name": topic.name,
        "title": title_of(topic),
        "path": to_site.topic_path(topic.name),
        "told": tuple((kind, one_line(words)) for kind, words in topic.told_in(site.tongue)),
        "feeds": names.topic_feed_paths(topic.name),
        "count": sum(len(day.cards) for day in days),
        "latest": _edition(days[0].edition, site) if days else None,
    }


def _shown(day: _Day, name: str, site: Site) -> dict[str, object]:
    cards = [
        to_site.shown(_told(card, number, name), paper, site.tongue) | {"match": _why(card, name)}
        for number, (card, paper) in enumerate(day.cards, 1)
    ]
    return _edition(day.edition, site) | {"cards": cards}


def _told(card: Card, number: int, name: str) -> Card:
    """Return the card as a topic's page shows it: numbered there, with its other topics."""
    others = tuple(match for match in card.topics if match.name != name)
    return replace(card, number=number, topics=others)


def _why(card: Card, name: str) -> str:
    return next(match.why for match in card.topics if match.name == name)


def _edition(edition: Edition, site: Site) -> dict[str, object]:
    return {
        "name": edition.name,
        "title": names.edition_title(edition, site.tongue),
        "path": to_site.edition_path(edition.name),
    }
