"""Renders the API that needs no server: files of JSON in `api/`, for anybody and any page.

    api/index.json                       what there is
    api/days/2026.json                   the days of a year
    api/daily_papers/2026-03-11.json     a day's papers, as Hugging Face's API answers
    api/papers/2407.21783.json           a paper, as Hugging Face's API answers

A paper's file is named by the folder of its page, and by its arXiv id where that is another: both
stay. One that turned out to be another paper leads there. docs/api.md tells of all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from digest.models import Edition, Paper, PaperPage, Rendered, Site
from digest.render import names
from digest.render.text import one_line
from digest.render.to_hf import Json, daily_paper, in_order, paper_object

INDEX = "api/index.json"
_ARXIV = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(/[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What there is: daily editions by year, the latest first; how many of all else."""

    years: Mapping[int, Sequence[str]]
    counts: Mapping[str, int]


def day_path(name: str) -> str:
    """Name the file of a day's papers, relative to the output."""
    return f"api/daily_papers/{name}.json"


def year_path(year: int) -> str:
    """Name the list of a year's days, relative to the output."""
    return f"api/days/{year}.json"


def paper_paths(paper: Paper) -> tuple[str, ...]:
    """Name the files of a paper, relative to the output, the lasting one first."""
    found = [paper.slug]
    if paper.arxiv_id and _ARXIV.fullmatch(paper.arxiv_id):
        found.append(paper.arxiv_id)
    return tuple(dict.fromkeys(f"api/papers/{name}.json" for name in found))


def render_paper(page: PaperPage, site: Site) -> Iterator[Rendered]:
    """Yield a paper's files; of one that moved, what leads to the paper it is now known to be."""
    paths, to = paper_paths(page.paper), page.moved_to
    if to is None:
        yield from (_file(path, paper_object(page.paper)) for path in paths)
        return
    target, *others = paper_paths(to)
    pointer: Json = {"id": page.paper.key, "movedTo": names.url(site, target)}
    yield from (_file(path, pointer) for path in paths if path not in {target, *others})


def render_day(edition: Edition, site: Site) -> Rendered:
    """Render the papers of a day, each with the address of its own file."""
    papers = [
        daily_paper(entry, edition) | {"file": names.url(site, paper_paths(entry.paper)[0])}
        for entry in in_order(edition)
    ]
    return _file(day_path(edition.name), papers)


def render_stock(stock: Stock, site: Site) -> Iterator[Rendered]:
    """Yield the list of what there is, and those of the days of each year."""
    for year, days in stock.years.items():
        told = [{"date": day, "url": names.url(site, day_path(day))} for day in days]
        yield _file(year_path(year), {"year": year, "days": told})
    yield _file(INDEX, _index(stock, site))


def _index(stock: Stock, site: Site) -> Json:
    days = [day for year in stock.years.values() for day in year]
    return {
        "title": one_line(site.title),
        "description": one_line(site.description),
        "language": site.language,
        "first": days[-1] if days else None,
        "latest": days[0] if days else None,
        "counts": dict(stock.counts),
        "links": {
            "site": names.url(site, ""),
            "latest": names.url(site, day_path(days[0])) if days else None,
            "opml": names.url(site, "feeds/index.opml"),
            "sitemap": names.url(site, "sitemap.xml"),
        },
        "templates": {
            "daily_papers": f"{site.url}/api/daily_papers/{{date}}.json",
            "papers": f"{site.url}/api/papers/{{id}}.json",
            "days": f"{site.url}/api/days/{{year}}.json",
            "editions": f"{site.url}/editions/{{name}}/papers.json",
        },
        "years": [
            {"year": year, "days": len(days), "url": names.url(site, year_path(year))}
            for year, days in stock.years.items()
        ],
    }


def _file(path: str, value: object) -> Rendered:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
    return Rendered(path=path, content=text.encode("utf-8", "replace"))
