"""PROMISES 1 and 2 over histories: however dumps come, the same papers are announced, each once."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from builders import title
from flow import AT, NO_PAGES, PAGES, Letter, api, broken_links, make, page
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.cli import work
from digest.models import Cadence, PaperPage

LATER = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEXTS = {path.name: path.read_bytes() for path in sorted(PAGES.glob("*.txt"))}
real = pytest.mark.skipif(not TEXTS, reason=NO_PAGES)

ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": bytes,
    "CRLF": lambda content: content.replace(b"\n", b"\r\n"),
    "CR": lambda content: content.replace(b"\n", b"\r"),
    "UTF-8 with a mark": lambda content: b"\xef\xbb\xbf" + content,
    "UTF-16": lambda content: content.decode().encode("utf-16"),
    "gzip": lambda content: gzip.compress(content, 1, mtime=0),
}


def once(letter: Letter) -> set[str]:
    """Return the titles announced, having seen that each is in one daily edition."""
    announced = letter.announced()
    assert {name: days for name, days in announced.items() if len(days) != 1} == {}
    return set(announced)


def folded(text: str) -> str:
    return " ".join(text.split())


# The real dumps ------------------------------------------------------------------------------


def truth() -> set[str]:
    documents = [json.loads(path.read_bytes()) for path in sorted(PAGES.glob("*.truth.json"))]
    return {folded(entry["title"]) for document in documents for entry in document["entries"]}


@real
def test_the_real_dumps_give_251_papers_of_332_sightings(tmp_path: Path) -> None:
    letter = make(tmp_path, LATER)
    for name, content in TEXTS.items():
        letter.drop(name, content)
    report = letter.run()
    assert sum(dump.listed for dump in report.dumps) == 332
    assert sum(dump.new for dump in report.dumps) == 251
    assert [dump.day for dump in report.dumps] == sorted(
        dump.day or date.min for dump in report.dumps
    )
    assert once(letter) == truth()
    with letter.store.reading() as tx:
        counts = tx.counts()
    assert (counts["papers"], counts["sightings"], counts["dumps_read"]) == (251, 332, 5)
    assert len(letter.editions(Cadence.DAY)) == len({dump.day for dump in report.dumps})
    assert broken_links(letter.folder) == []


@real
@pytest.mark.parametrize(
    "order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1), (1, 0, 4, 2, 3)]
)
def test_the_real_dumps_one_by_one_in_any_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    letter = make(tmp_path, LATER)
    names = list(TEXTS)
    for number in order:
        letter.drop(names[number], TEXTS[names[number]])
        letter.at += timedelta(minutes=5)
        work.ingest(letter, None)
    assert once(letter) == truth()


@real
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_real_dumps_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    letter = make(tmp_path, LATER)
    for name, content in TEXTS.items():
        letter.drop(name, content)
        letter.drop(f"again-{name}", ENCODINGS[encoding](content))
    report = work.ingest(letter, None)
    assert {str(dump.status) for dump in report.dumps} == {"read"}
    assert sum(dump.new for dump in report.dumps) == 251
    assert once(letter) == truth()


@real
def test_the_real_dumps_split_in_two(tmp_path: Path) -> None:
    letter = make(tmp_path, LATER)
    for name, content in TEXTS.items():
        entries = json.loads((PAGES / name).with_suffix(".truth.json").read_bytes())["entries"]
        text, first = content.decode(), entries[0]["title"]
        middle = text.index(f"\n\n{entries[len(entries) // 2]['title']}\n\n") + 2
        letter.drop(name, text[:middle])
        letter.drop(f"b-{name}", text[: text.index(first)] + text[middle:])
    report = work.ingest(letter, None)
    assert sum(dump.listed for dump in report.dumps) == 332
    assert once(letter) == truth()


@real
def test_the_real_dumps_joined_in_one(tmp_path: Path) -> None:
    letter = make(tmp_path, LATER)
    letter.drop("all.txt", b"\n".join(TEXTS.values()))
    report = work.ingest(letter, None)
    assert [dump.new for dump in report.dumps] == [251]
    assert once(letter) == truth()


# Invented histories --------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Drop:
    """A dump of a day as it comes: as text or JSON, in an encoding, in a run of its own or not."""

    day: date
    numbers: tuple[int, ...]
    is_json: bool
    encoding: str
    run: int

    @property
    def content(self) -> bytes:
        told = api(self.numbers) if self.is_json else page(self.day, self.numbers)
        return ENCODINGS[self.encoding](told.encode())


DAYS = st.integers(-6, 0).map(lambda n: AT.date() + timedelta(days=n))
DROPS = st.builds(
    Drop,
    day=DAYS,
    numbers=st.lists(st.integers(0, 9), min_size=1, max_size=5, unique=True).map(tuple),
    is_json=st.booleans(),
    encoding=st.sampled_from(list(ENCODINGS)),
    run=st.integers(0, 3),
)


@st.composite
def histories(draw: st.DrawFn) -> list[list[Drop]]:
    """Dumps of some days, and copies and halves of some of them, spread over a few runs."""
    drops = draw(st.lists(DROPS, min_size=1, max_size=5))
    for drop in list(drops):
        how = draw(st.sampled_from(("left", "left", "copied", "split", "joined")))
        encoding, run = draw(st.sampled_from(list(ENCODINGS))), draw(st.integers(0, 3))
        if how == "copied":
            drops.append(replace(drop, encoding=encoding, run=run))
        elif how == "split":
            drops.append(replace(drop, numbers=drop.numbers[:1], run=run))
        elif how == "joined":
            both = tuple(dict.fromkeys((*drop.numbers, *drops[0].numbers)))
            drops.append(replace(drop, numbers=both, encoding=encoding, run=run))
    drops = draw(st.permutations(drops))
    in_runs = sorted(drops, key=lambda drop: drop.run)
    return [list(group) for _, group in groupby(in_runs, key=lambda drop: drop.run)]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A newsletter with an empty store, to be copied."""
    letter = make(tmp_path_factory.mktemp("empty"))
    letter.store.close()
    return letter.root


@settings(max_examples=25, deadline=None)
@given(history=histories(), days_between=st.integers(0, 1), publishes=st.booleans())
def test_any_history_announces_the_same_papers_each_once(
    empty: Path, history: list[list[Drop]], days_between: int, publishes: bool
) -> None:
    """Runs may lie a day apart (days are sealed in between), and each is of a new process."""
    with TemporaryDirectory() as folder:
        root = Path(folder) / "letter"
        shutil.copytree(empty, root)
        for number, drops in enumerate(history):
            letter = make(root, AT + timedelta(days=number * days_between, minutes=number))
            for place, drop in enumerate(drops):
                letter.drop(f"{place}-{drop.day}.txt", drop.content)
            report = letter.run() if publishes else work.ingest(letter, None)
            assert {str(dump.status) for dump in report.dumps} == {"read"}
            letter.close()
        letter = make(root, letter.at)
        wanted = {folded(title(n)) for drops in history for drop in drops for n in drop.numbers}
        assert once(letter) == wanted
        assert letter.run().dumps == ()
        assert once(letter) == wanted
        assert broken_links(letter.folder) == []
        letter.close()


def test_a_database_of_older_rules_knows_a_paper_however_its_title_is_written(
    tmp_path: Path,
) -> None:
    first = make(tmp_path)
    broken = page("Mar 11", [1, 2]).replace(title(1), "mathcal{O}(n) Maps 1.45times Faster")
    assert [dump.new for dump in first.run(_2026_03_11_txt=broken).dumps] == [2]
    keys = {told.paper.key for told in pages_of(first)}
    first.close()
    with closing(sqlite3.connect(tmp_path / "digest.db")) as connection, connection:
        connection.execute("DELETE FROM meta WHERE key = 'titles'")
        connection.execute("UPDATE paper_keys SET hash = id, key = 'title:older' || id")
    again = make(tmp_path)
    whole = page("Mar 12", [1, 2]).replace(title(1), "$\\mathcal{O}(n)$ Maps 1.45\\times Faster")
    assert [(dump.new, dump.seen) for dump in again.run(_2026_03_12_txt=whole).dumps] == [(0, 2)]
    assert {told.paper.key for told in pages_of(again)} == keys
    again.close()


def pages_of(letter: Letter) -> list[PaperPage]:
    with letter.store.reading() as tx:
        return list(tx.papers_changed(0))
