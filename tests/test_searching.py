"""Searching: what is found of what was typed, alike in both databases, and in which order."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library import fill
from store_values import DAY, NOON, add_dump, known, new, noon_of, one

from digest.indexing import INDEXING, findable
from digest.models import Diff
from digest.query import parse
from digest.store import Store, backup, open_store, restore

SEARCHES: tuple[tuple[str, list[int]], ...] = (
    ("attention", [1, 3]),
    ("ATTENTION speech", [3]),
    ('"attention is"', [1, 3]),
    ('"is all you"', [1]),
    ("attention -speech", [1]),
    ("attention NOT speech", [1]),
    ("diffus*", [2]),
    ("diffus", []),
    ("speech OR diffusion", [2, 3]),
    ("speech | diffusion", [2, 3]),
    ("OR speech OR", [3]),
    ("all AND attention", [1, 3]),
    ("title:attention", [1]),
    ("author:vaswani", [1]),
    ('author:"Noam Shazeer"', [1]),
    ('author:"N. Shazeer"', [1]),
    ('author:"Shazeer, Noam"', [1]),
    ('author:"Ashish Shazeer"', []),
    ("vaswani need", [1]),
    ("author:erdos", [3]),
    ("author:erdős", [3]),
    ("C++", [2]),
    ("C#", [4]),
    (".NET", [4]),
    ("C", [6]),
    ("kmeans", [4]),
    ("k-means", [4]),
    ("mobius", [4]),
    ("学習", [5]),
    ("機械 学習", [5]),
    ("robot", [5]),
    ("survey", [5]),
    ("pretraining", [6]),
    ("pre-train", [2]),
    ("pretrain", [2]),
    ('"a language"', [2]),
    ('"we pretrain a"', [2]),
    ("state of the art", [6]),
    ("o'neil", [6]),
    ("need we", []),
    ('"need diffusion"', []),
    ('"need | attention"', []),
    ("-attention", []),
    ("id:title:0001", []),
)
HARMLESS = (
    *(
        '"',
        '""',
        "'",
        "C++",
        "AND",
        "OR",
        "NOT",
        "NEAR(",
        "NEAR(a b, 2)",
        "*",
        "**",
        "-",
        "--",
        "a:",
    ),
    *(
        "title:",
        "author:",
        "id:",
        'title:"',
        "author:*",
        "😀",
        "\0",
        "a\0b",
        "\ud800",
        "(",
        ")",
        "{t}:a",
    ),
    *(
        "^a",
        "a + b",
        "words:a",
        "a & !b",
        "a <-> b",
        "':*",
        "\\",
        "%",
        "_",
        "a" * 10_000,
        "a " * 5000,
    ),
    *('"a ' * 3000, "-a " * 3000, "a OR " * 3000, "id:2407.21783 " * 500, "t/a", "|", "é́́" * 900),
    *(
        "a* b* c*",
        '"a"*',
        "title:-x",
        "-title:x",
        "-id:1",
        "١٢٣",
        "\u202e",
        "中" * 9000,
        "a/b",
        "x:y:z",
    ),
)


@pytest.fixture
def library(store: Store) -> Store:
    """A store of the papers above, numbered from 1, the first of them the newest."""
    fill(store)
    return store


def found(store: Store, text: str, limit: int = 10, offset: int = 0) -> list[int]:
    with store.reading() as tx:
        hits = tx.search(parse(text), limit, offset)
    numbers = [paper.id for paper in hits.papers]
    assert offset or limit < hits.total or len(numbers) == hits.total
    return numbers


@pytest.mark.parametrize(("text", "expected"), SEARCHES)
def test_what_is_asked_for_is_found(library: Store, text: str, expected: list[int]) -> None:
    assert found(library, text) == expected


def test_nothing_that_is_typed_is_an_error(library: Store) -> None:
    for text in HARMLESS:
        found(library, text)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text() | st.text(alphabet="ab\"'*-:()|&!<>\\+#. ORANDt/", max_size=40))
def test_any_text_is_a_search(library: Store, text: str) -> None:
    found(library, text)


def test_titles_come_first_then_the_newest_on_every_page(store: Store) -> None:
    told = [("x", "word"), ("word", ""), ("y", "word"), ("word", "word"), ("z", "")]
    days = [date(2024, 1, n) for n in (5, 1, 9, 2, 8)]
    with store.writing() as tx:
        papers = tuple(
            new(n, title=f"{title} {n}", abstract=abstract, published=day.isoformat())
            for n, ((title, abstract), day) in enumerate(zip(told, days, strict=True), 1)
        )
        tx.record(add_dump(tx), Diff(new=papers), 5, NOON)
    store.index(INDEXING, findable)
    assert found(store, "word") == [4, 2, 3, 1]
    pages = [found(store, "word", limit=1, offset=n) for n in range(5)]
    assert pages == [[4], [2], [3], [1], []]
    assert [found(store, "word", limit=3, offset=n) for n in (1, 3)] == [[2, 3, 1], [1]]


def test_an_id_is_that_paper_first(store: Store) -> None:
    with store.writing() as tx:
        papers = (
            new(1, "arxiv:2407.21783", title="Herd"),
            new(2, title="After 2407.21783"),
            new(3, "doi:10.1000/x.y", title="By DOI"),
        )
        tx.record(add_dump(tx), Diff(new=papers), 3, NOON)
    store.index(INDEXING, findable)
    for text in ("2407.21783", "2407.21783v3", "arXiv:2407.21783", "arxiv.org/abs/2407.21783v1"):
        assert found(store, text)[0] == 1, text
    assert found(store, "2407.21783") == [1, 2]
    assert found(store, "2407.21783", limit=1, offset=1) == [2]
    assert found(store, "id:2407.21783") == [1]
    assert found(store, "id:2407.99999") == []
    assert found(store, "10.1000/X.Y") == [3]
    assert found(store, "https://doi.org/10.1000/x.y") == [3]


def test_the_index_follows_what_papers_say(library: Store) -> None:
    later = DAY + timedelta(days=1)
    with library.writing() as tx:
        own = add_dump(tx, "later", later)
        revised = known(one(tx, 1), 1, title="Renamed wholly", abstract="", version=2)
        same = known(one(tx, 2), 2, absorbs=(one(tx, 3),))
        tx.record(own, Diff(revised=(revised,), seen=(same,)), 2, noon_of(later))
    library.index(INDEXING, findable)
    assert found(library, "renamed") == [1]
    assert found(library, "attention") == []
    assert found(library, "speech") == []
    assert library.check() == []


def test_what_the_curator_hid_is_not_found(library: Store) -> None:
    with library.writing() as tx:
        tx.curate_hide(DAY.isoformat(), "title:0001", True)
    assert found(library, "attention") == [3]
    with library.writing() as tx:
        tx.curate_hide(DAY.isoformat(), "title:0001", False)
    assert found(library, "attention") == [1, 3]


def test_papers_from_before_are_indexed_once_and_anew_by_other_rules(store: Store) -> None:
    with store.writing() as tx:
        papers = tuple(new(n) for n in range(1, 1202))
        tx.record(add_dump(tx), Diff(new=papers), len(papers), NOON)
    assert found(store, "paper", limit=1) == []
    change = store.change
    assert store.index(INDEXING, findable) == 1201
    assert store.index(INDEXING, findable) == 0
    assert store.change == change
    assert found(store, "paper", limit=2) == [1201, 1200]
    assert store.index(INDEXING + 1, lambda _: "other") == 1201
    assert found(store, "paper", limit=1) == []
    assert found(store, "other", limit=1) == [1201]


def test_a_store_is_searched_as_the_one_it_was_restored_from(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    one = f"sqlite:///{tmp_path / 'one.db'}"
    first = open_store(one)
    fill(first)
    first.close()
    backup(one, tmp_path / "copy.db")
    store.close()
    restore(store_url, tmp_path / "copy.db", force=True)
    again = open_store(store_url)
    for text, expected in SEARCHES:
        assert found(again, text) == expected
    again.close()
