"""Renders the pages of papers, and beside each the files that cite it.

What a page looks like and says stands in `templates/site/paper.html`. It tells what is known of
the paper, who wrote it, where it stood, what is close to it; and all that again for machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import jinja2

from digest.models import Paper, PaperPage, Related, Rendered, Site, Tongue
from digest.render import names
from digest.render.cards import author_line, paper_title, source_url
from digest.render.charts import spark
from digest.render.citing import Citation, cite, day_of, doi_url, meta_names
from digest.render.matches import NO_TOPICS, Match, Matcher
from digest.render.text import legible_paragraphs, one_line, paragraphs
from digest.render.to_site import edition_path, known, lay_out, other_links, paper_path
from digest.text.legible import legible, legible_name
from digest.trending import days_of

_WHOLE_SPARK = 336
_MOST_TAGS = 20
_MOST_PEOPLE = 100  # told of as data
_FORMATS = {"bib": "BibTeX", "ris": "RIS"}

People = Sequence[tuple[str, str | None]]
"""Names as readers see them, each with the slug of a page, if there is one."""


def author_path(slug: str) -> str:
    """Name the page of an author, relative to the output."""
    return f"{names.author_folder(slug)}/index.html"


def render(
    page: PaperPage, site: Site, templates: jinja2.Environment, matcher: Matcher = NO_TOPICS
) -> Iterator[Rendered]:
    """Yield the page of a paper and what cites it; of one that is now another, what cites that."""
    citation = cite(page.moved_to or page.paper, site)
    paths = names.cite_paths(page.paper.slug)
    yield Rendered(path=paths["bib"], content=_bytes(citation.bibtex))
    yield Rendered(path=paths["ris"], content=_bytes(citation.ris))
    yield _page(page, citation, site, templates, matcher)


def render_page(
    page: PaperPage, site: Site, templates: jinja2.Environment, matcher: Matcher = NO_TOPICS
) -> Rendered:
    """Render the page of a paper, or the pointer to the paper it is now known to be.

    Several dumps of one day stand as one, as in its score: what a paper was listed with.
    """
    return _page(page, cite(page.paper, site), site, templates, matcher)


def _page(
    page: PaperPage,
    citation: Citation,
    site: Site,
    templates: jinja2.Environment,
    matcher: Matcher,
) -> Rendered:
    paper = page.paper
    if page.moved_to:
        return _pointer(paper, page.moved_to, site, templates)
    days = days_of(page.sightings, date.max)
    people, tongue = _people(page), site.tongue
    topics = matcher.of(paper)
    abstract = legible_paragraphs(paper)
    values = {
        "title": paper_title(paper, tongue),
        "authors": tuple(name for name, _ in people),
        "people": tuple((name, slug and author_path(slug)) for name, slug in people),
        "abstract": " ".join(abstract),
        "paragraphs": abstract,
        "paper_paragraphs": paragraphs(paper),
        "summary": legible(paper.summary or ""),
        "organization": legible_name(paper.organization or ""),
        "keywords": known(paper.keywords),
        "topics": topics,
        "paper": paper,
        "source": source_url(paper),
        "links": other_links(paper, tongue),
        "sightings": days,
        "spark": spark.whole(days, _WHOLE_SPARK, tongue) if len(days) > 1 else None,
        "published": _in_words(paper.published or "", tongue),
        "published_on": day_of(paper.published),
        "editions": tuple(_edition(name, tongue) for name in page.editions),
        "related": tuple(_related(paper, tongue) for paper in page.related),
    }
    values |= _citing(paper, citation)
    values |= _for_machines(paper, people, topics, site)
    return lay_out("paper.html", paper_path(paper.slug), site, templates, values)


def _pointer(paper: Paper, moved_to: Paper, site: Site, templates: jinja2.Environment) -> Rendered:
    """Render the page that leads on from a paper to the one that it is now known to be."""
    to = {"title": paper_title(moved_to, site.tongue), "path": paper_path(moved_to.slug)}
    values = {
        "title": paper_title(paper, site.tongue),
        "moved_to": to,
        "canonical": names.paper_url(site, moved_to.slug),
    }
    return lay_out("moved.html", paper_path(paper.slug), site, templates, values)


def _citing(paper: Paper, citation: Citation) -> dict[str, object]:
    paths = names.cite_paths(paper.slug)
    return {
        "cite": citation,
        "cite_paths": tuple((word, paths[ending]) for ending, word in _FORMATS.items()),
    }


def _for_machines(
    paper: Paper, people: People, topics: Sequence[Match], site: Site
) -> dict[str, object]:
    return {
        "structured": _structured(paper, people, site),
        "meta_names": tuple(meta_names(paper)),
        "meta_properties": tuple(_properties(paper, people, topics, site)),
    }


def _structured(paper: Paper, people: People, site: Site) -> dict[str, object]:
    """Return what JSON-LD tells of a paper, in the words of schema.org."""
    address, day = names.paper_url(site, paper.slug), day_of(paper.published)
    elsewhere = dict.fromkeys(filter(None, (source_url(paper), doi_url(paper))))
    told = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "@id": address,
        "url": address,
        "name": paper_title(paper, site.tongue),
        "headline": paper_title(paper, site.tongue),
        "author": [_person(name, slug, site) for name, slug in people[:_MOST_PEOPLE]],
        "datePublished": day and day.isoformat(),
        "abstract": " ".join(legible_paragraphs(paper)),
        "keywords": list(known(paper.keywords)),
        "identifier": [*_identifiers(paper)],
        "sameAs": [*elsewhere],
    }
    return {name: value for name, value in told.items() if value}


def _person(name: str, slug: str | None, site: Site) -> dict[str, str]:
    person = {"@type": "Person", "name": name}
    return person | {"url": names.author_url(site, slug)} if slug else person


def _identifiers(paper: Paper) -> Iterator[dict[str, str]]:
    for kind, value in (("arXiv", paper.arxiv_id), ("DOI", paper.doi)):
        if value and (told := one_line(value)):
            yield {"@type": "PropertyValue", "propertyID": kind, "value": told}


def _properties(
    paper: Paper, people: People, topics: Iterable[Match], site: Site
) -> Iterator[tuple[str, str]]:
    """Yield what OpenGraph tells of an article."""
    if day := day_of(paper.published):
        yield "article:published_time", day.isoformat()
    for _, slug in people[:_MOST_PEOPLE]:
        if slug:
            yield "article:author", names.author_url(site, slug)
    tags = dict.fromkeys((*(topic.title for topic in topics), *known(paper.keywords)))
    for word in [*tags][:_MOST_TAGS]:
        yield "article:tag", word


def _people(page: PaperPage) -> People:
    """Return the authors that can be shown, and the pages of those who have one."""
    named = ((legible_name(name), place) for place, name in enumerate(page.paper.authors))
    return tuple((name, page.author_slugs.get(place)) for name, place in named if name)


def _edition(name: str, tongue: Tongue) -> dict[str, Any]:
    return {"name": name, "title": _in_words(name, tongue), "path": edition_path(name)}


def _related(paper: Related, tongue: Tongue) -> dict[str, object]:
    return {
        "title": paper_title(paper, tongue),
        "told": paper.title,
        "path": paper_path(paper.slug),
        "authors": author_line(paper.authors, tongue),
        "edition": _edition(paper.edition, tongue),
    }


def _in_words(told: str, tongue: Tongue) -> str:
    """Return an ISO date or instant as its day in words, and what is neither as it is told."""
    day = day_of(told)
    return tongue.long_date(day) if day else one_line(told)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
