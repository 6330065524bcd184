"""Sealing in order of days, so that each edition counts what the days before it hold."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from flow import AT, Letter, api, make, page, tree

from digest.cli import work
from digest.models import Tally

MONDAY = date(2026, 3, 2)
DAYS = tuple(MONDAY + timedelta(days=n) for n in range(4))


def drop(letter: Letter, number: int) -> None:
    """One new paper more each day; and the first is there each day."""
    new = range(10 * number, 11 * number + 1)
    letter.drop(f"{DAYS[number]}.json", api((1, *new), votes=10 + number))


def counted(letter: Letter, name: str) -> list[tuple[str, int, int, int]]:
    tallies = letter.edition(name).tallies
    return [
        (tally.day.isoformat()[5:], tally.new, tally.trending, tally.revised) for tally in tallies
    ]


BACKFILLED = [("03-02", 2, 0, 0), ("03-03", 2, 1, 0), ("03-04", 3, 1, 0), ("03-05", 4, 1, 0)]


def test_each_day_of_a_backfill_counts_the_days_before_it(tmp_path: Path) -> None:
    letter = make(tmp_path)
    for number in (2, 0, 3, 1):
        drop(letter, number)
    letter.run()
    for number, day in enumerate(DAYS):
        assert counted(letter, day.isoformat()) == BACKFILLED[: number + 1]
    assert counted(letter, "2026-W10") == BACKFILLED
    assert counted(letter, "2026-03") == BACKFILLED


def test_day_by_day_it_is_the_same_and_a_sealed_one_stays(tmp_path: Path) -> None:
    letter = make(tmp_path)
    for number in range(4):
        drop(letter, number)
        letter.run()
        assert counted(letter, DAYS[number].isoformat()) == BACKFILLED[: number + 1]
    before = {name: letter.edition(name) for name in ("2026-03-04", "2026-03-05")}
    letter.run(_2026_03_01_txt=page(MONDAY - timedelta(days=1), (70, 71)))
    assert letter.edition("2026-03-01").tallies == (Tally(day=date(2026, 3, 1), new=2),)
    assert {name: letter.edition(name) for name in before} == before


def test_a_draft_counts_the_drafts_before_it(tmp_path: Path) -> None:
    letter = make(tmp_path)
    letter.drop("2026-03-12.json", api((1, 2)))
    letter.drop("2026-03-13.json", api((1, 3), votes=9))
    work.ingest(letter, None)
    assert counted(letter, "2026-03-13") == [("03-12", 2, 0, 0), ("03-13", 1, 1, 0)]
    assert counted(letter, "2026-W11") == [("03-12", 2, 0, 0), ("03-13", 1, 1, 0)]


def test_hiding_a_paper_reaches_the_drafts_that_count_it(tmp_path: Path) -> None:
    letter = make(tmp_path)
    letter.run(_2026_03_12_json=api((1, 2)), _2026_03_13_json=api((1, 3), votes=9))
    with letter.store.writing() as tx:
        tx.curate_hide("2026-03-12", "arxiv:2603.00002", on=True)
        tx.touch_edition("2026-03-12", AT)
    work.publish(letter, everything=False)
    published = tree(letter.folder)
    assert work.publish(letter, everything=True) == ()
    assert tree(letter.folder) == published
    assert counted(letter, "2026-03-13")[0] == ("03-12", 1, 0, 0)
