"""Renders an edition as `papers.json`, and a paper in the one JSON form that all outputs share.

Documented in docs/cli.md; keys are added, never renamed. What a dump said stays as it said it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from digest.models import Edition, Entry, ListedPaper, Paper, Rendered, Site
from digest.render import KEPT, names
from digest.render.json_text import Written, pretty
from digest.render.matches import NO_TOPICS, Matcher
from digest.render.text import legible_paragraphs
from digest.text.legible import legible

Json = dict[str, object]
_DEPTH = 3  # of what is told of a paper: in the document, in its section, in the paper


def render(edition: Edition, site: Site, matcher: Matcher = NO_TOPICS) -> Iterator[Rendered]:
    """Yield `papers.json` in the edition's folder."""
    told: Json = {"edition": _edition(edition, site)}
    for name, entries in _sections(edition):
        told[name] = [_entry(_of_itself(entry.paper), entry, site, matcher) for entry in entries]
    text = pretty(told) + "\n"
    path = f"{names.edition_folder(edition.name)}/papers.json"
    yield Rendered(path=path, content=text.encode("utf-8", "replace"))


def document(edition: Edition, site: Site, matcher: Matcher = NO_TOPICS) -> Json:
    """Return what `papers.json` tells of an edition."""
    told: Json = {"edition": _edition(edition, site)}
    for name, entries in _sections(edition):
        told[name] = [
            _entry(paper_json(entry.paper, entry.paper.key, 0), entry, site, matcher)
            for entry in entries
        ]
    return told


def paper_json(paper: Paper | ListedPaper, key: str, position: int) -> Json:
    """Return what every JSON output tells of a paper, whether we hold it or a dump lists it."""
    return {
        "key": key,
        "title": paper.title,
        "title_text": legible(paper.title),
        "abstract": paper.abstract,
        "abstract_text": "\n\n".join(legible_paragraphs(paper)),
        "authors": list(paper.authors),
        "url": paper.url,
        "arxiv_id": paper.arxiv_id,
        "doi": paper.doi,
        "published": paper.published,
        "votes": paper.votes,
        "position": position,
        "version": paper.version,
        "summary": paper.summary,
        "keywords": list(paper.keywords),
        "links": dict(paper.links),
        "comments": paper.comments,
        "organization": paper.organization,
    }


def _edition(edition: Edition, site: Site) -> Json:
    return {
        "name": edition.name,
        "cadence": edition.cadence.value,
        "start": edition.start.isoformat(),
        "end": edition.end.isoformat(),
        "title": names.edition_title(edition, site.tongue),
        "url": names.edition_url(site, edition.name),
        "updated": edition.updated.isoformat().replace("+00:00", "Z"),
        "note": edition.note,
        "listings": edition.listings,
        "counts": {
            "new": len(edition.new),
            "trending": len(edition.trending),
            "revised": len(edition.revised),
        },
    }


def _sections(edition: Edition) -> tuple[tuple[str, Sequence[Entry]], ...]:
    return ("new", edition.new), ("trending", edition.trending), ("revised", edition.revised)


@lru_cache(KEPT)
def _of_itself(paper: Paper) -> Mapping[str, Written]:
    """Write what is told of a paper, wherever it stands, as it will stand in the document."""
    told = paper_json(paper, paper.key, 0)
    return {name: Written(pretty(value, _DEPTH)) for name, value in told.items()}


def _entry(known: Mapping[str, object], entry: Entry, site: Site, matcher: Matcher) -> Json:
    """Tell of a paper, of which so much is `known`, as it stood in this edition.

    Its votes are those of then. Topics are told by name, by no key at all where the newsletter has
    none.
    """
    paper = entry.paper
    votes = paper.votes if entry.votes is None else entry.votes
    topics = {"topics": [match.name for match in matcher.of(paper)]} if matcher.topics else {}
    return {
        **known,
        "position": entry.position,
        "votes": votes,
        "page": names.paper_url(site, paper.slug),
        "reason": entry.reason,
        "score": round(entry.score, 4),
        "late": entry.is_late,
        "pinned": entry.is_pinned,
        "note": entry.note,
        **topics,
    }
