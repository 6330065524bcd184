"""Dumps, papers, keys, sightings: what is recorded is read back, at a cost that does not grow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, event
from store_values import (
    DAY,
    NOON,
    add_dump,
    day_edition,
    dump,
    known,
    new,
    noon_of,
    one,
    record_new,
    record_seen,
)

from digest.errors import StoreError
from digest.models import Diff, DumpStatus, Sighting
from digest.store import Store, open_store

NEXT = DAY + timedelta(days=1)
LATER = DAY + timedelta(days=5)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the statements that any engine runs meanwhile."""
    ran: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        ran.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield ran
    event.remove(Engine, "before_cursor_execute", note)


def test_a_paper_comes_back_as_it_was_listed(store: Store) -> None:
    full = {
        "title": "Ünïcode $x$ \U0001f600 'quoted' \\ %s :name",
        "authors": ("Ada A.", "Bo, B."),
        "arxiv_id": "2603.00001",
        "version": 2,
        "doi": "10.1000/x",
        "url": "https://example.org/1",
        "published": "2026-03-10",
        "votes": 12,
        "comments": 0,
        "summary": "Short.",
        "keywords": ("one", "two"),
        "organization": "Example Lab",
        "links": (("code", "https://example.org/c"), ("pdf", "https://example.org/p")),
    }
    with store.writing() as tx:
        tx.record(add_dump(tx), Diff(new=(new(1, "arxiv:2603.00001", **full),)), 1, NOON)
    with store.reading() as tx:
        paper = tx.paper_by_key("title:0001")
        assert paper is not None
        assert {name: getattr(paper, name) for name in full} == full
        assert (paper.key, paper.slug, paper.id) == ("title:0001", "t-1", 1)
        assert tx.paper_by_key("arxiv:2603.00001") == paper
        assert tx.paper_by_key("title:9999") is None


def test_known_finds_by_every_key_and_leaves_out_those_of_none(store: Store) -> None:
    twins = (new(1, "arxiv:1"), new(2, "title:0001", "arxiv:2"))
    with store.writing() as tx:
        tx.record(add_dump(tx), Diff(new=twins), 2, NOON)
        found = tx.known(["title:0001", "arxiv:1", "arxiv:2", "arxiv:3"])
    ids = {key: tuple(paper.id for paper in papers) for key, papers in found.items()}
    assert ids == {"title:0001": (1, 2), "arxiv:1": (1,), "arxiv:2": (2,)}
    assert found["arxiv:1"][0].title == "Paper 1"
    assert found["arxiv:1"][0].abstract == "What paper 1 says."


def test_a_key_shared_by_two_papers_is_nobodys_name(store: Store) -> None:
    with store.writing() as tx:
        tx.record(add_dump(tx), Diff(new=(new(1, "t"), new(2, "t"))), 2, NOON)
        assert tx.paper_by_key("t") is None


def test_known_asks_once_for_a_thousand_keys(store: Store) -> None:
    record_new(store, range(1, 1501))
    keys = [f"title:{n:04}" for n in range(1, 2501)]
    with store.reading() as tx, statements() as ran:
        assert len(tx.known(keys)) == 1500
    assert len(ran) == 3


def test_seen_again_fills_what_was_empty_and_changes_nothing_else(store: Store) -> None:
    record_new(store, [1, 2])
    with store.writing() as tx:
        gap = new(3, abstract="", authors=())
        tx.record(add_dump(tx, "gap"), Diff(new=(gap,)), 1, NOON)
        first = one(tx, 3)
        richer = known(first, 3, abstract="Found.", authors=("Ada",), url="u", title="Other")
        tx.record(add_dump(tx, "two", NEXT), Diff(seen=(richer,)), 1, NOON)
        other = known(first, 3, abstract="Else.", authors=("Bo",), url="v", title="Third")
        tx.record(add_dump(tx, "three", LATER), Diff(seen=(other,)), 1, NOON)
        paper = tx.paper_by_key("title:0003")
    assert paper is not None
    got = (paper.title, paper.abstract, paper.authors, paper.url)
    assert got == ("Paper 3", "Found.", ("Ada",), "u")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([(DAY, 5, 1), (LATER, 9, 2)], (9, 2)),
        ([(LATER, 9, 2), (DAY, 5, 1)], (9, 2)),
        ([(DAY, 5, 1), (NEXT, None, None)], (5, 1)),
        ([(DAY, None, None), (NEXT, 3, None)], (3, None)),
        ([(LATER, 3, None), (DAY, 8, 4)], (3, 4)),
        ([(DAY, 9, 1), (LATER, 4, 0)], (4, 0)),
        ([(DAY, 5, 1), (DAY, 7, 3)], (7, 3)),
        ([(DAY, 7, 3), (DAY, 5, 1)], (7, 3)),
    ],
)
def test_votes_and_comments_are_of_the_newest_day_whatever_the_order(
    store: Store, told: list[tuple[date, int | None, int | None]], expected: tuple[Any, Any]
) -> None:
    (day, votes, comments), *rest = told
    with store.writing() as tx:
        first = new(1, votes=votes, comments=comments)
        tx.record(add_dump(tx, "0", day), Diff(new=(first,)), 1, NOON)
        for n, (day, votes, comments) in enumerate(rest, 1):
            seen = known(one(tx, 1), 1, votes=votes, comments=comments)
            tx.record(add_dump(tx, str(n), day), Diff(seen=(seen,)), 1, NOON)
        paper = tx.paper_by_key("title:0001")
    assert paper is not None
    assert (paper.votes, paper.comments) == expected


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        (
            {"title": "Better", "abstract": "More.", "authors": ("Bo",), "version": 2},
            ("Better", "More.", ("Bo",), 2, "2026-03-01"),
        ),
        (
            {"abstract": "", "authors": (), "version": 3, "published": "2026-04-01"},
            ("Paper 1", "What paper 1 says.", ("Ada",), 3, "2026-03-01"),
        ),
    ],
)
def test_a_new_version_replaces_words_but_not_by_nothing(
    store: Store, again: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    with store.writing() as tx:
        first = new(1, authors=("Ada",), version=1, published="2026-03-01")
        tx.record(add_dump(tx), Diff(new=(first,)), 1, NOON)
        revised = known(one(tx, 1), 1, **again)
        tx.record(add_dump(tx, "two", NEXT), Diff(revised=(revised,)), 1, noon_of(NEXT))
        paper = tx.paper_by_key("title:0001")
    assert paper is not None
    got = (paper.title, paper.abstract, paper.authors, paper.version, paper.published)
    assert got == expected


@pytest.mark.parametrize(
    ("first", "again", "expected"),
    [
        (("A. B.", ()), ("A. B.", (3,)), ("A. B.", (3,))),
        (("A. B.", (3,)), ("A. B.", ()), ("A. B.", (3,))),
        (("A. B.", (3,)), ("", ()), ("A. B.", (3,))),
        (("", ()), ("A. B.", (3,)), ("A. B.", (3,))),
        (("A. B. C.", ()), ("A. B.", (3,)), ("A. B. C.", ())),
        (("A. B. C.", (3,)), ("A.", ()), ("A. B. C.", (3,))),
    ],
)
@pytest.mark.parametrize("is_revised", [False, True])
def test_paragraphs_go_with_the_abstract(
    store: Store, first: Any, again: Any, expected: Any, is_revised: bool
) -> None:
    with store.writing() as tx:
        before = new(1, abstract=first[0], paragraph_starts=first[1])
        tx.record(add_dump(tx), Diff(new=(before,)), 1, NOON)
        told = known(one(tx, 1), 1, abstract=again[0], paragraph_starts=again[1], version=2)
        diff = Diff(revised=(told,)) if is_revised else Diff(seen=(told,))
        tx.record(add_dump(tx, "two", NEXT), diff, 1, noon_of(NEXT))
        paper = tx.paper_by_key("title:0001")
    assert paper is not None
    is_replaced = is_revised and again[0] not in ("", first[0])
    assert (paper.abstract, paper.paragraph_starts) == (again if is_replaced else expected)


def test_new_keys_of_a_known_paper_find_it(store: Store) -> None:
    with store.writing() as tx:
        tx.record(add_dump(tx), Diff(new=(new(1),)), 1, NOON)
        brought = known(one(tx, 1), 1, keys=("arxiv:7",), arxiv_id="7")
        tx.record(add_dump(tx, "two", NEXT), Diff(seen=(brought,)), 1, NOON)
        (found,) = tx.known(["arxiv:7"])["arxiv:7"]
    assert (found.id, found.key, found.arxiv_id) == (1, "title:0001", "7")


def test_a_paper_stands_once_in_a_dump_recorded_in_parts(store: Store) -> None:
    with store.writing() as tx:
        own = add_dump(tx)
        tx.record(own, Diff(new=(new(1, position=1, votes=4),)), 9, NOON)
        tx.record(own, Diff(seen=(known(one(tx, 1), 1, position=7),)), 9, NOON)
        (page,) = tx.papers_changed(0)
    assert page.sightings == (Sighting(paper_id=1, day=DAY, position=1, listed=9, votes=4),)


def test_dumps_are_found_by_their_bytes_and_listed_newest_first(store: Store) -> None:
    bad = replace(dump("bad", NEXT, status=DumpStatus.REJECTED), day=None, edition=None)
    with store.writing() as tx:
        first = add_dump(tx)
        tx.finish_dump(first.id, listed=9, new=5, seen=3, revised=1)
        tx.add_dump(bad)
    with store.reading() as tx:
        found = tx.dump_by_digest(first.digest)
        assert found is not None
        assert (found.listed, found.new, found.seen, found.revised) == (9, 5, 3, 1)
        assert found.arrived_at == NOON
        assert tx.dump_by_digest("0" * 64) is None
        assert [own.name for own in tx.dumps()] == ["bad.txt", "one.txt"]
        assert [own.name for own in tx.dumps(limit=1)] == ["bad.txt"]
        assert [own.name for own in tx.dumps(status=DumpStatus.READ)] == ["one.txt"]
        counts = tx.counts()
    assert counts == {
        "papers": 0,
        "sightings": 0,
        "editions": 3,
        "dumps_read": 1,
        "dumps_empty": 0,
        "dumps_rejected": 1,
    }


def test_bytes_that_were_rejected_may_be_read_later_but_not_read_twice(store: Store) -> None:
    with store.writing() as tx:
        bad = tx.add_dump(dump(status=DumpStatus.REJECTED, reason="no", edition=None))
        assert tx.add_dump(dump()) == bad
        again = tx.dump_by_digest(dump().digest)
        assert again is not None
        assert (again.status, again.reason) == (DumpStatus.READ, "")
    with pytest.raises(StoreError, match="before"), store.writing() as tx:
        tx.add_dump(dump())


def test_a_dump_without_an_edition_is_not_recorded(store: Store) -> None:
    with pytest.raises(StoreError, match="added"), store.writing() as tx:
        tx.record(dump(), Diff(), 0, NOON)


@pytest.mark.parametrize("name", ["a\0b", "caf\udce9", "\ud83d", "fine \U0001f600 é"])
def test_names_that_no_database_takes_are_kept_readable(store: Store, name: str) -> None:
    with store.writing() as tx:
        tx.add_dump(replace(dump(), name=name))
        found = tx.dump_by_digest(dump().digest)
    assert found is not None
    assert len(found.name) == len(name)
    assert found.name.encode("utf-8")


@pytest.mark.parametrize("votes", [2**63, -(2**63) - 1])
def test_a_number_too_large_is_refused_and_nothing_kept(store: Store, votes: int) -> None:
    with pytest.raises(StoreError), store.writing() as tx:
        tx.record(add_dump(tx), Diff(new=(new(1, votes=votes),)), 1, NOON)
    assert store.change == 0


def test_instants_come_back_aware_in_utc_and_naive_ones_are_refused(store: Store) -> None:
    tokyo = timezone(timedelta(hours=9))
    with store.writing() as tx:
        tx.add_dump(dump(arrived_at=datetime(2026, 3, 11, 21, 0, 0, 1, tokyo)))
        found = tx.dump_by_digest(dump().digest)
    assert found is not None
    assert found.arrived_at.isoformat() == "2026-03-11T12:00:00.000001+00:00"
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(StoreError), store.writing() as tx:
        tx.add_dump(dump("two", arrived_at=naive))


def test_each_writing_transaction_is_one_change_put_on_the_rows_it_touched(store: Store) -> None:
    assert store.change == 0
    record_new(store, [1, 2, 3])
    assert store.change == 1
    record_seen(store, [2], NEXT)
    assert store.change == 2
    with store.writing():
        pass
    with store.reading() as tx:
        assert [page.paper.key for page in tx.papers_changed(1)] == ["title:0002"]
        assert [page.paper.id for page in tx.papers_changed(0)] == [1, 2, 3]
        assert not list(tx.papers_changed(2))
    assert store.change == 2


def test_a_page_tells_the_days_a_paper_was_in_and_its_history(store: Store) -> None:
    record_new(store, [1, 2])
    record_seen(store, [1], LATER, votes=5)
    record_seen(store, [1], NEXT)
    with store.reading() as tx:
        first, second = tx.papers_changed(0)
    assert first.editions == ("2026-03-11",)
    assert [(own.day, own.votes) for own in first.sightings] == [
        (DAY, None),
        (NEXT, None),
        (LATER, 5),
    ]
    assert (second.editions, second.moved_to) == (("2026-03-11",), None)


def test_pages_come_in_batches_and_each_once(store: Store) -> None:
    record_new(store, range(1, 1202))
    with store.reading() as tx, statements() as ran:
        ids = [page.paper.id for page in tx.papers_changed(0)]
    assert ids == list(range(1, 1202))
    assert len(ran) == 1 + 3 * 6


def test_a_transaction_that_fails_keeps_nothing(store: Store) -> None:
    record_new(store, [1])
    with pytest.raises(StoreError), store.writing() as tx:
        tx.record(add_dump(tx, "two"), Diff(new=(new(2), new(2))), 1, NOON)
    with store.reading() as tx:
        assert tx.counts()["papers"] == 1
    assert store.change == 1


def test_a_reader_sees_one_moment_while_others_write(store: Store, store_url: str) -> None:
    record_new(store, [1])
    with store.reading() as tx:
        before = tx.counts()
        other = open_store(store_url)
        record_new(other, [2], NEXT)
        other.close()
        assert tx.counts() == before
    with store.reading() as tx:
        assert tx.counts()["papers"] == 2


def test_two_writers_lose_no_update(store_url: str) -> None:
    stores = [open_store(store_url) for _ in range(2)]
    with stores[0].writing() as tx:
        tx.open_edition(day_edition())

    def increment(own: Store) -> None:
        for _ in range(100):
            with own.writing() as tx:
                tx.touch_edition("2026-03-11", NOON)

    threads = [Thread(target=increment, args=(own,)) for own in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stores[0].change == 201
    for own in stores:
        own.close()


def test_a_dump_takes_as_many_statements_against_a_small_store_as_a_large_one(
    store: Store,
) -> None:
    record_new(store, range(1, 11))
    against_ten = statements_of_a_dump(store, NEXT, range(1, 11))
    record_new(store, range(2001, 7001), NEXT, "many")
    against_five_thousand = statements_of_a_dump(store, LATER, range(2001, 2011))
    assert against_ten == against_five_thousand
    assert len(against_ten) <= 36


def statements_of_a_dump(store: Store, day: date, numbers: Iterable[int]) -> list[str]:
    """Record a dump of 100 papers: 90 new, 8 seen, 1 in a new version that absorbs another."""
    fresh = range(7000 + day.day * 100, 7090 + day.day * 100)
    with statements() as ran, store.writing() as tx:
        own = add_dump(tx, f"hundred-{day}", day)
        found = tx.known([f"title:{n:04}" for n in [*numbers, *fresh]])
        revised, absorbed, *seen = (papers[0] for papers in found.values())
        diff = Diff(
            new=tuple(new(n) for n in fresh),
            seen=tuple(known(paper, 1) for paper in seen),
            revised=(known(revised, 1, version=2, keys=(f"k{day}",), absorbs=(absorbed,)),),
        )
        tx.record(own, diff, 100, NOON)
        tx.finish_dump(own.id, listed=100, new=90, seen=8, revised=1)
    return ran
