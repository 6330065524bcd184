"""Two rows that are one paper: all that one had is the other's, and it is announced once."""

from __future__ import annotations

from datetime import timedelta

from store_values import DAY, NOON, add_dump, known, new, noon_of, one, record_new, record_seen

from digest.models import Diff
from digest.store import Store

NEXT = DAY + timedelta(days=1)
LATER = DAY + timedelta(days=2)


def merge(store: Store, old: int, to: int, name: str = "merge") -> None:
    """Record a dump which shows that two papers are one."""
    with store.writing() as tx:
        own = add_dump(tx, name, LATER)
        same = known(one(tx, to), to, absorbs=(one(tx, old),))
        tx.record(own, Diff(seen=(same,)), 1, noon_of(LATER))


def test_the_moved_paper_points_on_and_its_keys_find_the_other(store: Store) -> None:
    record_new(store, [1], DAY)
    record_new(store, [2], NEXT)
    merge(store, 2, 1)
    with store.reading() as tx:
        assert [paper.id for paper in tx.known(["title:0002"])["title:0002"]] == [1]
        found = tx.paper_by_key("title:0002")
        assert found is not None
        assert found.key == "title:0001"
        stays, moved = tx.papers_changed(2)
        assert tx.counts()["papers"] == 1
    assert (stays.paper.id, stays.moved_to) == (1, None)
    assert stays.editions == ("2026-03-11",)
    assert [own.day for own in stays.sightings] == [DAY, NEXT, LATER]
    assert moved.paper.key == "title:0002"
    assert moved.moved_to == stays.paper
    assert (moved.editions, moved.sightings) == ((), ())
    assert store.check() == []


def test_moves_after_moves_end_at_the_last(store: Store) -> None:
    record_new(store, [1, 2, 3])
    merge(store, 1, 2, "a")
    merge(store, 2, 3, "b")
    with store.reading() as tx:
        found = [tx.paper_by_key(f"title:000{n}") for n in (1, 2, 3)]
        pages = list(tx.papers_changed(0))
    assert [paper.id for paper in found if paper] == [3, 3, 3]
    assert [page.moved_to.id for page in pages if page.moved_to] == [3, 3]
    assert store.check() == []


def test_moves_in_one_dump_may_form_a_chain(store: Store) -> None:
    record_new(store, [1, 2, 3])
    with store.writing() as tx:
        own = add_dump(tx, "chain", NEXT)
        ones = [one(tx, n) for n in (1, 2, 3)]
        seen = (known(ones[1], 2, absorbs=(ones[0],)), known(ones[2], 3, absorbs=(ones[1],)))
        tx.record(own, Diff(seen=seen), 2, NOON)
    with store.reading() as tx:
        assert {page.moved_to.id for page in tx.papers_changed(0) if page.moved_to} == {3}
    assert store.check() == []


def test_in_a_dump_that_listed_both_one_sighting_stays(store: Store) -> None:
    record_new(store, [1, 2])
    merge(store, 2, 1)
    with store.reading() as tx:
        assert tx.counts()["sightings"] == 2
        first, _ = tx.papers_changed(0)
    assert [own.position for own in first.sightings] == [1, 1]


def test_a_key_that_both_had_stays_once(store: Store) -> None:
    with store.writing() as tx:
        tx.record(add_dump(tx), Diff(new=(new(1, "t"), new(2, "t"))), 2, NOON)
    merge(store, 2, 1)
    with store.reading() as tx:
        assert [paper.id for paper in tx.known(["t"])["t"]] == [1]
        found = tx.paper_by_key("t")
    assert found is not None
    assert found.id == 1


def test_the_paper_that_stays_takes_over_what_only_the_other_had(store: Store) -> None:
    with store.writing() as tx:
        poor, rich = new(1, abstract=""), new(2, authors=("Ada",), votes=9, arxiv_id="7")
        tx.record(add_dump(tx), Diff(new=(poor, rich)), 2, NOON)
    merge(store, 2, 1)
    with store.reading() as tx:
        paper = tx.paper_by_key("title:0001")
    assert paper is not None
    assert paper.abstract == "What paper 2 says."  # it came before this listing
    assert (paper.authors, paper.votes, paper.arxiv_id) == (("Ada",), 9, "7")


def test_the_earlier_announcement_stands(store: Store) -> None:
    record_new(store, [1], NEXT)
    record_new(store, [2], DAY)
    merge(store, 2, 1)
    with store.reading() as tx:
        assert set(tx.material("2026-03-11", listing_days=5).new) == {1}
        next_day = tx.material("2026-03-12", listing_days=5)
    assert (set(next_day.new), set(next_day.seen)) == (set(), {1})


def test_what_a_sealed_edition_announced_is_not_announced_again(store: Store) -> None:
    record_new(store, [1], DAY)
    record_new(store, [2], NEXT)
    with store.writing() as tx:
        tx.seal("2026-03-12", "{}", noon_of(LATER))
    merge(store, 2, 1)
    with store.reading() as tx:
        assert set(tx.material("2026-03-11", listing_days=5).new) == set()
        assert set(tx.material("2026-03-12", listing_days=5).new) == {1}
        assert set(tx.material("2026-03", listing_days=5).new) == {1}


def test_what_was_pinned_or_noted_stays_with_the_paper(store: Store) -> None:
    record_new(store, [1, 2, 3], DAY)
    with store.writing() as tx:
        tx.curate_pin("2026-03-11", "title:0002", True)
        tx.curate_note("2026-03-11", "title:0003", "Theirs.")
        tx.curate_note("2026-03-11", "title:0001", "Ours.")
    merge(store, 2, 1, "a")
    merge(store, 3, 1, "b")
    with store.reading() as tx:
        asked = tx.curation("2026-03-11")
    assert asked.notes == {"title:0001": "Ours."}


def test_drafts_in_which_the_moved_paper_stood_are_to_be_rendered_again(store: Store) -> None:
    record_new(store, [1], DAY)
    record_new(store, [2], NEXT)
    before = store.change
    merge(store, 2, 1)
    with store.reading() as tx:
        names = {edition.name for edition in tx.editions(since_change=before)}
    assert {"2026-03-11", "2026-03-12", "2026-03-13", "2026-W11", "2026-03"} <= names


def test_a_paper_seen_and_absorbed_by_another_in_one_dump_is_seen_as_the_other(
    store: Store,
) -> None:
    record_new(store, [1, 2])
    with store.writing() as tx:
        own = add_dump(tx, "both", NEXT)
        seen = (known(one(tx, 1), 1, absorbs=(one(tx, 2),)), known(one(tx, 2), 2, keys=("k",)))
        tx.record(own, Diff(seen=seen), 2, NOON)
        assert [paper.id for paper in tx.known(["k"])["k"]] == [1]
    record_seen(store, [2], LATER)
    assert store.check() == []


def test_the_moved_papers_paragraphs_come_with_its_abstract(store: Store) -> None:
    with store.writing() as tx:
        bare, full = new(1, abstract=""), new(2, abstract="A. B.", paragraph_starts=(3,))
        tx.record(add_dump(tx, "both"), Diff(new=(bare, full)), 2, NOON)
        same = known(one(tx, 1), 1, abstract="", absorbs=(one(tx, 2),))
        tx.record(add_dump(tx, "merge", LATER), Diff(seen=(same,)), 1, noon_of(LATER))
        paper = tx.paper_by_key("title:0001")
    assert paper is not None
    assert (paper.abstract, paper.paragraph_starts) == ("A. B.", (3,))
