"""The rules of time of DESIGN.md, and the curator's desk, end to end."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from builders import title
from flow import AT, Letter, api, broken_links, make, page, tree

from digest.errors import EditionError
from digest.models import Cadence

TODAY = AT.date()
YESTERDAY = TODAY - timedelta(days=1)
LATE = datetime(2026, 3, 12, 23, 30, tzinfo=UTC)


def sealed(letter: Letter) -> set[str]:
    with letter.store.reading() as tx:
        return {record.name for record in tx.editions() if record.sealed_at is not None}


def new(letter: Letter, edition: str) -> set[str]:
    return {entry.paper.title for entry in letter.edition(edition).new}


def test_a_day_that_is_over_is_sealed_at_the_next_run(tmp_path: Path) -> None:
    letter = make(tmp_path)
    letter.run(_2026_03_12_txt=page(TODAY, (1, 2)))
    assert sealed(letter) == set()
    letter.at += timedelta(days=1)
    letter.run()
    assert sealed(letter) == {"2026-03-12"}


def test_a_dump_for_a_sealed_day_goes_to_todays_edition_marked_late(tmp_path: Path) -> None:
    letter = make(tmp_path)
    letter.run(_2026_03_12_txt=page(TODAY, (1, 2)))
    before = tree(letter.folder / "editions" / "2026-03-12")
    letter.at += timedelta(days=1)
    report = letter.run(_2026_03_12b_txt=page(TODAY, (2, 3)))
    assert [dump.edition for dump in report.dumps] == ["2026-03-13"]
    assert [(e.paper.title, e.is_late) for e in letter.edition("2026-03-13").new] == [
        (title(3), True)
    ]
    after = tree(letter.folder / "editions" / "2026-03-12")
    pages = before.pop("index.html"), after.pop("index.html")  # which names the day after it now
    assert after == before
    assert [b"2026-03-13" in each for each in pages] == [False, True]
    assert [each.count(b'class="card"') for each in pages] == [2, 2]
    papers = json.loads((letter.folder / "editions/2026-03-13/papers.json").read_bytes())
    assert [paper["late"] for paper in papers["new"]] == [True]


def test_a_dump_of_papers_seen_for_a_sealed_day_opens_and_publishes_nothing(tmp_path: Path) -> None:
    letter = make(tmp_path)
    letter.run(_2026_03_12_txt=page(TODAY, (1, 2)))
    letter.at += timedelta(days=1)
    letter.run()
    before = tree(letter.folder)
    report = letter.run(_2026_03_12b_txt=page(TODAY, (1, 2)).replace("\n", "\r\n"))
    assert report.quiet == "all 2 papers listed had been seen before"
    assert (report.published, letter.editions(Cadence.DAY)) == ((), ("2026-03-12",))
    assert tree(letter.folder) == before


def test_a_backfilled_day_is_sealed_as_it_is_published_its_month_stays_open(tmp_path: Path) -> None:
    letter = make(tmp_path)
    letter.run(_2026_01_05_txt=page(date(2026, 1, 5), (1, 2)))
    assert sealed(letter) == {"2026-01-05"}
    letter.run(_2026_01_06_txt=page(date(2026, 1, 6), (2, 3)))
    assert sealed(letter) == {"2026-01-05", "2026-01-06"}
    assert new(letter, "2026-W02") == new(letter, "2026-01") == {title(1), title(2), title(3)}


def test_a_day_counts_in_its_week_and_its_month_across_a_year(tmp_path: Path) -> None:
    letter = make(tmp_path, datetime(2026, 1, 1, 9, tzinfo=UTC))
    letter.run(
        _2025_12_31_txt=page(date(2025, 12, 31), (1,)), _2026_01_01_txt=page(date(2026, 1, 1), (2,))
    )
    assert letter.editions(Cadence.WEEK) == ("2026-W01",)
    assert letter.editions(Cadence.MONTH) == ("2025-12", "2026-01")
    assert new(letter, "2026-W01") == {title(1), title(2)}
    assert (new(letter, "2025-12"), new(letter, "2026-01")) == ({title(1)}, {title(2)})


def test_a_week_and_a_month_opened_in_time_are_sealed_when_over(tmp_path: Path) -> None:
    letter = make(tmp_path)
    letter.run(_2026_03_12_txt=page(TODAY, (1,)))
    letter.at = datetime(2026, 3, 16, 9, tzinfo=UTC)
    letter.run()
    assert sealed(letter) == {"2026-03-12", "2026-W11"}
    letter.at = datetime(2026, 4, 1, 9, tzinfo=UTC)
    letter.run()
    assert sealed(letter) == {"2026-03-12", "2026-W11", "2026-03"}


@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", "2026-03-12"), ("Asia/Tokyo", "2026-03-13"), ("America/New_York", "2026-03-12")],
)
def test_the_day_is_that_of_the_newsletters_zone(tmp_path: Path, zone: str, day: str) -> None:
    letter = make(tmp_path, LATE, zone)
    letter.run(papers_json=api((1,)))
    assert letter.editions(Cadence.DAY) == (day,)
    letter.at += timedelta(hours=4, minutes=29)  # 03:59 UTC is still the day before in New York
    letter.run()
    assert sealed(letter) == (set() if zone != "UTC" else {day})


@pytest.mark.parametrize(
    ("name", "header", "at", "day"),
    [
        ("a.txt", "Mar 11", AT, "2026-03-11"),
        ("a.txt", "Dec 24", AT, "2025-12-24"),
        ("a.txt", "Mar 13", AT, "2025-03-13"),
        ("a.txt", "Feb 29", AT, "2024-02-29"),
        ("a.txt", "Feb 29", datetime(2028, 2, 29, 9, tzinfo=UTC), "2028-02-29"),
        ("2026-03-10.txt", "Mar 11", AT, "2026-03-10"),
        ("20260310.txt", "Mar 11", AT, "2026-03-10"),
        ("2026-03-13.txt", "Mar 11", AT, "2026-03-13"),
        ("2026-03-14.txt", "Mar 11", AT, "2026-03-11"),
        ("2031-01-01.txt", "Jan 1, 2031", AT, "2026-03-12"),
        ("2026-02-30.txt", "Mar 11", AT, "2026-03-11"),
    ],
)
def test_the_day_of_a_dump(tmp_path: Path, name: str, header: str, at: datetime, day: str) -> None:
    letter = make(tmp_path, at)
    letter.drop(name, page(header, (1, 2)))
    assert [str(dump.day) for dump in letter.run().dumps] == [day]
    assert letter.editions(Cadence.DAY) == (day,)


# The curator's desk --------------------------------------------------------------------------

DAY = "2026-03-12"
SHOWN = (
    *(f"editions/{DAY}/{name}" for name in ("digest.md", "email.html", "email.txt", "index.html")),
    *(f"editions/{DAY}/{name}" for name in ("papers.json", "papers.bib")),
    *("feeds/rss.xml", "feeds/atom.xml", "feeds/feed.json", "index.html"),
    *("editions/2026-W11/digest.md", "editions/2026-03/index.html"),
)


@pytest.fixture
def letter(tmp_path: Path) -> Letter:
    letter = make(tmp_path)
    letter.run(_2026_03_12_json=api((1, 2, 3)))
    return letter


def key(number: int) -> str:
    return f"arxiv:2603.{number:05d}"


def test_a_hidden_paper_is_gone_from_everything_and_comes_back(letter: Letter) -> None:
    before = tree(letter.folder)
    own = next(name for name in before if "00002" in name and name.endswith("/index.html"))
    with letter.store.writing() as tx:
        tx.curate_hide(DAY, key(2), True)
    letter.run()
    after = tree(letter.folder)
    name = title(2).partition(":")[0].encode()
    assert all(name in before[path] for path in SHOWN if not path.endswith("W11/digest.md"))
    assert [path for path, content in after.items() if name in content] == []
    assert all("00002" in path and path != own for path in set(before) - set(after))
    assert b"Taken out" in after[own]
    assert b"noindex" in after[own]
    assert broken_links(letter.folder) == []
    with letter.store.writing() as tx:
        tx.curate_hide(DAY, key(2), False)
    letter.run()
    again = tree(letter.folder)
    assert {p: c for p, c in again.items() if p != ".digest.json"} == {
        p: c for p, c in before.items() if p != ".digest.json"
    }


def test_a_pinned_paper_stands_first(letter: Letter) -> None:
    order = [entry.paper.key for entry in letter.edition(DAY).new]
    last = order[-1]
    with letter.store.writing() as tx:
        tx.curate_pin(DAY, last, True)
    letter.run()
    assert [entry.paper.key for entry in letter.edition(DAY).new] == [last, *order[:-1]]
    told = json.loads((letter.folder / f"editions/{DAY}/papers.json").read_bytes())["new"]
    assert (told[0]["key"], told[0]["pinned"]) == (last, True)


@pytest.mark.parametrize("paper", [None, key(2)], ids=["edition", "paper"])
def test_a_note_shows(letter: Letter, paper: str | None) -> None:
    with letter.store.writing() as tx:
        tx.curate_note(DAY, paper, "Read *marmalade* first.")
    letter.run()
    shown = ("digest.md", "email.html", "email.txt", "index.html", "papers.json")
    silent = [
        name
        for name in shown
        if b"marmalade" not in (letter.folder / "editions" / DAY / name).read_bytes()
    ]
    assert silent == []


def test_a_sealed_edition_refuses_the_curator(letter: Letter) -> None:
    letter.at += timedelta(days=1)
    letter.run()
    before = tree(letter.folder)
    for ask in ("curate_hide", "curate_pin"):
        with pytest.raises(EditionError, match="sealed") as told, letter.store.writing() as tx:
            getattr(tx, ask)(DAY, key(1), True)
        assert told.value.exit_code == 2
    with pytest.raises(EditionError, match="sealed"), letter.store.writing() as tx:
        tx.curate_note(DAY, None, "Too late.")
    letter.run()
    assert tree(letter.folder) == before
