"""The material of days, weeks and months, in a number of statements that does not grow."""

from __future__ import annotations

from datetime import timedelta

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
from test_store_recording import statements

from digest.models import Announced, Cadence, Diff, DumpStatus
from digest.store import Store

MONDAY = DAY - timedelta(days=2)
NEXT = DAY + timedelta(days=1)
HOUR = timedelta(hours=1)


def test_a_day_holds_its_new_papers_and_those_seen_again_with_all_their_history(
    store: Store,
) -> None:
    record_new(store, [1, 2], MONDAY)
    record_new(store, [3], DAY)
    record_seen(store, [1], DAY, "again", votes=3)
    record_seen(store, [1, 3], NEXT)
    with store.reading() as tx:
        day = tx.material("2026-03-11", listing_days=5)
    assert (day.name, day.cadence, day.start, day.end) == ("2026-03-11", Cadence.DAY, DAY, DAY)
    assert (day.new, day.revised) == ({3: Announced(at=NOON)}, {})
    assert day.seen == {1: Announced(at=NOON), 3: Announced(at=NOON)}
    assert {paper_id: paper.key for paper_id, paper in day.papers.items()} == {
        1: "title:0001",
        3: "title:0003",
    }
    assert [(own.day, own.votes) for own in day.sightings[1]] == [(MONDAY, None), (DAY, 3)]
    assert [own.day for own in day.sightings[3]] == [DAY]
    assert day.listings == 1
    assert day.listing_days == (DAY, MONDAY)


def test_a_week_is_the_union_of_its_days_and_a_month_of_all(store: Store) -> None:
    days = (MONDAY - timedelta(days=1), MONDAY, DAY)
    for n, day in enumerate(days, 1):
        record_new(store, [n], day)
    with store.writing() as tx:
        own = add_dump(tx, "versions", DAY)
        revised = known(one(tx, 2), 2, version=2)
        tx.record(own, Diff(revised=(revised,)), 1, NOON + HOUR)
        own = add_dump(tx, "more versions", NEXT)
        tx.record(own, Diff(revised=(known(one(tx, 2), 2, version=3),)), 1, noon_of(NEXT))
        tx.touch_edition("2026-03-11", NOON + HOUR)
        week = tx.material("2026-W11", listing_days=2)
        month = tx.material("2026-03", listing_days=9)
    assert (set(week.new), set(month.new)) == ({2, 3}, {1, 2, 3})
    assert week.revised == {2: Announced(at=NOON + HOUR)}
    assert week.seen[2] == Announced(at=noon_of(MONDAY))
    assert (week.listings, month.listings) == (3, 4)
    assert (week.cadence, week.start, week.end) == (
        Cadence.WEEK,
        MONDAY,
        MONDAY + timedelta(days=6),
    )
    assert week.updated == noon_of(NEXT)
    assert week.listing_days == (NEXT, DAY)
    assert month.listing_days == (NEXT, DAY, MONDAY, MONDAY - timedelta(days=1))


def test_what_comes_late_stands_in_a_later_edition_with_its_own_day(store: Store) -> None:
    record_new(store, [1], MONDAY)
    with store.writing() as tx:
        add_dump(tx, "opens", DAY)
        own = add_dump(tx, "late", MONDAY, edition="2026-03-11", is_late=True)
        tx.record(own, Diff(new=(new(2),), seen=(known(one(tx, 1), 1),)), 2, NOON)
        today = tx.material("2026-03-11", listing_days=5)
        monday = tx.material("2026-03-09", listing_days=5)
    assert today.new == {2: Announced(at=NOON, is_late=True)}
    assert today.seen[1].is_late
    assert [own.day for own in today.sightings[2]] == [MONDAY]
    assert set(monday.new) == {1}
    assert monday.listings == 1


def test_a_day_that_counts_in_a_later_week_is_in_that_week(store: Store) -> None:
    record_new(store, [1], DAY)
    with store.writing() as tx:
        tx.open_edition(day_edition(MONDAY - timedelta(days=1), week="2026-W11"))
        own = add_dump(tx, "sunday", MONDAY - timedelta(days=1))
        tx.record(own, Diff(new=(new(2),)), 1, NOON)
        assert set(tx.material("2026-W11", listing_days=5).new) == {1, 2}


def test_dumps_that_were_not_read_are_no_listings(store: Store) -> None:
    record_new(store, [1], DAY)
    with store.writing() as tx:
        tx.add_dump(dump("empty", DAY, status=DumpStatus.EMPTY))
        day = tx.material("2026-03-11", listing_days=5)
    assert (day.listings, day.listing_days) == (1, (DAY,))


def test_an_edition_without_dumps_has_empty_material(store: Store) -> None:
    with store.writing() as tx:
        tx.open_edition(day_edition())
        day = tx.material("2026-03-11", listing_days=5)
    assert (day.papers, day.sightings, day.new, day.seen) == ({}, {}, {}, {})
    assert (day.updated, day.listing_days) == (NOON, ())


def test_material_takes_as_many_statements_for_a_day_as_for_a_full_month(store: Store) -> None:
    record_new(store, [1], MONDAY)
    with store.reading() as tx, statements() as for_one:
        tx.material("2026-03-09", listing_days=5)
    for n in range(3, 13):
        record_new(store, range(n * 100, n * 100 + 50), MONDAY + timedelta(days=n))
    with store.reading() as tx, statements() as for_many:
        tx.material("2026-03", listing_days=5)
    assert len(for_one) == len(for_many)
