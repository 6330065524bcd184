"""Editions are opened once, touched, curated while drafts, and never change once sealed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from store_values import (
    DAY,
    NOON,
    add_dump,
    day_edition,
    known,
    new,
    noon_of,
    one,
    record_new,
    record_seen,
    week_edition,
)

from digest.errors import EditionError, StoreError
from digest.models import Cadence, Curation, Diff
from digest.store import Store, Writing
from digest.store.engine import parse_url

NEXT = DAY + timedelta(days=1)
HOUR = timedelta(hours=1)


def test_an_edition_comes_back_as_it_was_opened_and_only_once(store: Store) -> None:
    with store.writing() as tx:
        tx.open_edition(day_edition())
        tx.open_edition(day_edition(opened_at=NOON + HOUR, week="2026-W99"))
        found = tx.edition("2026-03-11")
        assert tx.edition("2026-03-12") is None
    assert found == day_edition(change=1)


def test_editions_are_listed_latest_first_by_cadence_change_and_state(store: Store) -> None:
    record_new(store, [1], DAY)
    record_new(store, [2], NEXT)
    with store.writing() as tx:
        tx.seal("2026-03-12", "{}", NOON)
    with store.reading() as tx:
        names = [
            [edition.name for edition in found]
            for found in (
                tx.editions(),
                tx.editions(Cadence.DAY),
                tx.editions(Cadence.DAY, unsealed_only=True),
                tx.editions(since_change=2),
                tx.editions(since_change=3),
            )
        ]
    assert names == [
        ["2026-03-12", "2026-03-11", "2026-W11", "2026-03"],
        ["2026-03-12", "2026-03-11"],
        ["2026-03-11"],
        ["2026-03-12"],
        [],
    ]


def test_a_sealed_edition_keeps_its_text_and_refuses_every_change(store: Store) -> None:
    record_new(store, [1])
    with store.writing() as tx:
        assert tx.frozen("2026-03-11") is None
        tx.seal("2026-03-11", '{"é": 1}', NOON + HOUR)
    with store.reading() as tx:
        assert tx.frozen("2026-03-11") == '{"é": 1}'
        sealed = tx.edition("2026-03-11")
        assert sealed is not None
        assert sealed.sealed_at == NOON + HOUR
    changes: list[Callable[[Writing], None]] = [
        lambda tx: tx.seal("2026-03-11", "{}", NOON),
        lambda tx: tx.touch_edition("2026-03-11", NOON),
        lambda tx: tx.curate_pin("2026-03-11", "title:0001", True),
        lambda tx: tx.curate_hide("2026-03-11", "title:0001", True),
        lambda tx: tx.curate_note("2026-03-11", None, "no"),
    ]
    for change in changes:
        with pytest.raises(EditionError, match="sealed") as refused, store.writing() as tx:
            change(tx)
        assert refused.value.hint


def test_touching_tells_when_and_marks_the_week_and_month(store: Store) -> None:
    record_new(store, [1])
    before = store.change
    with store.writing() as tx:
        tx.touch_edition("2026-03-11", NOON + HOUR)
        tx.touch_edition("2026-03-11", NOON)
        names = {edition.name for edition in tx.editions(since_change=before)}
        found = tx.edition("2026-03-11")
    assert names == {"2026-03-11", "2026-W11", "2026-03"}
    assert found is not None
    assert found.updated_at == NOON + HOUR


def test_touching_marks_the_drafts_that_end_later(store: Store) -> None:
    """Their pictures tell what the day holds."""
    record_new(store, [1])
    record_new(store, [2], NEXT)
    before = store.change
    with store.writing() as tx:
        tx.touch_edition("2026-03-11", NOON + HOUR)
    with store.reading() as tx:
        names = {edition.name for edition in tx.editions(since_change=before)}
    assert names == {"2026-03-11", "2026-03-12", "2026-W11", "2026-03"}
    with store.writing() as tx:
        before = store.change
        tx.touch_edition("2026-03-12", NOON + HOUR)
    with store.reading() as tx:
        names = {edition.name for edition in tx.editions(since_change=before)}
    assert names == {"2026-03-12", "2026-W11", "2026-03"}


def test_an_edition_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(EditionError, match="no edition 2026-01-01"), store.writing() as tx:
        tx.seal("2026-01-01", "{}", NOON)
    with pytest.raises(EditionError), store.reading() as tx:
        tx.material("2026-01-01", listing_days=5)


def test_a_paper_is_new_in_one_daily_edition_only(store: Store, store_url: str) -> None:
    record_new(store, [1], DAY)
    record_new(store, [2], NEXT)
    again = "INSERT INTO announcements SELECT 1, '2026-03-12', 'new', at, is_late"
    engine = create_engine(parse_url(store_url))
    with pytest.raises(Exception, match=r"(?i)unique"), engine.begin() as connection:
        connection.execute(text(f"{again} FROM announcements WHERE paper_id = 1"))
    engine.dispose()


def test_a_paper_announced_in_no_edition_that_is_open_is_refused(store: Store) -> None:
    with pytest.raises(StoreError), store.writing() as tx:
        tx.record(add_dump(tx, edition="2026-12-24"), Diff(new=(new(1),)), 1, NOON)
    assert store.change == 0


def test_a_second_new_version_in_one_edition_is_announced_once(store: Store) -> None:
    record_new(store, [1])
    with store.writing() as tx:
        for n in (2, 3):
            own = add_dump(tx, str(n), NEXT)
            revised = known(one(tx, 1), 1, version=n)
            tx.record(own, Diff(revised=(revised,)), 1, noon_of(NEXT) + n * HOUR)
        material = tx.material("2026-03-12", listing_days=5)
    assert material.revised[1].at == noon_of(NEXT) + 2 * HOUR


def test_the_curator_pins_in_order_hides_and_notes(store: Store) -> None:
    record_new(store, [1, 2, 3])
    day = "2026-03-11"
    with store.writing() as tx:
        tx.curate_pin(day, "title:0003", True)
        tx.curate_pin(day, "title:0001", True)
        tx.curate_pin(day, "title:0002", True)
        tx.curate_pin(day, "title:0001", False)
        tx.curate_hide(day, "title:0001", True)
        tx.curate_note(day, "title:0002", "Read *this*.")
        tx.curate_note(day, None, "A quiet day.")
        assert tx.curation(day) == Curation(
            pinned=("title:0003", "title:0002"),
            hidden=frozenset({"title:0001"}),
            notes={"title:0002": "Read *this*."},
            note="A quiet day.",
        )
        assert tx.material(day, listing_days=5).curation == tx.curation(day)
        tx.curate_pin(day, "title:0003", False)
        tx.curate_pin(day, "title:0002", False)
        tx.curate_hide(day, "title:0001", False)
        tx.curate_note(day, "title:0002", "")
        tx.curate_note(day, None, "")
        assert tx.curation(day) == Curation()


def test_curation_marks_the_edition_to_be_rendered(store: Store) -> None:
    record_new(store, [1])
    before = store.change
    with store.writing() as tx:
        tx.curate_hide("2026-03-11", "title:0001", True)
    with store.reading() as tx:
        assert "2026-03-11" in {edition.name for edition in tx.editions(since_change=before)}


@pytest.mark.parametrize("key", ["title:0002", "title:9999", ""])
def test_only_a_paper_of_the_edition_can_be_curated(store: Store, key: str) -> None:
    record_new(store, [1], DAY)
    record_new(store, [2], NEXT)
    with pytest.raises(EditionError) as refused, store.writing() as tx:
        tx.curate_pin("2026-03-11", key, True)
    assert refused.value.hint


def test_a_week_curates_the_papers_of_its_days_seen_ones_too(store: Store) -> None:
    record_new(store, [1], DAY - timedelta(days=14))
    record_seen(store, [1], DAY)
    with store.writing() as tx:
        tx.curate_pin("2026-W11", "title:0001", True)
        assert tx.curation("2026-W11").pinned == ("title:0001",)
        assert tx.curation("2026-03-11").pinned == ()


def test_a_dump_marks_the_drafts_that_it_can_change_and_no_other(store: Store) -> None:
    long_ago = DAY - timedelta(days=60)
    record_new(store, [1], long_ago)
    record_new(store, [2], long_ago + timedelta(days=1))
    record_new(store, [3], NEXT)
    before = store.change
    record_seen(store, [1], DAY)
    with store.reading() as tx:
        names = {edition.name for edition in tx.editions(since_change=before)}
    assert names == {
        *("2026-03-11", "2026-03-12", "2026-W11", "2026-03"),
        *("2026-01-10", "2026-W02", "2026-01"),
    }


def test_a_paper_hidden_where_it_was_announced_has_no_page_until_it_is_shown_again(
    store: Store,
) -> None:
    record_new(store, [1, 2], DAY)
    record_seen(store, [1], NEXT)
    before = store.change
    with store.writing() as tx:
        tx.curate_hide("2026-03-12", "title:0001", True)
        tx.curate_hide("2026-03-11", "title:0002", True)
    with store.reading() as tx:
        assert [page.paper.id for page in tx.papers_changed(before)] == [1]
        assert tx.hidden_slugs(before) == ("t-2",)
    before = store.change
    with store.writing() as tx:
        tx.curate_hide("2026-03-11", "title:0002", False)
        assert [page.paper.id for page in tx.papers_changed(before)] == [2]
        assert tx.hidden_slugs(0) == ()


def test_an_edition_opened_for_nothing_can_be_dropped_but_no_other(store: Store) -> None:
    record_new(store, [1], DAY)
    with store.writing() as tx:
        tx.open_edition(day_edition(NEXT))
        tx.drop_edition("2026-03-12")
        assert tx.edition("2026-03-12") is None
    with pytest.raises(StoreError), store.writing() as tx:
        tx.drop_edition("2026-03-11")
    with store.reading() as tx:
        assert tx.edition("2026-03-11") is not None


def test_a_week_leaves_out_and_annotates_what_its_days_do(store: Store) -> None:
    record_new(store, [1, 2], DAY)
    with store.writing() as tx:
        tx.curate_hide("2026-03-11", "title:0001", True)
        tx.curate_note("2026-03-11", "title:0002", "of the day")
        week = tx.material("2026-W11", listing_days=5).curation
        assert (week.hidden, week.notes) == ({"title:0001"}, {"title:0002": "of the day"})
        tx.curate_note("2026-W11", "title:0002", "of the week")
        assert tx.material("2026-W11", listing_days=5).curation.notes == {
            "title:0002": "of the week"
        }


def test_a_roll_up_opened_late_is_one_with_its_days(store: Store) -> None:
    with store.writing() as tx:
        tx.open_edition(day_edition())
        tx.open_edition(week_edition())
        week = tx.edition("2026-W11")
    assert week is not None
    assert (week.start.isoformat(), week.end.isoformat()) == ("2026-03-09", "2026-03-15")
