"""Rendering and writing: feeds beside feedgen's README, an edition in all formats, 100 pages.

Both sides of the feeds get the same entries, their HTML ready made, and hold the same: id, title,
link, content, authors, dates. Ours and theirs are measured in turns, so that both meet the same
machine. All text is invented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import jinja2
from feedgen.feed import FeedGenerator

from digest import theme
from digest.models import (
    Cadence,
    Day,
    Edition,
    Entry,
    History,
    Paper,
    Rendered,
    Section,
    Site,
)
from digest.output import Output
from digest.render import (
    feed_xml,
    pictures,
    text,
    to_bibtex,
    to_editions,
    to_email,
    to_feeds,
    to_json,
    to_markdown,
    to_pictures,
)
from digest.render.feed_items import Feed, FeedItem

RUNS = 11
SITE = Site(url="https://papers.example.org", author="The editors")
MORNING = datetime(2026, 3, 11, 6, tzinfo=UTC)
ABSTRACT = " ".join(["We show what a paper of the usual length says in its abstract."] * 20)
AUTHORS = ("Ada Almeida", "Björn Brandt", "Chiara Castro", "Dmitri Dubois")


def rows(scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table; `scale` is that of the number of entries and pages."""
    templates = theme.load(None, text.FILTERS)
    yield from feeds(max(10, int(1000 * scale)), templates)
    yield edition_in_all_formats(templates)
    yield from pictures_of(templates)
    yield from writes(max(10, int(100 * scale)))


def feeds(entries: int, templates: jinja2.Environment) -> Iterator[dict[str, Any]]:
    feed = feed_of(entries)
    ours_ms, theirs_ms = in_turns(lambda: feed_xml.write(feed), lambda: as_in_the_readme(feed))
    yield row(
        f"RSS and Atom of {entries:,} entries",
        ours_ms,
        theirs="feedgen as its README shows",
        theirs_ms=theirs_ms,
        goal="≤ 0.4×",
    )
    papers = [
        to_feeds.FeedPaper(
            paper=paper(n), announced=MORNING, edition="2026-03-11", reason="120 votes"
        )
        for n in range(entries)
    ]
    all_ms, _ = in_turns(lambda: list(to_feeds.render(papers, (), SITE, templates)))
    yield row(
        f"the same from {entries:,} papers",
        all_ms,
        note="HTML of each entry, RSS, Atom, JSON Feed",
    )


def edition_in_all_formats(templates: jinja2.Environment) -> dict[str, Any]:
    day = edition(50)
    ours_ms, _ = in_turns(lambda: list(all_formats(day, templates)))
    return row(
        "an edition of 50 papers in all its formats, warm",
        ours_ms,
        goal="≤ 60 ms",
        note="page, Markdown, mail (HTML, text, whole), JSON, BibTeX",
    )


def pictures_of(templates: jinja2.Environment) -> Iterator[dict[str, Any]]:
    """What pictures cost: in a page, and as files, which need resvg."""
    day = replace(edition(50), trending=trending(10))
    sketches, _ = in_turns(lambda: list(to_pictures.sparklines(day, templates)))
    yield row("10 sparklines of a fortnight as SVG", sketches)
    if not pictures.version():
        return
    painter = pictures.Painter(theme.fonts(None))
    sparks = list(to_pictures.sparklines(day, templates))
    painted, _ = in_turns(lambda: [sketch.paint(painter) for sketch in sparks])
    yield row("the same painted as PNG, 560 × 64", painted, note="for mail, where they trend")
    laid_out, _ = in_turns(lambda: to_pictures.card(day, SITE, templates, painter))
    yield row("a social card laid out", laid_out, note="its lines measured and broken")
    card = to_pictures.card(day, SITE, templates, painter)
    first, _ = in_turns(lambda: card.paint(painter))
    yield row("the same painted as PNG, 1200 × 630", first, note="after the pages; most is packing")
    held = card.paint(painter).content
    again, _ = in_turns(lambda: card.paint(painter, held))
    yield row("the same where it is there already", again, note="read and compared")


def writes(pages: int) -> Iterator[dict[str, Any]]:
    with TemporaryDirectory(dir=Path.cwd()) as folder:
        output = Output(Path(folder) / "ours")
        plain = Path(folder) / "theirs"
        turn = iter(range(1_000_000))

        def change() -> object:
            return output.write(site_of(pages, next(turn)))

        ours_ms, theirs_ms = in_turns(change, lambda: write_plainly(plain, pages, next(turn)))
        yield row(
            f"{pages:,} pages changed, written and flushed",
            ours_ms,
            theirs="open and write: torn by a kill",
            theirs_ms=theirs_ms,
            goal="≤ 300 ms",
            note="what flushing costs depends on the disk",
        )
        same = site_of(pages, 0)
        output.write(same)
        same_ms, _ = in_turns(lambda: output.write(same))
        yield row(f"{pages:,} pages unchanged", same_ms, note="compared, none is written")


def as_in_the_readme(feed: Feed) -> tuple[bytes, bytes]:
    """Text dates, an author at a time, new entries first, pretty print: as its README shows."""
    generator = FeedGenerator()
    generator.id(feed.id)
    generator.title(feed.title)
    generator.author({"name": feed.author, "email": "digest@example.org"})
    generator.link(href=feed.home, rel="alternate")
    generator.subtitle(feed.description)
    generator.link(href=feed.folder, rel="self")
    generator.language(feed.language)
    for item in feed.items:
        entry = generator.add_entry()
        entry.id(item.id)
        entry.title(item.title)
        entry.link(href=item.url)
        entry.content(item.html, type="html")
        for name in item.authors:
            entry.author({"name": name})
        entry.published(item.published.isoformat())
        entry.updated(item.updated.isoformat())
    return generator.rss_str(pretty=True), generator.atom_str(pretty=True)


def feed_of(entries: int) -> Feed:
    items = tuple(
        FeedItem(
            id=f"tag:papers.example.org,2026-01-01:paper/{n}",
            url=f"https://papers.example.org/papers/{n}/",
            title=f"Lanterns {n}: small models that say when they do not know",
            html=f"<p>{ABSTRACT}</p>\n<p><em>120 votes</em></p>\n",
            text=ABSTRACT,
            authors=AUTHORS,
            published=MORNING - timedelta(minutes=n),
            updated=MORNING - timedelta(minutes=n),
        )
        for n in range(entries)
    )
    return Feed(
        id="tag:papers.example.org,2026-01-01:paper/",
        title=SITE.title,
        description=SITE.description,
        author=SITE.author,
        language=SITE.language,
        home=SITE.url,
        folder=f"{SITE.url}/feeds/",
        updated=MORNING,
        items=items,
    )


def all_formats(day: Edition, templates: jinja2.Environment) -> Iterator[Rendered]:
    yield from to_json.render(day, SITE)
    yield from to_bibtex.render(day, SITE)
    yield from to_markdown.render(day, SITE, templates)
    yield from to_email.render(day, SITE, templates)
    yield to_editions.render_edition(day, SITE, templates)


def edition(papers: int) -> Edition:
    new = tuple(
        Entry(
            paper=paper(n),
            section=Section.NEW,
            position=n + 1,
            score=1 / (n + 1),
            reason="120 votes, +40 since yesterday",
            announced=MORNING,
        )
        for n in range(papers)
    )
    day = date(2026, 3, 11)
    return Edition(
        name="2026-03-11",
        cadence=Cadence.DAY,
        start=day,
        end=day,
        updated=MORNING,
        listings=1,
        new=new,
    )


def trending(papers: int) -> tuple[Entry, ...]:
    end = date(2026, 3, 11)
    days = tuple(
        Day(day=end - timedelta(days=ago), position=1 + ago, listed=50, votes=120 - 8 * ago)
        for ago in range(13, -1, -1)
    )
    told = History(start=end - timedelta(days=13), end=end, days=days)
    entries = edition(papers).new
    return tuple(replace(each, section=Section.TRENDING, history=told) for each in entries)


def paper(n: int) -> Paper:
    arxiv_id = f"2603.{n:05d}"
    return Paper(
        id=n,
        key=f"arxiv:{arxiv_id}",
        slug=f"2603-{n:05d}",
        title=f"Lanterns {n}: small models that say when they do not know",
        abstract=ABSTRACT,
        authors=AUTHORS,
        arxiv_id=arxiv_id,
        url=f"https://arxiv.org/abs/{arxiv_id}",
        links=(("pdf", f"https://arxiv.org/pdf/{arxiv_id}"),),
    )


def site_of(pages: int, turn: int) -> list[Rendered]:
    body = f"<p>{turn}</p><p>{ABSTRACT}</p>".encode() * 3
    return [Rendered(path=f"papers/{n}/index.html", content=body) for n in range(pages)]


def write_plainly(folder: Path, pages: int, turn: int) -> None:
    for file in site_of(pages, turn):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)


def in_turns(
    ours: Callable[[], object], theirs: Callable[[], object] | None = None
) -> tuple[float, float]:
    """Return the medians of both in milliseconds, after one run of each to warm up."""
    times: list[tuple[float, float]] = []
    for _ in range(RUNS + 1):
        begin = perf_counter()
        ours()
        middle = perf_counter()
        if theirs:
            theirs()
        times.append((middle - begin, perf_counter() - middle))
    return median(t[0] for t in times[1:]) * 1000, median(t[1] for t in times[1:]) * 1000


def row(
    job: str,
    ours_ms: float,
    *,
    theirs: str = "",
    theirs_ms: float | None = None,
    goal: str = "",
    note: str = "",
) -> dict[str, Any]:
    return {
        "job": job,
        "ours_ms": ours_ms,
        "theirs": theirs,
        "theirs_ms": theirs_ms,
        "ratio": None if theirs_ms is None else ours_ms / theirs_ms,
        "goal": goal,
        "note": note,
    }
