"""`digest search` as a user calls it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from warm import digest


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newsletter of two papers."""
    root = tmp_path_factory.mktemp("search") / "letter"
    digest(root.parent, "init", root)
    told = [
        {"paper": {"id": "2603.00001", "title": "Patient robots", "summary": "They wait in C++."}},
        {"paper": {"id": "2603.00002", "title": "Kites", "summary": r"A robot at $\alpha$."}},
    ]
    (root / "inbox" / "2026-03-11.json").write_text(json.dumps(told))
    digest(root, "ingest")
    return root


def test_what_is_found_is_shown_the_title_first(root: Path) -> None:
    lines = digest(root, "search", "robot*").splitlines()
    assert [line.split("(")[1] for line in lines] == ["arxiv:2603.00001)", "arxiv:2603.00002)"]
    assert "and 1 more" in digest(root, "search", "robot*", "--limit", "1")
    assert "Kites" in digest(root, "search", "2603.00002v3")


def test_what_was_never_indexed_is_found(root: Path) -> None:
    with closing(sqlite3.connect(root / "digest.db")) as connection, connection:
        connection.execute("DELETE FROM paper_words")  # as if it was killed straight after the dump
        connection.execute("DELETE FROM meta WHERE key = 'words'")
    assert len(digest(root, "search", "robot*").splitlines()) == 2


def test_as_json_it_is_what_the_api_tells(root: Path) -> None:
    told = json.loads(digest(root, "search", "--json", "C++"))
    assert (told["query"], told["total"]) == ("C++", 1)
    assert told["papers"][0]["arxiv_id"] == "2603.00001"


def test_nothing_found_is_code_3(root: Path) -> None:
    assert "No paper matches" in digest(root, "search", "nothing", ok=3)
    assert "no word" in digest(root, "search", "*", ok=3)
