"""A whole newsletter in a folder, at a time that the test sets; and what to ask of it.

`Letter.drop` puts a dump into the inbox, `Letter.run` does what `digest run` does. No tests here.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import lxml.etree
import lxml.html
from builders import abstract, title
from sqlalchemy import create_engine, inspect, text

from digest.cli import work
from digest.cli.newsletter import Newsletter
from digest.models import Cadence, Edition
from digest.pagefind import Indexer
from digest.pipeline.changes import Press
from digest.pipeline.report import DumpReport, RunReport
from digest.pipeline.sealing import edition_of
from digest.render.pictures import Painter
from digest.settings import load

SITE = "https://papers.example.org"
AT = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
"""A Thursday morning."""

DOT = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
PAGES = Path(__file__).resolve().parents[2] / "shared" / "data" / "pages"
NO_PAGES = f"the real dumps are not here: {PAGES.parent.name}/{PAGES.name}"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class QuickPainter(Painter):
    """Paints one dot, whatever it is asked for."""

    def paint(self, svg: str, *, style: str | None = None, zoom: int = 1) -> bytes:
        return DOT


class Letter(Newsletter):
    """A newsletter whose clock stands still until it is set."""

    at: datetime = AT

    def now(self) -> datetime:
        return self.at

    @cached_property
    def press(self) -> Press:
        """As the newsletter's, but that its pictures take no time to paint."""
        press: Press = Newsletter.press.func(self)
        return replace(press, painter=QuickPainter(()))

    @cached_property
    def indexer(self) -> Indexer | None:
        """None, but where a test asks for pagefind: it takes a process for each bundle."""
        return Newsletter.indexer.func(self) if self.settings.search.engine == "pagefind" else None

    def drop(self, name: str, content: bytes | str) -> Path:
        """Put a whole file into the inbox, an hour ago."""
        path = self.settings.paths.inbox / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.settle(path)

    def settle(self, path: Path) -> Path:
        hour_ago = self.at.timestamp() - 3600
        os.utime(path, (hour_ago, hour_ago), follow_symlinks=False)
        return path

    def run(self, **drops: bytes | str) -> RunReport:
        """Drop files named `_2026_03_11_txt` for `2026-03-11.txt`, and run."""
        for name, content in drops.items():
            stem, _, ending = name.strip("_").rpartition("_")
            self.drop(f"{stem.replace('_', '-')}.{ending}", content)
        return work.run(self, None)

    def close(self) -> None:
        if "store" in self.__dict__:
            self.store.close()

    @property
    def folder(self) -> Path:
        return self.settings.paths.output

    def edition(self, name: str) -> Edition:
        with self.store.reading() as tx:
            record = tx.edition(name)
            assert record is not None, name
            return edition_of(tx, record, self.rules)

    def editions(self, cadence: Cadence | None = None) -> tuple[str, ...]:
        """The editions' names, earliest first."""
        with self.store.reading() as tx:
            return tuple(sorted(record.name for record in tx.editions(cadence)))

    def announced(self) -> dict[str, list[str]]:
        """Each paper's title, folded, with the daily editions that announce it as new."""
        found: dict[str, list[str]] = {}
        for name in self.editions(Cadence.DAY):
            for entry in self.edition(name).new:
                found.setdefault(" ".join(entry.paper.title.split()), []).append(name)
        return found


def make(root: Path, at: datetime = AT, zone: str = "UTC") -> Letter:
    """Make a newsletter in a folder, or open the one that is there."""
    (root / "inbox").mkdir(parents=True, exist_ok=True)
    config = f'[site]\nurl = "{SITE}"\n\n[newsletter]\ntimezone = "{zone}"\n'
    if not (root / "digest.toml").exists():
        (root / "digest.toml").write_text(config)
    letter = Letter(root, load(root, environ={}))
    letter.at = at
    return letter


def page(day: date | str, numbers: Iterable[int]) -> str:
    """The page of papers as text, of a day as its header writes it; the papers have no ids."""
    header = day if isinstance(day, str) else f"{MONTHS[day.month - 1]} {day.day}"
    lines = ["new", "Get trending papers in your email inbox!", "Subscribe"]
    lines += ["Daily Papers", "byAK and the research community", header]
    for number in numbers:
        lines += [title(number), abstract(number)]
    return "\n\n".join(lines) + "\n"


def api(numbers: Iterable[int], *, votes: int = 5, version: str = "") -> str:
    """The API's answer; the papers are those of `page`, with ids."""
    items = [
        {
            "paper": {
                "id": f"2603.{number:05d}{version}",
                "title": title(number),
                "summary": abstract(number),
                "authors": [{"name": "Ada Almeida"}],
                "publishedAt": "2026-03-09T17:27:20.000Z",
                "upvotes": votes,
            },
            "numComments": 1,
        }
        for number in numbers
    ]
    return json.dumps(items)


def statuses(reports: Sequence[DumpReport]) -> dict[str, str]:
    return {Path(report.file).name: str(report.status) for report in reports}


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def times(folder: Path) -> dict[str, int]:
    """Every file and folder below a folder, and when it was last changed."""
    return {str(path): path.lstat().st_mtime_ns for path in sorted(folder.rglob("*"))}


def rows(root: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the SQLite store in a folder, by table, but its own name and key."""
    engine = create_engine(f"sqlite:///{root / 'digest.db'}")
    try:
        with engine.connect() as connection:
            found = {
                table: sorted(
                    map(tuple, connection.execute(text(f'SELECT * FROM "{table}"'))), key=repr
                )
                for table in inspect(engine).get_table_names()
            }
    finally:
        engine.dispose()
    found["meta"] = [row for row in found.get("meta", []) if row[0] not in {"store", "key"}]
    return found


def broken_links(folder: Path) -> list[str]:
    """Each link of a page or feed to the newsletter's own site that leads nowhere."""
    return [
        f"{path.relative_to(folder)} → {target}"
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".html", ".xml"} and path.is_file()
        for target in _targets(path, folder)
        if not _is_there(folder, target)
    ]


def _targets(path: Path, folder: Path) -> tuple[str, ...]:
    content = path.read_bytes()
    assert content.strip(), f"{path} is empty"
    base = f"{SITE}/{path.relative_to(folder).as_posix()}"
    known = base, sha256(content).digest()
    if known not in _led:
        _led[known] = tuple(_told(base, content))
    return _led[known]


_led: dict[tuple[str, bytes], tuple[str, ...]] = {}
"""Where files lead to: while a site grows, most are asked again as they were."""


def _told(base: str, content: bytes) -> Iterator[str]:
    if base.endswith(".xml"):
        tree_ = lxml.etree.fromstring(content)
        told = [node.get("href") or node.text or "" for node in tree_.iter("{*}link")]
    else:
        tree_ = lxml.html.document_fromstring(content)
        told = [str(target) for target in tree_.xpath("//@href | //@src")]
    for target in told:
        address, _ = urldefrag(urljoin(base, target.strip()))
        if address.startswith(SITE):
            yield unquote(urlsplit(address).path).lstrip("/")


def _is_there(folder: Path, target: str) -> bool:
    path = folder / target
    return path.is_file() or (path / "index.html").is_file()
