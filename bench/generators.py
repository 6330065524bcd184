"""The same papers for Hugo and for Pelican: what each is given, and how each is called.

Each gets a Markdown file for each paper and each edition, in its own kind of head; its templates
(`bench/hugo`, `bench/pelican`) have our layout: pages of papers, editions of days, weeks and months
with the papers as cards, topics, authors of two papers or more, lists, feeds. They show LaTeX as it
came, and make no mail, Markdown, BibTeX, JSON or archive of the feeds.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.archives import TOPICS, Work

HERE = Path(__file__).resolve().parent
STYLE = HERE.parent / "templates" / "site"
LISTED_AGAIN = 420
"""Characters of an abstract in the editions of weeks and months, as ours have them."""

Editions = dict[str, tuple[str, list[Work]]]
"""Papers by the name of an edition, with its cadence."""


def hugo(root: Path, days: Sequence[Sequence[Work]]) -> list[str]:
    """Write a site for Hugo; return the command that builds it into `public/`."""
    shutil.copytree(HERE / "hugo", root)
    static(root / "static")
    known = authors_of(days)
    put(root / "content" / "papers" / "_index.md", '{"title": "Papers", "outputs": ["HTML"]}\n')
    put(root / "content" / "editions" / "_index.md", '{"title": "All editions"}\n')
    for work in works(days):
        told = {
            "title": work.title,
            "date": f"{work.day}T20:00:00Z",
            "authors": [name for name in work.authors if name in known],
            "topics": topics_of(work),
            "arxiv": work.arxiv_id,
            "published": str(work.day),
            "votes": work.votes,
            "keywords": work.keywords,
            "names": work.authors,
            "pages": [slug(name) if name in known else "" for name in work.authors],
            "editions": [str(work.day)],
            "seen": [{"day": str(work.day), "place": 1, "listed": 25, "votes": work.votes}],
        }
        text = f"{json.dumps(told)}\n{work.abstract}\n"
        put(root / "content" / "papers" / f"{work.slug}.md", text)
    for name, (kind, papers) in editions_of(days).items():
        told = {
            "title": name,
            "date": f"{papers[0].day}T21:00:00Z",
            "kind": kind,
            "most": 0 if kind == "day" else LISTED_AGAIN,
            "papers": [work.slug for work in papers],
        }
        listed = "".join(f"- [{work.title}](/papers/{work.slug}/)\n" for work in papers)
        put(root / "content" / "editions" / f"{name}.md", f"{json.dumps(told)}\n{listed}")
    return ["hugo", "--quiet", "--source", str(root), "--destination", str(root / "public")]


def pelican(root: Path, days: Sequence[Sequence[Work]]) -> list[str]:
    """Write a site for Pelican; return the command that builds it into `public/`."""
    (root / "theme").mkdir(parents=True)
    shutil.copy(HERE / "pelican" / "pelicanconf.py", root)
    shutil.copytree(HERE / "pelican" / "templates", root / "theme" / "templates")
    static(root / "theme" / "static")
    known = authors_of(days)
    for work in works(days):
        told = {
            "Title": work.title,
            "Date": f"{work.day} 20:00",
            "Slug": work.slug,
            "Authors": "; ".join(name for name in work.authors if name in known),
            "Tags": ", ".join(topics_of(work)),
            "Arxiv": work.arxiv_id,
            "Published": str(work.day),
            "Votes": str(work.votes),
            "Keywords": ", ".join(work.keywords),
            "People": json.dumps([(n, slug(n) if n in known else "") for n in work.authors]),
            "Stood": json.dumps([str(work.day)]),
            "Seen": json.dumps([(str(work.day), 1, 25, work.votes)]),
        }
        put(root / "content" / "papers" / f"{work.slug}.md", headed(told, work.abstract))
    for name, (kind, papers) in editions_of(days).items():
        told = {"Title": name, "Slug": name, "Kind": kind}
        told["Listed"] = json.dumps([work.slug for work in papers])
        put(root / "content" / "editions" / f"{name}.md", headed(told, ""))
    settings = ["-s", str(root / "pelicanconf.py"), "-o", str(root / "public")]
    return [sys.executable, "-m", "pelican", "-q", str(root / "content"), *settings]


def headed(told: dict[str, str], text: str) -> str:
    head = "".join(f"{name}: {value}\n" for name, value in told.items() if value)
    return f"{head}\n{text}\n"


def works(days: Sequence[Sequence[Work]]) -> Iterator[Work]:
    for day in days:
        yield from day


def authors_of(days: Sequence[Sequence[Work]]) -> frozenset[str]:
    """Return the authors that have a page: those of two papers or more."""
    counts = Counter(name for work in works(days) for name in work.authors)
    return frozenset(name for name, papers in counts.items() if papers > 1)


def topics_of(work: Work) -> list[str]:
    said = set(f"{work.title} {work.abstract}".lower().replace(".", " ").split())
    return [name for name, asked in TOPICS.items() if asked in said]


def editions_of(days: Sequence[Sequence[Work]]) -> Editions:
    """Return the papers of each day, week and month."""
    found: dict[tuple[str, str], list[Work]] = defaultdict(list)
    for work in works(days):
        year, week, _ = work.day.isocalendar()
        for kind, name in (
            ("day", f"{work.day}"),
            ("week", f"{year}-W{week:02}"),
            ("month", f"{work.day:%Y-%m}"),
        ):
            found[kind, name].append(work)
    return {
        name: (kind, sorted(papers, key=lambda w: -w.votes))
        for (kind, name), papers in found.items()
    }


def slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def static(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name in ("style.css", "icon.svg"):
        shutil.copy(STYLE / name, folder)


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def made(folder: Path) -> tuple[int, int, int, int]:
    """Count what lies in a folder: files, HTML pages, bytes, bytes that they take on the disk."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    pages = sum(path.suffix == ".html" for path in paths)
    sizes = [path.stat() for path in paths]
    taken = sum(status.st_blocks for status in sizes) * 512
    return len(paths), pages, sum(status.st_size for status in sizes), taken
