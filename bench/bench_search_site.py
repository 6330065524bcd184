"""The search of the site: a new day of 50 papers, on an archive of 1,000 and of 10,000.

Of a publish only this part is rendered: the lists of papers by title and author, and the bundles of
pagefind's index. Beside it stands the same on the small archive, or making the whole index again.
All text is invented; its words are as uneven as Zipf's.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench.shelves import word
from digest import pagefind
from digest.cli import work
from digest.cli.newsletter import Newsletter
from digest.models import Rendered
from digest.output import Manifest
from digest.pipeline import parts
from digest.pipeline.changes import Changes
from digest.pipeline.easel import Easel
from digest.settings import load

DAILY = 50
FIRST = date(2025, 1, 1)
SETTINGS = '[site]\nurl = "https://papers.example.org"\n[topics.a]\nwords = ["{}"]\n'


def rows(scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table; `scale` is that of the archives."""
    sizes = [max(DAILY, int(size * scale)) for size in (1000, 10_000)]
    few, many = (measured(size) for size in sizes)
    kinds = {"titles": "titles and authors", "full": "whole texts, by pagefind"}
    for kind, words in kinds.items():
        if kind in many:
            yield row(
                f"search of the site, {words}: a new day on {sizes[1]:,} papers", kind, few, many
            )


def row(job: str, kind: str, few: dict[str, Any], many: dict[str, Any]) -> dict[str, Any]:
    mine, other = many[kind], few[kind]
    note = (
        f"all of them {mine['all_ms'] / 1000:,.1f} s, {mine['files']:,} files, "
        f"{mine['bytes'] / 1e6:,.1f} MB; the new day {mine['day_bytes'] / 1e3:,.0f} kB"
    )
    return {
        "job": job,
        "ours_ms": mine["day_ms"],
        "theirs": "on a tenth of them",
        "theirs_ms": other["day_ms"],
        "ratio": mine["day_ms"] / other["day_ms"],
        "goal": "≤ 300 ms, ≤ 1.5×" if kind == "titles" else "after the pages",
        "note": note,
    }


def measured(size: int) -> dict[str, Any]:
    """Measure both engines on an archive of so many papers."""
    with TemporaryDirectory() as folder:
        letter = made(Path(folder), size)
        kinds = {"titles": "searching"} | ({"full": "bundling"} if pagefind.version() else {})
        found: dict[str, Any] = {kind: {} for kind in kinds}
        for kind, name in kinds.items():
            took, files = published(letter, name, 0)
            told = {"all_ms": took, "files": len(files), "bytes": weight(files)}
            found[kind] |= told
        since = letter.store.change
        drop(letter, FIRST + timedelta(days=size // DAILY), size)
        for kind, name in kinds.items():
            took, files = published(letter, name, since)
            found[kind] |= {"day_ms": took, "day_bytes": weight(files)}
        letter.store.close()
        return found


def made(root: Path, size: int) -> Newsletter:
    (root / "inbox").mkdir()
    (root / "digest.toml").write_text(SETTINGS.format(word(30)), "utf-8")
    letter = At(root, load(root, environ={}))
    for number in range(0, size, DAILY):
        drop(letter, FIRST + timedelta(days=number // DAILY), number)
    return letter


class At(Newsletter):
    """A newsletter long after all its days."""

    def now(self) -> datetime:
        return datetime(2027, 1, 1, tzinfo=UTC)


def drop(letter: Newsletter, day: date, first: int) -> None:
    """Take in a day's listing: new papers, and ten of those before."""
    chosen = random.Random(first)
    again = chosen.sample(range(first), min(10, first))
    told = [paper(number) for number in (*range(first, first + DAILY), *again)]
    path = letter.settings.paths.inbox / f"{day.isoformat()}.json"
    path.write_text(json.dumps(told), "utf-8")
    work.ingest(letter, None)


def paper(number: int) -> dict[str, Any]:
    chosen = random.Random(number)
    words = [word(min(int(chosen.paretovariate(0.6)), 20_000)) for _ in range(170)]
    return {
        "paper": {
            "id": f"25{1 + number // 90_000:02d}.{number % 90_000:05d}",
            "title": " ".join(words[:9]).capitalize(),
            "summary": " ".join(words[9:]),
            "authors": [{"name": f"{word(n).title()} {word(n + 9).title()}"} for n in range(6)],
            "publishedAt": "2025-03-09T17:27:20.000Z",
        }
    }


def published(letter: Newsletter, name: str, since: int) -> tuple[float, list[Rendered]]:
    """Render one part of what changed; return the milliseconds, and the files that are new."""
    press, output = letter.press, letter.output
    part = getattr(parts, name)
    with (
        output.publishing() as publication,
        letter.store.reading() as tx,
        easel(letter) as easel_,
    ):
        changes = Changes(tx, press, since, output, easel_)
        start = perf_counter()
        files = list(part.files(changes))
        left = list(part.gone(changes))
        took = (perf_counter() - start) * 1000
        publication.stage.add(files)
        publication.stage.remove(left)
        manifest = Manifest(store_id=letter.store.id, change=since, fingerprint="")
        written = set(publication.finish(manifest).paths)
    return took, [file for file in files if file.path in written]


@contextmanager
def easel(letter: Newsletter) -> Iterator[Easel]:
    with Easel(None, letter.site, letter.press.templates, letter.output.held) as found:
        yield found


def weight(files: list[Rendered]) -> int:
    return sum(len(file.content) for file in files)
