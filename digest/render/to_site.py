"""Renders the pages of the site; what they look like and say stands in `templates/site/`.

A page is a function of what it shows: it tells neither the time of the run nor whether an edition
is still a draft, nor what stands before or after it, so a sealed edition's page stays as it is.
Links are relative and name `index.html`, so that the site works under any address and from a disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from urllib.parse import quote, urlsplit

import jinja2

from digest.models import Cadence, Edition, EditionRecord, Entry, Paper, PaperPage, Rendered, Site
from digest.render import names
from digest.render.cards import Card, Group, groups, links_of, source_url, summary
from digest.render.charts import bar, card, spark
from digest.render.matches import NO_TOPICS, Matcher, title_of
from digest.render.text import legible_paragraphs, lines, one_line, paragraphs
from digest.text.english import day_month
from digest.text.hygiene import remove_unsafe
from digest.text.legible import legible, legible_name
from digest.trending import days_of

HOME = "index.html"
ARCHIVE = "editions/index.html"
TOPICS = "topics/index.html"
_NOT_FOUND = "404.html"
_STATIC = ("style.css", "icon.svg")
_WHOLE_SPARK = 336
_RECENT = {Cadence.DAY: 14, Cadence.WEEK: 8, Cadence.MONTH: 12}


def edition_path(name: str) -> str:
    """Name the page of an edition, relative to the output."""
    return f"{names.edition_folder(name)}/index.html"


def paper_path(slug: str) -> str:
    """Name the page of a paper, relative to the output."""
    return f"{names.paper_folder(slug)}/index.html"


def topic_path(name: str) -> str:
    """Name the page of a topic, relative to the output."""
    return f"{names.topic_folder(name)}/index.html"


def render_static(templates: jinja2.Environment) -> Iterator[Rendered]:
    """Yield the style sheet and the icon, as they stand in the templates' folder."""
    for name in _STATIC:
        if templates.loader:
            source, _, _ = templates.loader.get_source(templates, f"site/{name}")
            yield Rendered(path=name, content=source.encode())


def render_edition(
    edition: Edition, site: Site, templates: jinja2.Environment, matcher: Matcher = NO_TOPICS
) -> Rendered:
    """Render the page of an edition."""
    values = _edition_values(edition, site, matcher)
    return lay_out("edition.html", edition_path(edition.name), site, templates, values)


def render_proof(
    edition: Edition, site: Site, templates: jinja2.Environment, matcher: Matcher, assets: str
) -> Rendered:
    """Render the page of an edition to be looked at elsewhere: its look comes from `assets`."""
    look = {name: f"{assets}/{name}" for name in _STATIC}
    values = _edition_values(edition, site, matcher)
    values["link"] = lambda path: look.get(path) or names.url(site, path)
    return lay_out("edition.html", edition_path(edition.name), site, templates, values)


def render_paper(
    page: PaperPage, site: Site, templates: jinja2.Environment, matcher: Matcher = NO_TOPICS
) -> Rendered:
    """Render the page of a paper, or the pointer to the paper it is now known to be.

    Several dumps of one day stand as one, as in its score: what a paper was listed with.
    """
    paper = page.paper
    if page.moved_to:
        return _pointer(paper, page.moved_to, site, templates)
    days = days_of(page.sightings, date.max)
    legible_ones = legible_paragraphs(paper)
    values = {
        "title": _title(paper),
        "authors": _known(paper.authors),
        "abstract": " ".join(legible_ones),
        "paragraphs": legible_ones,
        "paper_paragraphs": paragraphs(paper),
        "summary": legible(paper.summary or ""),
        "organization": legible_name(paper.organization or ""),
        "keywords": _known(paper.keywords),
        "topics": matcher.of(paper),
        "paper": paper,
        "source": source_url(paper),
        "links": _other_links(paper),
        "sightings": days,
        "spark": spark.whole(days, _WHOLE_SPARK) if len(days) > 1 else None,
        "published": _in_words(paper.published or ""),
        "published_on": _day_of(paper.published or ""),
        "editions": [
            {"name": name, "title": _in_words(name), "path": edition_path(name)}
            for name in page.editions
        ],
    }
    return lay_out("paper.html", paper_path(paper.slug), site, templates, values)


def render_archive(
    records: Sequence[EditionRecord], site: Site, templates: jinja2.Environment
) -> Rendered:
    """Render the list of all editions, the latest first."""
    shelves = {cadence: _listed(records, cadence) for cadence in Cadence}
    return lay_out("archive.html", ARCHIVE, site, templates, {"shelves": shelves})


def render_index(
    latest: Edition | None,
    records: Sequence[EditionRecord],
    site: Site,
    templates: jinja2.Environment,
    matcher: Matcher = NO_TOPICS,
) -> Rendered:
    """Render the first page: the `latest` daily edition, recent ones of each cadence, topics."""
    shelves = {cadence: _listed(records, cadence)[:most] for cadence, most in _RECENT.items()}
    values = {
        "shelves": shelves,
        "latest": latest and _edition_values(latest, site, matcher),
        "topics": [(title_of(topic), topic.name) for topic in matcher.topics],
        "social": latest and _social(latest, site),
    }
    return lay_out("index.html", HOME, site, templates, values)


def render_not_found(site: Site, templates: jinja2.Environment) -> Rendered:
    """Render what a host shows for a page that is not there, at whatever address it was asked."""
    root = urlsplit(site.url).path
    values = {"link": lambda path: f"{root}/{quote(path)}"}
    return lay_out("404.html", _NOT_FOUND, site, templates, values)


def lay_out(
    template: str,
    path: str,
    site: Site,
    templates: jinja2.Environment,
    values: Mapping[str, object],
) -> Rendered:
    """Render a template for a page that will lie at `path`."""
    frame = {
        "site": site,
        "here": path,
        "link": _linker(path),
        "canonical": _absolute(site, path),
        "social": None,
        "edition_path": edition_path,
        "topic_path": topic_path,
        "topics_path": TOPICS,
        "long_date": _long_date,
    }
    html = templates.get_template(f"site/{template}").render({**frame, **values})
    return Rendered(path=path, content=remove_unsafe(html).encode())


def shown(card: Card, paper: Paper) -> dict[str, object]:
    """Return what `site/parts.html` needs to show a paper as a card."""
    return {
        "card": card,
        "paper": paper,
        "topics": tuple((each.title, topic_path(each.name)) for each in card.topics),
        "paragraphs": paragraphs(paper),
        "path": paper_path(paper.slug),
        "authors": _known(paper.authors),
        "source": source_url(paper),
        "links": _other_links(paper),
    }


def _pointer(paper: Paper, moved_to: Paper, site: Site, templates: jinja2.Environment) -> Rendered:
    """Render the page that leads on from a paper to the one that it is now known to be."""
    values = {
        "title": _title(paper),
        "moved_to": {"title": _title(moved_to), "path": paper_path(moved_to.slug)},
        "canonical": names.paper_url(site, moved_to.slug),
    }
    return lay_out("moved.html", paper_path(paper.slug), site, templates, values)


def _edition_values(edition: Edition, site: Site, matcher: Matcher) -> dict[str, object]:
    entries = (edition.new, edition.trending, edition.revised)
    laid_out = zip(groups(edition, site, matcher), entries, strict=True)
    return {
        "edition": edition,
        "title": names.edition_title(edition),
        "summary": summary(edition),
        "note": lines(edition.note),
        "sections": tuple(_section(group, entries) for group, entries in laid_out),
        "path": edition_path(edition.name),
        "bar": bar.bar_of(edition),
        "social": _social(edition, site),
    }


def _social(edition: Edition, site: Site) -> dict[str, object] | None:
    """Tell of the card that is shown where an edition is shared, if there is one."""
    if not site.has_pictures:
        return None
    return {
        "url": names.url(site, names.card_path(edition.name)),
        "width": card.WIDTH,
        "height": card.HEIGHT,
        "words": card.description(edition),
    }


def _section(group: Group, entries: Sequence[Entry]) -> dict[str, object]:
    cards = (shown(card, entry.paper) for card, entry in zip(group.cards, entries, strict=True))
    return {
        "name": group.name,
        "heading": group.heading,
        "quiet": group.quiet,
        "cards": tuple(cards),
    }


def _listed(records: Iterable[EditionRecord], cadence: Cadence) -> list[dict[str, object]]:
    mine = (record for record in records if record.cadence is cadence)
    return [
        {
            "name": record.name,
            "title": names.edition_title(record),
            "path": edition_path(record.name),
        }
        for record in sorted(mine, key=lambda record: record.start, reverse=True)
    ]


def _title(paper: Paper) -> str:
    return legible(paper.title) or "Untitled"


def _known(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text for text in map(legible_name, texts) if text)


def _other_links(paper: Paper) -> tuple[tuple[str, str], ...]:
    """Return the links of a paper beside the one to where it can be read."""
    source = source_url(paper)
    return tuple((word, to) for word, to in links_of(paper) if to != source)


def _linker(path: str) -> Callable[[str], str]:
    up = "../" * path.count("/")
    return lambda target: up + quote(target)


def _absolute(site: Site, path: str) -> str:
    return names.url(site, path.removesuffix("index.html"))


def _in_words(told: str) -> str:
    """Return an ISO date or instant as its day in words, and what is neither as it is told."""
    day = _day_of(told)
    return _long_date(day) if day else one_line(told)


def _day_of(told: str) -> date | None:
    try:
        return date.fromisoformat(told[:10])
    except ValueError:
        return None


def _long_date(day: date) -> str:
    return f"{day_month(day)} {day.year}"
