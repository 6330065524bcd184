"""JSON: the documented keys, the words of the dump, nothing of the time of the run."""

from __future__ import annotations

import json
from typing import Any

import builders
import golden
import pytest
import xss

from digest.models import Edition, ListedPaper
from digest.render import to_json

PAPER_KEYS = [
    *(
        "key",
        "title",
        "title_text",
        "abstract",
        "abstract_text",
        "authors",
        "url",
        "arxiv_id",
        "doi",
        "published",
    ),
    *("votes", "position"),
    *("version", "summary", "keywords", "links", "comments", "organization"),
]
EDITION_PAPER_KEYS = [
    *PAPER_KEYS,
    *("page", "reason", "score", "late", "pinned", "note"),
]


def refuse(constant: str) -> None:
    raise ValueError(constant)


def rendered(edition: Edition) -> Any:
    (file,) = to_json.render(edition, builders.SITE)
    assert file.path == f"editions/{edition.name}/papers.json"
    assert file.content.endswith(b"}\n")
    return json.loads(file.content, parse_constant=refuse)


def test_the_edition_is_described() -> None:
    edition = builders.week(note="A *note*")
    assert rendered(edition)["edition"] == {
        "name": "2026-W11",
        "cadence": "week",
        "start": "2026-03-09",
        "end": "2026-03-15",
        "title": "Week 11 of 2026 (9–15 March)",
        "url": "https://papers.example.org/editions/2026-W11/",
        "updated": "2026-03-11T07:30:00Z",
        "note": "A *note*",
        "listings": 2,
        "counts": {"new": 3, "trending": 2, "revised": 1},
    }


def test_papers_stand_in_their_sections_and_order() -> None:
    document = rendered(builders.edition())
    assert list(document) == ["edition", "new", "trending", "revised"]
    keys = [[paper["key"] for paper in document[name]] for name in ("new", "trending", "revised")]
    assert keys == [
        ["arxiv:2603.00001", "arxiv:2603.00002", "arxiv:2603.00003"],
        ["arxiv:2603.00004", "arxiv:2603.00005"],
        ["arxiv:2603.00006"],
    ]


def test_a_paper_has_the_documented_keys() -> None:
    entry = builders.entry(
        2, score=0.123456, votes=99, is_late=True, is_pinned=True, note="n", reason="r"
    )
    (paper,) = rendered(builders.edition((entry,), 0, 0))["new"]
    assert list(paper) == EDITION_PAPER_KEYS
    assert paper["votes"] == 99
    assert paper["score"] == 0.1235
    assert (paper["late"], paper["pinned"], paper["note"], paper["reason"]) == (
        True,
        True,
        "n",
        "r",
    )
    assert paper["links"]["code"] == "https://github.com/example/project-2"
    assert paper["page"] == "https://papers.example.org/papers/2603-00002/"


def test_without_votes_in_the_edition_those_of_the_paper_stand() -> None:
    entry = builders.entry(2, votes=None, paper=builders.paper(2, votes=7))
    assert rendered(builders.edition((entry,), 0, 0))["new"][0]["votes"] == 7


def test_a_listed_paper_has_the_same_form_as_a_stored_one() -> None:
    listed = ListedPaper(title="T", abstract="A", position=4, authors=("Ada",), doi="10.1000/x")
    assert to_json.paper_json(listed, "doi:10.1000/x", 4) == {
        "key": "doi:10.1000/x",
        "title": "T",
        "title_text": "T",
        "abstract": "A",
        "abstract_text": "A",
        "authors": ["Ada"],
        "url": None,
        "arxiv_id": None,
        "doi": "10.1000/x",
        "published": None,
        "votes": None,
        "position": 4,
        "version": None,
        "summary": None,
        "keywords": [],
        "links": {},
        "comments": None,
        "organization": None,
    }
    paper = builders.paper(1)
    assert list(to_json.paper_json(paper, paper.key, 1)) == PAPER_KEYS


@pytest.mark.parametrize("hostile", xss.STRINGS)
def test_what_a_dump_said_is_given_back(hostile: str) -> None:
    paper = builders.paper(
        1, title=hostile, abstract=hostile, authors=(hostile,), links=((hostile, hostile),)
    )
    edition = builders.edition((builders.entry(1, paper=paper, reason=hostile),), 0, 0)
    (found,) = rendered(edition)["new"]
    whole = hostile.encode("utf-8", "replace").decode()
    assert (found["title"], found["abstract"], found["authors"]) == (whole, whole, [whole])
    assert found["links"] == {whole: whole}


def test_whether_an_edition_is_sealed_is_not_told() -> None:
    (draft,) = to_json.render(builders.edition(), builders.SITE)
    (sealed,) = to_json.render(builders.edition(is_sealed=True), builders.SITE)
    assert draft == sealed


def test_no_number_that_json_does_not_know() -> None:
    edition = builders.edition((builders.entry(1, score=float("nan")),), 0, 0)
    with pytest.raises(ValueError, match="not JSON compliant"):
        list(to_json.render(edition, builders.SITE))


def test_golden() -> None:
    golden.check("day", to_json.render(builders.edition(1, 1, 0), builders.SITE))
    golden.check("empty", to_json.render(builders.edition(0, 0, 0), builders.SITE))


def test_legible_paragraphs_stand_apart_by_a_blank_line() -> None:
    told = ListedPaper(title="T", abstract="One. Two.", paragraph_starts=(5,), position=1)
    known = to_json.paper_json(told, "title:1", 1)
    assert (known["abstract"], known["abstract_text"]) == ("One. Two.", "One.\n\nTwo.")
