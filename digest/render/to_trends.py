"""Renders what is trending: now, this week and this month, each a page of papers in their order.

Which order, and where a paper stood before, is decided by `ranking`.
"""

from __future__ import annotations

from collections.abc import Mapping

import jinja2

from digest.models import ENGLISH, Period, Ranked, Ranking, Rendered, Site, Tongue
from digest.ranking import DAYS
from digest.render import names
from digest.render.cards import paper_title, source_url
from digest.render.charts import spark
from digest.render.matches import Matcher
from digest.render.to_site import (
    known,
    lay_out,
    other_links,
    paper_path,
    topic_path,
    trending_path,
)


def render(
    period: Period,
    ranking: Ranking | None,
    site: Site,
    templates: jinja2.Environment,
    matcher: Matcher,
) -> Rendered:
    """Render the page of a period; without a ranking it says that nothing was listed yet."""
    values = {
        "period": period.value,
        "days": DAYS[period],
        "ranking": ranking,
        "rows": rows(ranking, matcher, site.tongue) if ranking else [],
        "periods": [{"name": each.value, "path": trending_path(each)} for each in Period],
        "feeds": names.trending_feed_paths(),
    }
    return lay_out("trending.html", trending_path(period), site, templates, values)


def rows(
    ranking: Ranking, matcher: Matcher, tongue: Tongue = ENGLISH
) -> list[Mapping[str, object]]:
    """Return what pages show of each paper of a ranking, the first one first."""
    return [_row(each, ranking, matcher, tongue) for each in ranking.papers]


def _row(told: Ranked, ranking: Ranking, matcher: Matcher, tongue: Tongue) -> dict[str, object]:
    paper = told.page.paper
    return {
        "place": told.place,
        "change": _change(told, ranking),
        "paper": paper,
        "title": paper_title(paper, tongue),
        "path": paper_path(paper.slug),
        "authors": known(paper.authors),
        "reason": told.reason,
        "spark": spark.recent(told.history, tongue=tongue),
        "topics": tuple((each.title, topic_path(each.name)) for each in matcher.of(paper)),
        "source": source_url(paper),
        "links": other_links(paper, tongue),
    }


def _change(told: Ranked, ranking: Ranking) -> int | str:
    """Return by how many places a paper rose, less than 0 where it fell; `new`, or nothing."""
    if ranking.compared_to is None:
        return ""
    return "new" if told.before is None else told.before - told.place
