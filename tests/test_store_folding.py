"""Titles folded anew: found by the rules of today and by those of before; nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from store_values import DAY, NOON, add_dump, known, listed, new, noon_of, one, record_new

from digest.differ import diff
from digest.identity import keys_of
from digest.models import Diff
from digest.store import Store, backup, open_store

NEXT = DAY + timedelta(days=1)


def by_length(title: str) -> str:
    return f"title:of {len(title)}"


def answers(store: Store, *keys: str) -> list[list[int]]:
    with store.reading() as tx:
        found = tx.known(keys)
    return [[paper.id for paper in found.get(key, ())] for key in keys]


def test_papers_are_found_by_new_rules_and_by_those_before(store: Store) -> None:
    record_new(store, [1, 22, 333])
    change = store.change
    assert store.refold(7, by_length) == 3
    assert answers(store, "title:of 7", "title:of 8", "title:of 9") == [[1], [2], [3]]
    assert answers(store, "title:0001", "title:0022", "title:0333") == [[1], [2], [3]]
    assert store.change == change
    assert store.check() == []


def test_rules_that_were_the_last_are_not_asked_again(store: Store) -> None:
    def refused(_title: str) -> str:
        raise AssertionError

    record_new(store, [1])
    assert store.refold(7, by_length) == 1
    assert store.refold(7, refused) == 0
    assert store.refold(8, by_length) == 0
    assert store.refold(7, str.upper) == 1
    assert answers(store, "title:of 7", "PAPER 1", "title:0001") == [[1], [1], [1]]


def test_papers_that_come_to_share_a_key_are_namesakes(store: Store) -> None:
    record_new(store, [1, 2, 3])
    assert store.refold(7, by_length) == 3
    assert answers(store, "title:of 7") == [[1, 2, 3]]
    with store.reading() as tx:
        assert [tx.paper_by_key(f"title:000{n}") for n in (1, 2, 3)].count(None) == 0
        assert tx.paper_by_key("title:of 7") is None


def test_the_title_of_a_paper_that_moved_leads_to_the_other(store: Store) -> None:
    record_new(store, [1, 22])
    with store.writing() as tx:
        same = known(one(tx, 1), 1, absorbs=(one(tx, 22),))
        tx.record(add_dump(tx, "merge", NEXT), Diff(seen=(same,)), 1, noon_of(NEXT))
    store.refold(7, by_length)
    assert answers(store, "title:of 7", "title:of 8") == [[1], [1]]
    assert store.check() == []


def test_many_titles_are_folded_in_batches_and_each_once(store: Store) -> None:
    record_new(store, range(1, 2501))
    assert store.refold(7, str.lower) == 2500
    assert answers(store, "paper 1", "paper 1001", "paper 2500") == [[1], [1001], [2500]]
    assert store.refold(8, str.lower) == 0


def test_a_rule_that_fails_leaves_the_store_as_it_was(store: Store) -> None:
    def failing(title: str) -> str:
        return by_length(title) if title == "Paper 1" else title[99]

    record_new(store, [1, 2])
    with pytest.raises(IndexError):
        store.refold(7, failing)
    assert answers(store, "title:of 7") == [[]]
    assert store.refold(7, by_length) == 2


def test_a_backup_keeps_the_number_of_the_rules(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    record_new(store, [1])
    store.refold(7, by_length)
    backup(store_url, tmp_path / "copy.db")
    copy = open_store(f"sqlite:///{tmp_path / 'copy.db'}")
    assert copy.refold(7, str.upper) == 0
    copy.close()


def test_a_listing_in_other_writing_is_the_paper_that_older_rules_kept(store: Store) -> None:
    spellings = [r"$\mathcal{O}(n^2)$ Maps for Aky\"urek", "𝒪(n²) Maps for Akyürek"]
    old, other = new(1, title=spellings[0]), listed(1, title=spellings[1])
    with store.writing() as tx:
        tx.record(add_dump(tx), Diff(new=(old,)), 1, NOON)
        assert len(diff([other], tx.known(keys_of(other))).new) == 1
    store.refold(7, lambda title: keys_of(listed(1, title=title))[-1])
    with store.writing() as tx:
        (seen,) = diff([other], tx.known(keys_of(other))).seen
    assert seen.paper.key == "title:0001"
