"""RFC 5005: older entries stand in archive pages, each in one, reached from the feed, and stay."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from feed_rules import ATOM, FH, complaints
from flow import SITE, Letter, api, broken_links, make, page, tree
from lxml import etree

from digest.cli import work
from digest.models import Cadence, EditionRecord, Rendered
from digest.output import Output
from digest.pipeline.publish import publish
from digest.render.feed_archives import ArchivePage, cut, to_render

FIRST = date(2026, 3, 2)
"""A Monday."""

FORMATS = ("rss.xml", "atom.xml", "feed.json")
FOLDERS = ("feeds", "feeds/editions")
DAYS = 17


def record(day: date) -> EditionRecord:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return EditionRecord(
        name=str(day), cadence=Cadence.DAY, start=day, end=day, opened_at=at, updated_at=at
    )


def records(*ages: int) -> list[EditionRecord]:
    return [record(FIRST - timedelta(days=age)) for age in ages]


def numbers(day: int, papers: int = 3) -> range:
    return range(100 * day + 1, 100 * day + 1 + papers)


def live(letter: Letter, days: Iterable[int], papers: int = 3) -> Letter:
    """Let days go by, each with a dump of papers of its own, published that morning."""
    for day in days:
        letter.at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC) + timedelta(days=day)
        letter.drop(f"{letter.at.date()}.json", api(numbers(day, papers)))
        letter.run()
    return letter


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Letter:
    """Two weeks and three days, 51 papers, with feeds of at most 10."""
    return live(small(tmp_path_factory.mktemp("letter")), range(DAYS))


def small(root: Path, papers: int = 10) -> Letter:
    make(root).close()
    config = root / "digest.toml"
    config.write_text(config.read_text() + f"\n[feeds]\npapers = {papers}\neditions = 4\n")
    return make(root)


def path_of(address: str | None) -> str | None:
    return address and address.removeprefix(f"{SITE}/")


def links(content: bytes) -> dict[str, str]:
    """The links of a feed's head by relation; of JSON Feed, what comes nearest."""
    if content.startswith(b"{"):
        feed = json.loads(content)
        told = {"self": feed["feed_url"], "prev-archive": feed.get("next_url")}
        return {rel: path for rel, address in told.items() if (path := path_of(address))}
    root = etree.fromstring(content)
    head = root.find("channel") if root.tag == "rss" else root
    return {
        link.get("rel"): path_of(link.get("href")) or "" for link in head.findall(f"{ATOM}link")
    }


def ids(content: bytes) -> list[str]:
    if content.startswith(b"{"):
        return [item["id"] for item in json.loads(content)["items"]]
    root = etree.fromstring(content)
    return [node.text for node in root.iterfind(".//guid")] or [
        node.text for node in root.iterfind(f"{ATOM}entry/{ATOM}id")
    ]


def chain(files: dict[str, bytes], start: str) -> Iterator[str]:
    """The archive pages as a reader finds them, following `prev-archive` from the feed."""
    path = links(files[start]).get("prev-archive")
    while path:
        yield path
        path = links(files[path]).get("prev-archive")


def archives(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if "/archive/" in path}


def feeds(files: dict[str, bytes]) -> dict[str, bytes]:
    return {
        path: content
        for path, content in files.items()
        if path.startswith("feeds/") and path.endswith((".xml", ".json"))
    }


# How a feed is cut ----------------------------------------------------------------------------


def test_a_period_has_a_page_once_a_later_one_has_begun() -> None:
    pages = cut(records(0, 1, 4, 9), Cadence.DAY)
    assert [(page.name, page.newer, page.older) for page in pages] == [
        ("2026-03-01", None, "2026-02-26"),
        ("2026-02-26", "2026-03-01", "2026-02-21"),
        ("2026-02-21", "2026-02-26", None),
    ]
    weeks = cut(records(0, 1, 4, 9, 10), Cadence.WEEK)
    assert [(page.name, len(page.days)) for page in weeks] == [("2026-W09", 2), ("2026-W08", 2)]


@pytest.mark.parametrize("ages", [(), (0,), (0, 1)])
def test_a_page_never_stands_alone(ages: tuple[int, ...]) -> None:
    assert cut(records(*ages), Cadence.DAY) == ()


@pytest.mark.parametrize(
    ("missing", "changed", "expected"),
    [
        ((), (), ()),
        ((), (0,), ()),
        ((), (3,), (3,)),
        ((1,), (), (2, 1)),
        ((3,), (), (4, 3, 2)),
        ((5,), (1,), (5, 4, 1)),
        ((1, 2, 3, 4, 5), (), (5, 4, 3, 2, 1)),
    ],
)
def test_only_pages_that_can_have_changed_are_rendered(
    missing: tuple[int, ...], changed: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    days = records(0, 1, 2, 3, 4, 5)
    pages = cut(days, Cadence.DAY)
    there = {page.name for page in pages} - {days[n].name for n in missing}
    told = to_render(pages, there, {days[n].name for n in changed})
    assert [page.name for page in told] == [days[n].name for n in expected]


def test_any_number_of_days_is_cut_in_one_go() -> None:
    pages = cut(records(*range(20_000)), Cadence.DAY)
    assert len(pages) == 19_999
    assert isinstance(pages[0], ArchivePage)


# What a reader finds --------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("folder", FOLDERS)
def test_each_entry_is_in_the_feed_or_in_one_page_that_it_leads_to(
    letter: Letter, folder: str, name: str
) -> None:
    files = tree(letter.folder)
    pages = list(chain(files, f"{folder}/{name}"))
    assert set(pages) == {
        p for p in archives(files) if p.startswith(f"{folder}/archive/") and p.endswith(name)
    }
    archived = [entry for path in pages for entry in ids(files[path])]
    assert len(archived) == len(set(archived))
    found = set(archived) | set(ids(files[f"{folder}/{name}"]))
    keys = {
        f"paper/{e.paper.key}" for n in letter.editions(Cadence.DAY) for e in letter.edition(n).new
    }
    expected = keys if folder == "feeds" else {f"edition/{n}" for n in letter.editions(Cadence.DAY)}
    assert {entry.partition(":")[2].partition(":")[2] for entry in found} == expected


def test_pages_lead_on_and_back_and_to_the_feed(letter: Letter) -> None:
    files = tree(letter.folder)
    for folder in FOLDERS:
        for name in ("rss.xml", "atom.xml"):
            start = f"{folder}/{name}"
            pages = list(chain(files, start))
            assert links(files[start]).keys() == {"self", "prev-archive"} | (
                {"alternate"} if name == "atom.xml" else set()
            )
            for newer, path, older in zip([None, *pages], pages, [*pages[1:], None], strict=False):
                told = links(files[path])
                assert (told["self"], told["current"]) == (path, start)
                assert (told.get("next-archive"), told.get("prev-archive")) == (newer, older)
                assert etree.fromstring(files[path]).find(f".//{FH}archive") is not None
            assert etree.fromstring(files[start]).find(f".//{FH}archive") is None


def test_the_feed_holds_as_many_as_are_set_and_all_that_no_page_holds(letter: Letter) -> None:
    files = tree(letter.folder)
    assert len(ids(files["feeds/atom.xml"])) == 10
    days = [entry.rpartition("/")[2] for entry in ids(files["feeds/editions/atom.xml"])]
    assert days == ["2026-03-18", "2026-03-17", "2026-03-16", "2026-03-15"]


@pytest.mark.parametrize(("days", "most"), [((0,), 14), ((0, 1), 28), ((0, 1, 2), 14)])
def test_what_no_page_holds_yet_is_in_the_feed_however_much(
    tmp_path: Path, days: tuple[int, ...], most: int
) -> None:
    letter = live(small(tmp_path), days, papers=14)
    files = tree(letter.folder)
    assert len(ids(files["feeds/rss.xml"])) == most
    assert len(list(chain(files, "feeds/rss.xml"))) == (2 if len(days) == 3 else 0)
    assert bool(archives(files)) == (len(days) == 3)


def test_every_feed_and_page_is_valid(letter: Letter) -> None:
    files = feeds(tree(letter.folder))
    of_author = 3  # all papers are by one
    assert len(files) == 3 * 5 + of_author + 3 * (DAYS - 1) + 3 * 2 + 3 * 2
    said = {path: complaints(held, f"{SITE}/{path}", letter.at) for path, held in files.items()}
    assert {path: each for path, each in said.items() if each} == {}


def test_a_feed_reader_finds_the_same_in_all_formats(letter: Letter) -> None:
    files = feeds(tree(letter.folder))
    for path in files:
        if not path.endswith("rss.xml"):
            continue
        rss, atom = (feedparser.parse(files[path.replace("rss.xml", name)]) for name in FORMATS[:2])
        names = (path.replace("rss.xml", name) for name in ("feed.json", "json"))
        told = json.loads(next(files[name] for name in names if name in files))["items"]
        assert (rss.bozo, atom.bozo) == (False, False), path
        assert list(map(as_read, rss.entries)) == list(map(as_read, atom.entries))
        assert list(map(as_read, atom.entries)) == list(map(as_told, told))


def as_read(entry: Any) -> tuple[object, ...]:
    people = [author.name for author in entry.get("authors", ())]
    when = datetime(*entry.published_parsed[:6], tzinfo=UTC)
    return (entry.id, entry.title, entry.link, when, people, entry.summary)


def as_told(item: dict[str, Any]) -> tuple[object, ...]:
    people = [author["name"] for author in item.get("authors", ())]
    when = datetime.fromisoformat(item["date_published"])
    return (item["id"], item["title"], item["url"], when, people, item["content_html"].strip())


# What changes a page --------------------------------------------------------------------------


def test_a_page_stays_when_days_go_by(tmp_path: Path) -> None:
    letter = live(small(tmp_path), range(9))
    before = archives(tree(letter.folder))
    live(letter, range(9, 16))
    after = archives(tree(letter.folder))
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {f"feeds/archive/2026-03-09.{name}" for name in FORMATS[:2]}
    assert {path for path in before if ids(before[path]) != ids(after[path])} == set()
    for path in changed:  # it leads to the page that came after it
        told = links(after[path])
        del told["next-archive"]
        assert told == links(before[path])


def test_a_second_dump_of_a_day_writes_no_page(letter: Letter) -> None:
    letter.drop(f"{letter.at.date()}-b.json", api((9001, 9002)))
    assert [path for path in letter.run().published if "/archive/" in path] == []


def test_a_new_day_writes_the_page_of_the_last_and_the_link_to_it(tmp_path: Path) -> None:
    letter = live(small(tmp_path), range(6))
    before = tree(letter.folder)
    live(letter, (6,))
    after = archives(tree(letter.folder))
    assert {path for path in after if after[path] != before.get(path)} == {
        *(f"feeds/archive/2026-03-07.{name}" for name in FORMATS),
        *(f"feeds/archive/2026-03-06.{name}" for name in FORMATS[:2]),
    }


def test_a_backfill_writes_its_page_and_the_links_beside_it(tmp_path: Path) -> None:
    letter = live(small(tmp_path), (0, 1, 3, 4, 5))
    before = tree(letter.folder)
    letter.drop("2026-03-04.json", api((8001, 8002)))
    letter.run()
    after = tree(letter.folder)
    assert {path for path in archives(after) if after[path] != before.get(path)} == {
        *(f"feeds/archive/2026-03-04.{name}" for name in FORMATS),
        *(f"feeds/archive/2026-03-05.{name}" for name in FORMATS),
        *(f"feeds/archive/2026-03-03.{name}" for name in FORMATS[:2]),
    }
    assert len(ids(after["feeds/archive/2026-03-04.atom.xml"])) == 2
    assert broken_links(letter.folder) == []
    assert letter.run().published == ()


def test_what_comes_late_leaves_the_page_of_its_day_as_it_is(tmp_path: Path) -> None:
    letter = live(small(tmp_path), range(5))
    before = archives(tree(letter.folder))
    letter.at += timedelta(hours=1)
    letter.drop("2026-03-04.json", api((8001,)))
    letter.run()
    files = tree(letter.folder)
    assert archives(files) == before
    assert ids(files["feeds/atom.xml"])[0].endswith("2603.08001")


@pytest.mark.parametrize("papers", [1, 100])
def test_page_by_page_and_all_at_once_give_the_same(tmp_path: Path, papers: int) -> None:
    letter = small(tmp_path / "letter", papers)
    for day in (0, 5, 3, 14, 1, 2, 30, 15):
        letter.drop(f"{FIRST + timedelta(days=day)}.json", api(numbers(day)))
        letter.at = max(letter.at, datetime(2026, 3, 3 + day % 28, 9, tzinfo=UTC))
        letter.run()
    by_and_by = tree(letter.folder)
    letter.__dict__["output"] = Output(tmp_path / "anew")
    work.publish(letter, everything=True)
    assert tree(tmp_path / "anew") == by_and_by


def test_a_dry_publish_names_the_pages_that_a_real_one_writes(tmp_path: Path) -> None:
    letter = live(small(tmp_path), range(4))
    letter.drop("2026-03-01.json", api((8001, 8002)))
    work.ingest(letter, None)
    told = work.publish(letter, everything=False, is_dry=True)
    done = work.publish(letter, everything=False)
    assert (
        [path for path in told if "/archive/" in path]
        == [path for path in done if "/archive/" in path]
        != []
    )


class Stop(Exception):
    """The publish ends here."""


class Track:
    """Lets so many files through, of the day's and of the roll-ups together, and counts them."""

    def __init__(self, most: int = 1_000_000) -> None:
        self.most = most
        self.count = 0

    def __call__(self, files: Iterable[Rendered]) -> Iterator[Rendered]:
        for file in files:
            if self.count == self.most:
                raise Stop
            self.count += 1
            yield file


def test_a_publish_that_stops_anywhere_is_made_good_by_the_next(tmp_path: Path) -> None:
    letter = live(small(tmp_path / "letter"), range(4))
    letter.drop("2026-02-20.json", api(numbers(50)))
    letter.at += timedelta(days=1)
    letter.drop(f"{letter.at.date()}.json", api(numbers(51)))
    work.ingest(letter, None)
    before = tree(letter.folder)
    whole = Track()
    published(letter, letter.folder, whole)
    expected = tree(letter.folder)
    assert len(archives(expected)) > len(archives(before)) > 0
    for most in range(0, whole.count, whole.count // 6):
        folder = tmp_path / f"stopped-{most}"
        put(folder, before)
        with pytest.raises(Stop):
            published(letter, folder, Track(most))
        assert broken_links(folder) == []
        published(letter, folder, Track())
        assert tree(folder) == expected, most


def published(letter: Letter, folder: Path, track: Track) -> None:
    publish(letter.store, Output(folder), letter.press, letter.at, track, everything=False)


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def test_a_backfill_of_many_days_is_one_page_a_day(tmp_path: Path) -> None:
    letter = make(tmp_path)
    for day in range(1, 40):
        letter.drop(f"{FIRST - timedelta(days=day)}.txt", page(FIRST, numbers(day, 2)))
    letter.run()
    files = tree(letter.folder)
    assert len(list(chain(files, "feeds/feed.json"))) == 38
    assert broken_links(letter.folder) == []
