"""`digest topics` as a user calls it: what topics match of the archive, and why; counted lazily."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import builders
import pytest
from test_cli import TODAY
from warm import digest

from digest.models import Paper, PaperPage, Sighting
from digest.pipeline.survey import survey
from digest.topics import TopicRule, by_name, look

SEA = "We chart the floor of an invented ocean with nine buoys and one patient robot, twice. " * 4
SKY = "A kite that listens to thunder tells rain from hail a minute before any radar robot. " * 4
LAND = r"A plough of $\mathcal{O}(n)$ furrows keeps its line by the smell of the soil alone. " * 4
TOPICS = """
[topics.sea]
title = "Sea & shore"
words = ["ocean*"]
[topics.robots]
words = ["robot*"]
phrases = ["patient robot"]
categories = ["cs.*"]
authors = ["A. Almeida"]
exclude = ["radar"]
[topics.none]
words = ["unheard-of"]
"""


def dump(*papers: tuple[str, str, str, str]) -> str:
    told = [
        {
            "paper": {
                "id": number,
                "title": title,
                "summary": abstract,
                "upvotes": 3,
                "authors": [{"name": "Ada M. Almeida"}],
                "ai_keywords": [keyword],
            }
        }
        for number, title, abstract, keyword in papers
    ]
    return json.dumps(told)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newsletter of three topics, with a dump of today and one of six weeks ago."""
    root = tmp_path_factory.mktemp("topics") / "letter"
    digest(root.parent, "init", root)
    with (root / "digest.toml").open("a") as stream:
        stream.write(TOPICS)
    old = TODAY - timedelta(days=42)
    sea = ("2603.90001", "Maps of the Océan", SEA, "cs.RO")
    land = ("2603.90003", "The $O(n)$ Plough", LAND, "soil")
    sky = ("2603.90002", "Kites", SKY, "weather")
    (root / "inbox" / f"{old}.json").write_text(dump(land, sky))
    (root / "inbox" / f"{TODAY}.json").write_text(dump(sea, land))
    digest(root, "run")
    return root


def told(root: Path, *args: object) -> Any:
    return json.loads(digest(root, "topics", *args, "--json"))


def test_the_list_says_what_each_asks_for_and_what_it_matches(root: Path) -> None:
    assert digest(root, "topics", "list").splitlines() == [
        "none: 0 papers match, 0 of the last 7 days",
        "  Words: “unheard-of”",
        "robots: 2 papers match, 1 of the last 7 days",
        "  Words: “robot*”, “patient robot”",
        "  Categories: cs.*",
        "  Authors: A. Almeida",
        "  Not: “radar”",
        "sea (Sea & shore): 1 paper matches, 1 of the last 7 days",
        "  Words: “ocean*”",
        "3 papers in the archive, 1 new in the last 7 days",
    ]
    assert told(root, "list")[2] == {
        **{"name": "sea", "title": "Sea & shore", "words": ["ocean*"], "phrases": []},
        **{"categories": [], "authors": [], "exclude": [], "papers": 1, "recent": 1},
    }


def test_a_test_shows_the_latest_first_and_why(root: Path) -> None:
    lines = digest(root, "topics", "test", "robots").splitlines()
    assert lines[0] == "robots: 2 papers match, 1 of the last 7 days; the archive has 3 papers"
    assert lines[5:] == [
        f"{TODAY}  Maps of the Océan  (arxiv:2603.90001)",
        "            “robot” in the abstract; “patient robot” in the abstract; the category cs.RO; "
        "the author Ada M. Almeida",
        f"{TODAY - timedelta(days=42)}  The O(n) Plough  (arxiv:2603.90003)",
        "            the author Ada M. Almeida",
    ]
    few = digest(root, "topics", "test", "robots", "--limit", "1").splitlines()
    assert few[5:7] == lines[5:7]
    assert few[7:] == ["and 1 more: --limit 2 shows all"]
    assert digest(root, "topics", "test", "none").splitlines()[0].startswith("none: 0 papers match")


def test_as_json_it_tells_each_reason_and_each_place(root: Path) -> None:
    before = datetime.now(UTC).date()
    found = told(root, "test", "sea", "-n", "5")
    today = datetime.now(UTC).date()
    (match,) = found.pop("matches")
    since = {str(day - timedelta(days=6)) for day in (before, today)}  # midnight may come between
    assert found.pop("since") in since
    assert found == {
        **{"name": "sea", "title": "Sea & shore", "words": ["ocean*"], "phrases": []},
        **{"categories": [], "authors": [], "exclude": [], "papers": 1, "recent": 1},
        "archive": 3,
    }
    assert match["key"] == "arxiv:2603.90001"
    assert match["position"] == 1
    assert match["day"] == str(TODAY)
    assert match["why"] == [{"what": "“ocean”", "places": ["the title", "the abstract"]}]
    assert told(root, "test", "sea", "--limit", "0")["matches"] == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("robot", "did you mean robots?"),
        ("Sea and shore", "did you mean sea?"),
        ("zebra", "there are: none, robots, sea"),
    ],
)
def test_a_name_that_is_none_is_refused_with_the_nearest(root: Path, name: str, hint: str) -> None:
    said = digest(root, "topics", "test", name, ok=2)
    assert f"there is no topic '{name}'" in said
    assert hint in said


def test_without_topics_it_says_how_to_make_one(tmp_path: Path) -> None:
    root = tmp_path / "letter"
    digest(tmp_path, "init", root)
    said = digest(root, "topics", "list")
    assert said.startswith("There is no topic.")
    assert told(root, "list") == []
    assert "docs/topics.md" in digest(root, "topics", "test", "robots", ok=2)
    section = "\n".join(line[2:] for line in said.splitlines() if line.startswith("  "))
    with (root / "digest.toml").open("a") as stream:
        stream.write(section)  # what it shows can be used as it stands
    said = digest(root, "topics", "test", "robots")
    assert "robots (Robots): 0 papers match" in said
    assert "Nothing can match yet" in said


# What is counted -----------------------------------------------------------------------------

TOPIC = by_name([TopicRule(name="rare", words=("zebra",)), TopicRule(name="all", words=("we",))])
LATEST = date(2026, 3, 12)


def page(n: int, **changes: Any) -> PaperPage:
    """The page of paper `n`, announced `n` days before the latest."""
    day = LATEST - timedelta(days=n)
    values: dict[str, Any] = {"paper": builders.paper(n), "editions": (str(day),)}
    return PaperPage(**(values | changes))


def test_of_late_are_seven_days_with_today() -> None:
    since = LATEST - timedelta(days=6)
    archive = survey(map(page, range(20)), TOPIC.values(), since=since, most=3)
    assert (archive.papers, archive.recent) == (20, 7)
    assert archive.surveys["rare"].papers == archive.surveys["rare"].recent == 0
    found = archive.surveys["all"]
    assert (found.papers, found.recent) == (20, 7)
    assert [hit.paper.id for hit in found.latest] == [0, 1, 2]


def test_the_latest_are_the_latest_in_whatever_order_they_come() -> None:
    pages = [page(n) for n in (5, 3, 9, 1, 7)]
    same_day = [page(n, editions=("2026-03-01",)) for n in (40, 42, 41)]
    archive = survey([*pages, *same_day], TOPIC.values(), since=LATEST, most=7)
    found = archive.surveys["all"].latest
    assert [hit.paper.id for hit in found] == [1, 3, 5, 7, 9, 42, 41]


def test_a_paper_counts_once_on_the_day_that_it_was_new() -> None:
    seen = Sighting(paper_id=2, day=LATEST, position=1, listed=9)
    pages = [
        page(1, editions=("2026-01-01", "2026-03-12")),  # revised since
        page(2, editions=(), sightings=(seen,)),
        page(3, editions=()),
        page(4, moved_to=builders.paper(1)),
    ]
    archive = survey(pages, TOPIC.values(), since=LATEST, most=9)
    assert (archive.papers, archive.recent) == (3, 1)
    days = {hit.paper.id: hit.day for hit in archive.surveys["all"].latest}
    assert days == {1: date(2026, 1, 1), 2: LATEST, 3: date.min}


def test_no_more_papers_are_held_than_are_shown_whatever_the_archive_has() -> None:
    held = []

    def pages(count: int) -> Iterator[PaperPage]:
        for n in range(count):
            yield page(n % 2000, paper=builders.paper(n))
            if n % 500 == 499:
                held.append(sum(type(each) is Paper for each in gc.get_objects()))

    look.cache_clear()
    survey(pages(3000), TOPIC.values(), since=LATEST, most=10)
    assert max(held) < held[0] + 20
