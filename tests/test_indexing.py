"""Indexing: done after the dump, in bounded transactions, wherever it was ended before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from store_values import DAY, NOON, add_dump, known, new, noon_of, one, record_new
from test_searching import found

from digest.indexing import INDEXING, findable
from digest.models import Diff, ListedPaper, Paper
from digest.store import Store, backup, open_store, restore
from digest.store.indexing import BATCH_PAPERS

PAPERS = 2 * BATCH_PAPERS + 201
Words = Callable[[Paper | ListedPaper], str]


class _KilledError(BaseException):
    """What ends a process in the middle of its work."""


def killed_at(number: int) -> Words:
    """Return what gives the words of papers until it is killed at one of them."""
    left = iter(range(number))

    def words_of(paper: Paper | ListedPaper) -> str:
        if next(left, None) is None:
            raise _KilledError
        return findable(paper)

    return words_of


def counting(words_of: Words = findable) -> tuple[Words, list[str]]:
    asked: list[str] = []

    def words(paper: Paper | ListedPaper) -> str:
        asked.append(paper.title)
        return words_of(paper)

    return words, asked


def index(store: Store) -> int:
    return store.index(INDEXING, findable)


def all_found(store: Store, text: str = "paper") -> list[int]:
    return sorted(found(store, text, limit=10_000))


def test_a_dump_waits_for_no_index_and_is_found_after(store: Store) -> None:
    record_new(store, range(1, 4))
    assert all_found(store) == []
    change = store.change
    assert index(store) == 3
    assert all_found(store) == [1, 2, 3]
    assert (index(store), store.change) == (0, change)


@pytest.mark.parametrize("number", [0, 1, BATCH_PAPERS, BATCH_PAPERS + 1, PAPERS - 1])
def test_killed_at_a_paper_it_goes_on_with_its_batch(store: Store, number: int) -> None:
    record_new(store, range(1, PAPERS + 1))
    with pytest.raises(_KilledError):
        store.index(INDEXING, killed_at(number))
    done = number // BATCH_PAPERS * BATCH_PAPERS
    assert len(all_found(store)) == done
    words, asked = counting()
    assert store.index(INDEXING, words) == len(asked) == PAPERS - done
    assert all_found(store) == [*range(1, PAPERS + 1)]
    assert store.check() == []


def test_it_ends_between_batches_when_it_is_told_to(store: Store) -> None:
    record_new(store, range(1, PAPERS + 1))
    goes_on = iter([True, False])
    assert store.index(INDEXING, findable, lambda: next(goes_on)) == BATCH_PAPERS
    assert index(store) == PAPERS - BATCH_PAPERS


def test_what_a_dump_changes_while_it_is_indexed_has_its_turn_after(store: Store) -> None:
    record_new(store, range(1, 4))
    later = DAY + timedelta(days=1)

    def dump_comes(paper: Paper | ListedPaper) -> str:
        if paper.title == "Paper 1":
            with store.writing() as tx:
                own = add_dump(tx, "later", later)
                revised = known(one(tx, 1), 1, title="Renamed", abstract="Anew.", version=2)
                same = known(one(tx, 2), 2, absorbs=(one(tx, 3),))
                diff = Diff(new=(new(4),), revised=(revised,), seen=(same,))
                tx.record(own, diff, 3, noon_of(later))
        return findable(paper)

    assert store.index(INDEXING, dump_comes) == 3
    assert all_found(store) == [2, 4]
    assert all_found(store, "renamed") == [1]
    assert store.check() == []


def test_a_paper_that_is_another_is_found_once_at_once(store: Store) -> None:
    record_new(store, range(1, 4))
    index(store)
    with store.writing() as tx:
        same = known(one(tx, 2), 2, absorbs=(one(tx, 3),))
        tx.record(add_dump(tx, "later"), Diff(seen=(same,)), 1, NOON)
    assert all_found(store) == [1, 2]
    index(store)
    assert all_found(store) == [1, 2]
    assert all_found(store, "3") == []


def test_eight_threads_find_each_paper_once(store: Store) -> None:
    record_new(store, range(1, PAPERS + 1))
    start, failed = threading.Barrier(8), list[BaseException]()

    def work(number: int) -> None:
        start.wait()
        try:
            if number < 2:
                day = DAY + timedelta(days=1 + number)
                record_new(store, range(10_000 * (number + 1), 10_000 * (number + 1) + 300), day)
            while index(store):
                pass
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failed == []
    assert index(store) == 0
    assert all_found(store) == [*range(1, PAPERS + 601)]
    assert store.check() == []


def test_a_day_told_later_moves_a_paper_in_the_order(store: Store) -> None:
    with store.writing() as tx:
        papers = (new(1), new(2, published="2026-03-05"))
        tx.record(add_dump(tx), Diff(new=papers), 2, NOON)
    index(store)
    assert found(store, "paper") == [1, 2]
    before = DAY - timedelta(days=30)
    with store.writing() as tx:
        tx.record(add_dump(tx, "x", before), Diff(seen=(known(one(tx, 1), 1),)), 1, NOON)
    assert index(store) == 1
    assert found(store, "paper") == [2, 1]


def test_other_rules_are_gone_over_to_where_it_was_ended(store: Store) -> None:
    record_new(store, range(1, PAPERS + 1))
    index(store)
    goes_on = iter([True, False])
    store.index(INDEXING + 1, lambda _: "other", lambda: next(goes_on))
    assert len(all_found(store, "other")) == BATCH_PAPERS
    assert len(all_found(store)) == PAPERS - BATCH_PAPERS
    words, asked = counting(lambda _: "other")
    assert store.index(INDEXING + 1, words) == len(asked) == PAPERS - BATCH_PAPERS
    assert all_found(store) == []


def test_what_a_later_program_indexed_is_left_to_it(store: Store) -> None:
    record_new(store, (1,))
    store.index(INDEXING + 1, lambda _: "other")
    assert index(store) == 0
    assert all_found(store, "other") == [1]


def test_restored_it_goes_on_where_the_backup_was(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    origin = f"sqlite:///{tmp_path / 'one.db'}"
    first = open_store(origin)
    record_new(first, range(1, PAPERS + 1))
    goes_on = iter([True, False])
    first.index(INDEXING, findable, lambda: next(goes_on))
    first.close()
    backup(origin, tmp_path / "copy.db")
    store.close()
    restore(store_url, tmp_path / "copy.db", force=True)
    again = open_store(store_url)
    assert len(all_found(again)) == BATCH_PAPERS
    assert index(again) == PAPERS - BATCH_PAPERS
    assert all_found(again) == [*range(1, PAPERS + 1)]
    again.close()


def test_what_another_did_meanwhile_is_not_written_over(store: Store) -> None:
    record_new(store, (1,))

    def another_comes(paper: Paper | ListedPaper) -> str:
        store.index(INDEXING + 1, lambda _: "other")
        return findable(paper)

    assert store.index(INDEXING, another_comes) == 0
    assert all_found(store, "other") == [1]
    assert all_found(store) == []
