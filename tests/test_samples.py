"""The sample dumps that ship with the program are read as their README says."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from digest import dumps, errors
from digest.dumps import dates
from digest.models import ListedPaper

SAMPLES = Path(__file__).resolve().parents[1] / "config" / "samples"

# In the order in which they are read: file, format, day of March 2026, papers, how many of them
# with an id, with votes.
DUMPS = [
    ("2026-03-09.txt", "page-text", 9, 11, 0, 0),
    ("2026-03-10-api.json", "hf-api", 10, 12, 12, 12),
    ("2026-03-10.txt", "page-text", 10, 8, 8, 0),
    ("2026-03-11.html", "page-html", 11, 8, 8, 8),
    ("2026-03-11.json.gz", "hf-api", 11, 12, 12, 12),
    ("2026-03-12.txt", "page-text", 12, 12, 12, 0),
]


def read(name: str) -> tuple[dumps.Listing, list[ListedPaper]]:
    with (SAMPLES / name).open("rb") as stream:
        listing = dumps.read(stream, dumps.Limits())
        return listing, list(listing.papers)


@pytest.mark.parametrize(("name", "format_", "day_", "papers", "ids", "votes"), DUMPS)
def test_each_sample_holds_what_its_readme_says(
    name: str, format_: str, day_: int, papers: int, ids: int, votes: int
) -> None:
    listing, listed = read(name)
    assert (listing.format, len(listed)) == (format_, papers)
    assert sum(paper.arxiv_id is not None for paper in listed) == ids
    assert sum(paper.votes is not None for paper in listed) == votes
    arrived = date(2026, 3, 20)
    assert dates.dump_day(name, listing.day, arrived) == date(2026, 3, day_)


@pytest.mark.parametrize("row", [row for row in DUMPS if row[1].startswith("page-")])
def test_a_page_tells_its_day_itself(row: tuple[str, str, int, int, int, int]) -> None:
    listing, _ = read(row[0])
    assert dates.dump_day("dump", listing.day, date(2026, 3, 20)) == date(2026, 3, row[2])


@pytest.mark.parametrize("name", [row[0] for row in DUMPS])
def test_each_paper_has_a_one_line_title_and_a_whole_abstract(name: str) -> None:
    for paper in read(name)[1]:
        assert 30 <= len(paper.title) <= 110
        assert 500 <= len(paper.abstract) <= 1700
        assert paper.abstract.endswith(".")


def test_together_they_list_45_papers() -> None:
    titles = Counter(paper.title for row in DUMPS for paper in read(row[0])[1])
    assert (len(titles), titles.total()) == (45, 63)


def test_votes_rise_from_dump_to_dump() -> None:
    seen: dict[str, list[int]] = {}
    for row in DUMPS:
        for paper in read(row[0])[1]:
            if paper.arxiv_id and paper.votes is not None:
                seen.setdefault(paper.arxiv_id, []).append(paper.votes)
    returning = [votes for votes in seen.values() if len(votes) > 1]
    assert len(returning) >= 6
    assert all(votes == sorted(set(votes)) for votes in returning)


def test_one_paper_comes_back_in_its_second_version() -> None:
    versions = [
        (paper.arxiv_id, paper.version)
        for row in DUMPS
        for paper in read(row[0])[1]
        if paper.version is not None
    ]
    assert versions == [("2603.90115", 1), ("2603.90115", 2)]


def test_the_shopping_list_is_no_dump() -> None:
    with pytest.raises(errors.NotADump):
        read("notes.txt")


def test_the_readme_counts_right_and_names_every_file() -> None:
    rows = re.findall(r"^\| `(\S+)` \|.*\| (\d+) \|$", (SAMPLES / "README.md").read_text(), re.M)
    assert sorted(rows) == sorted((row[0], str(row[3])) for row in DUMPS)
    files = {path.name for path in SAMPLES.iterdir()}
    assert files == {row[0] for row in DUMPS} | {"README.md", "notes.txt"}


def test_ids_are_of_a_range_that_no_paper_has() -> None:
    found = {id_ for row in DUMPS for id_ in re.findall(r"\b\d{4}\.\d{5}\b", text_of(row[0]))}
    assert len(found) > 30
    assert all(id_.startswith("2603.9") for id_ in found)


def text_of(name: str) -> str:
    content = (SAMPLES / name).read_bytes()
    return (gzip.decompress(content) if name.endswith(".gz") else content).decode()
