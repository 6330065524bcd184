"""What views over time ask of the store: the last days' sightings, and which listings came."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from store_values import DAY, NOON, add_dump, day_edition, dump, record_new, record_seen
from test_store_recording import statements

from digest.models import DumpStatus, Edition, Heard, Period
from digest.pipeline.sealing import edition_of
from digest.pipeline.standing import heard, rankings
from digest.store import Store
from digest.trending import Rules

NEXT = DAY + timedelta(days=1)
BEFORE = DAY - timedelta(days=1)
RULES = Rules()


def latest(store: Store) -> Edition:
    with store.reading() as tx:
        record = tx.edition(DAY.isoformat())
        assert record is not None
        return edition_of(tx, record, RULES)


def told(store: Store) -> Heard:
    edition = latest(store)
    with store.reading() as tx:
        return heard(tx, edition, RULES.zone)


def came(store: Store, name: str, status: DumpStatus, **changes: object) -> None:
    """A file came that was not read into an edition."""
    values = {"day": None, "edition": None, "arrived_at": NOON} | changes
    with store.writing() as tx:
        tx.add_dump(replace(dump(name), status=status, **values))


def test_sightings_of_some_days_are_found_by_paper_without_hidden_ones(store: Store) -> None:
    record_new(store, [1, 2, 3], BEFORE)
    record_seen(store, [1, 2], DAY, votes=4)
    record_seen(store, [1], NEXT)
    with store.writing() as tx:
        tx.curate_hide(BEFORE.isoformat(), "title:0002", True)
    with store.reading() as tx:
        found = tx.seen_between(BEFORE, DAY)
        assert tx.listing_days(2) == (NEXT, DAY)
        pages = tx.paper_pages([1])
    assert {n: [each.day for each in seen] for n, seen in found.items()} == {
        1: [BEFORE, DAY],
        3: [BEFORE],
    }
    assert [each.day for each in pages[1].sightings] == [BEFORE, DAY, NEXT]


def test_papers_are_ranked_in_a_number_of_statements_that_does_not_grow(store: Store) -> None:
    with store.reading() as tx:
        assert rankings(tx, RULES) == {}
    counts = []
    for n in range(3):
        record_new(store, range(10 * n, 10 * n + 10), DAY + timedelta(days=n))
        with statements() as made, store.reading() as tx:
            found = rankings(tx, RULES, most=4)
        counts.append(len(made))
    assert counts[0] == counts[1] == counts[2] <= 10
    assert {period: len(each.papers) for period, each in found.items()} == dict.fromkeys(Period, 4)
    assert [each.page.paper.key for each in found[Period.NOW].papers[:2]] == [
        "title:0020",
        "title:0021",
    ]
    assert found[Period.NOW].total == 30


def test_a_thin_day_is_told_by_its_listings_each_paper_once(store: Store) -> None:
    record_new(store, range(5), BEFORE)
    record_new(store, [7], DAY)
    record_seen(store, range(5), DAY, "again")
    record_seen(store, range(3), DAY, "and again")
    assert told(store) == Heard(listed=6, seen=5)


def test_what_came_after_the_edition_and_what_did_not_is_told(store: Store) -> None:
    record_new(store, [1, 2], DAY)
    third, fifth = DAY + timedelta(days=3), DAY + timedelta(days=5)
    came(store, "stale", DumpStatus.READ, day=third, edition=third.isoformat(), listed=2)
    came(store, "broken", DumpStatus.REJECTED, arrived_at=NOON + timedelta(days=5))
    came(store, "early", DumpStatus.REJECTED, arrived_at=NOON - timedelta(days=5))
    came(store, "empty", DumpStatus.EMPTY, day=fifth, arrived_at=NOON + timedelta(days=5))
    assert told(store) == Heard(
        listed=2,
        stale=((third, 2),),
        rejected=1,
        empty=1,
        missing=tuple(DAY + timedelta(days=n) for n in (1, 2, 4, 5)),
    )
    came(store, "long after", DumpStatus.REJECTED, arrived_at=NOON + timedelta(days=90))
    assert told(store).missing == ()


def test_an_edition_of_late_papers_alone_says_so(store: Store) -> None:
    with store.writing() as tx:
        tx.open_edition(day_edition())
        add_dump(tx, "late", BEFORE, edition=DAY.isoformat(), is_late=True)
    assert not told(store).has_own_day


def test_before_the_first_edition_what_could_not_be_read_is_told(store: Store) -> None:
    came(store, "broken", DumpStatus.REJECTED)
    with store.reading() as tx:
        assert heard(tx, None, RULES.zone) == Heard(rejected=1)
