"""Editions: names, periods, where papers go, when one is sealed, what stands in it."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from builders import paper
from hypothesis import given
from hypothesis import strategies as st

from digest.edition import compose, home, is_due, name_of, opened, period, pictured
from digest.errors import EditionError
from digest.frozen import freeze, tally, thaw
from digest.models import Announced, Cadence, Curation, Material, Sighting, Tally
from digest.trending import Rules

DAY = date(2026, 3, 11)
NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "week", "month"),
    [
        (date(2026, 3, 11), "2026-W11", "2026-03"),
        (date(2027, 1, 1), "2026-W53", "2027-01"),
        (date(2024, 12, 30), "2025-W01", "2024-12"),
        (date(2024, 2, 29), "2024-W09", "2024-02"),
    ],
)
def test_a_day_names_its_week_and_month(day, week, month):
    assert name_of(day, Cadence.DAY) == day.isoformat()
    assert name_of(day, Cadence.WEEK) == week
    assert name_of(day, Cadence.MONTH) == month


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(Cadence))
def test_a_period_holds_the_day_that_named_it(day, cadence):
    found, start, end = period(name_of(day, cadence))
    assert found is cadence
    assert start <= day <= end
    assert name_of(start, cadence) == name_of(end, cadence)


@pytest.mark.parametrize(
    "name", ["", "today", "2026-13", "2026-02-30", "2026-W54", "2026-W00", "2026-3-1", "../2026-03"]
)
def test_what_is_no_name_of_an_edition_is_refused_with_a_hint(name):
    with pytest.raises(EditionError) as caught:
        period(name)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("day", "today", "sealed", "expected"),
    [
        (DAY, DAY, set(), "2026-03-11"),
        (DAY, DAY + timedelta(days=9), set(), "2026-03-11"),
        (DAY, DAY + timedelta(days=9), {"2026-03-11"}, "2026-03-20"),
        (DAY, DAY, {"2026-03-11"}, "2026-03-12"),
        (DAY, DAY, {"2026-03-11", "2026-03-12"}, "2026-03-13"),
        (DAY + timedelta(days=1), DAY, set(), "2026-03-12"),
    ],
)
def test_papers_go_to_their_day_or_to_the_next_that_is_open(day, today, sealed, expected):
    assert home(day, today, Cadence.DAY, sealed) == expected


def test_a_day_counts_in_the_next_week_where_its_own_is_sealed():
    today = DAY + timedelta(days=14)
    assert home(DAY, today, Cadence.WEEK, {"2026-W11"}) == "2026-W13"
    assert home(DAY, DAY, Cadence.MONTH, {"2026-03"}) == "2026-04"


@pytest.mark.parametrize(
    ("name", "opened_on", "today", "publishing", "due"),
    [
        ("2026-03-11", DAY, DAY, True, False),
        ("2026-03-11", DAY, DAY + timedelta(days=1), False, True),
        ("2026-03-11", DAY + timedelta(days=5), DAY + timedelta(days=5), False, False),
        ("2026-03-11", DAY + timedelta(days=5), DAY + timedelta(days=5), True, True),
        ("2026-W11", DAY, date(2026, 3, 15), True, False),
        ("2026-W11", DAY, date(2026, 3, 16), False, True),
        ("2026-W11", date(2026, 5, 1), date(2026, 5, 1), True, False),
        ("2026-03", DAY, date(2026, 4, 1), False, True),
    ],
)
def test_an_edition_is_sealed_when_its_time_is_over(name, opened_on, today, publishing, due):
    record = opened(name, datetime(opened_on.year, opened_on.month, opened_on.day, 9, tzinfo=UTC))
    assert is_due(record, today, UTC, publishing=publishing) is due


def test_whether_an_edition_was_opened_in_time_is_told_by_the_newsletters_own_clock():
    record = opened("2026-03-11", datetime(2026, 3, 11, 23, 30, tzinfo=UTC))
    tomorrow = date(2026, 3, 12)
    assert is_due(record, tomorrow, UTC, publishing=False)
    assert not is_due(record, tomorrow, ZoneInfo("Europe/Berlin"), publishing=False)


def seen(number, day=DAY, position=1, votes=None):
    return Sighting(paper_id=number, day=day, position=position, listed=20, votes=votes)


def material(**changes):
    """Four papers: 1 to 3 new, in order of their places, and 4 seen two days ago as well."""
    told = Announced(at=NOON)
    values = {
        "name": "2026-03-11",
        "cadence": Cadence.DAY,
        "start": DAY,
        "end": DAY,
        "updated": NOON,
        "listings": 1,
        "papers": {n: paper(n) for n in range(1, 6)},
        "sightings": {
            **{n: (seen(n, position=n),) for n in (1, 2, 3)},
            4: (seen(4, DAY - timedelta(days=2)), seen(4, position=4)),
            5: (seen(5, position=5),),
        },
        "new": dict.fromkeys((1, 2, 3), told),
        "revised": {},
        "seen": dict.fromkeys((1, 2, 3, 4), told),
        "listing_days": (DAY, DAY - timedelta(days=2)),
    }
    return Material(**{**values, **changes})


def ids(entries):
    return [entry.paper.id for entry in entries]


def test_new_papers_are_ranked_and_those_that_rise_stand_apart():
    edition = compose(material(), Rules())
    assert ids(edition.new) == [1, 2, 3]
    assert ids(edition.trending) == [4]
    assert edition.trending[0].reason == "in 2 of the last 2 listings"
    assert edition.new[0].reason == "1st of 20 listed"


def test_a_paper_stands_in_one_section_only():
    told = {1: Announced(at=NOON), 4: Announced(at=NOON)}
    edition = compose(material(revised=told), Rules())
    assert (ids(edition.new), ids(edition.revised), ids(edition.trending)) == ([1, 2, 3], [4], [])
    assert edition.revised[0].reason.startswith("now in version 1")


def test_votes_rank_above_place():
    sightings = {**material().sightings, 3: (seen(3, position=3, votes=40),)}
    assert ids(compose(material(sightings=sightings), Rules()).new) == [3, 1, 2]


def test_equal_scores_stand_in_a_fixed_order():
    sightings = {**material().sightings, **{n: (seen(n),) for n in (3, 2, 1)}}
    shuffled = dict.fromkeys((2, 3, 1), Announced(at=NOON))
    assert ids(compose(material(sightings=sightings, new=shuffled), Rules()).new) == [1, 2, 3]


def test_the_curator_pins_hides_and_annotates():
    keys = {n: paper(n).key for n in range(1, 5)}
    curation = Curation(
        pinned=(keys[3], keys[2]), hidden=frozenset({keys[1], keys[4]}), notes={keys[3]: "Look."}
    )
    edition = compose(material(curation=curation), Rules())
    assert ids(edition.new) == [3, 2]
    assert [entry.is_pinned for entry in edition.new] == [True, True]
    assert edition.new[0].note == "Look."
    assert edition.trending == ()


def test_a_pinned_paper_stands_though_it_does_not_rise():
    falling = {**material().sightings, 4: (seen(4, DAY - timedelta(days=90)), seen(4, position=20))}
    calm = compose(material(sightings=falling), Rules())
    pinned = compose(
        material(sightings=falling, curation=Curation(pinned=(paper(4).key,))), Rules()
    )
    assert (ids(calm.trending), ids(pinned.trending)) == ([], [4])


def test_the_section_of_trending_papers_is_limited():
    assert compose(material(), Rules(trending_limit=0)).trending == ()


def test_a_late_paper_says_so():
    old = DAY - timedelta(days=9)
    late = {1: Announced(at=NOON, is_late=True)}
    found = compose(material(new=late, sightings={1: (seen(1, old),)}, seen={}), Rules())
    assert found.new[0].is_late
    assert found.new[0].reason.startswith("late: listed 2 March")


def test_a_backfill_is_dated_by_its_day_not_by_when_it_came():
    later = datetime(2026, 11, 21, 3, tzinfo=UTC)
    told = dict.fromkeys((1, 2, 3), Announced(at=later))
    edition = compose(material(new=told, updated=later), Rules(zone=ZoneInfo("Asia/Tokyo")))
    assert edition.updated == datetime(2026, 3, 11, 14, 59, 59, tzinfo=UTC)
    assert {entry.announced for entry in edition.new} == {edition.updated}


def test_a_trending_paper_tells_its_days_and_others_do_not():
    days = (DAY - timedelta(days=14), DAY - timedelta(days=13), DAY - timedelta(days=2), DAY)
    again = {**material().sightings, 4: tuple(seen(4, day, votes=9) for day in days)}
    edition = compose(material(sightings=again), Rules())
    history = edition.trending[0].history
    assert (history.start, history.end) == (DAY - timedelta(days=13), DAY)
    assert [day.day for day in history.days] == list(days[1:])
    assert {entry.history for entry in edition.new} == {None}


def test_a_roll_up_tells_of_its_period_but_never_of_what_is_to_come():
    month = {"name": "2026-03", "cadence": Cadence.MONTH, "start": date(2026, 3, 1)}
    edition = compose(material(**month, end=date(2026, 3, 31)), Rules())
    history = edition.trending[0].history
    assert (history.start, history.end) == (DAY - timedelta(days=13), DAY)
    late = {"listing_days": (date(2026, 3, 30),), "curation": Curation(pinned=(paper(4).key,))}
    edition = compose(material(**month, end=date(2026, 3, 31), **late), Rules())
    history = edition.trending[0].history
    assert (history.start, history.end) == (date(2026, 3, 1), date(2026, 3, 30))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026-03-11", date(2026, 2, 26), DAY),
        ("2026-W11", date(2026, 3, 9), date(2026, 3, 15)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_pictures_tell_of_a_fortnight_or_of_the_period(name, first, last):
    assert pictured(opened(name, NOON)) == (first, last)


def test_a_day_counts_itself_after_the_days_before_it():
    before = (Tally(day=DAY - timedelta(days=2), new=7, trending=1, revised=2),)
    edition = compose(material(tallies=before), Rules())
    assert edition.tallies == (*before, Tally(day=DAY, new=3, trending=1))
    week = {"name": "2026-W11", "cadence": Cadence.WEEK, "end": DAY + timedelta(days=4)}
    assert compose(material(tallies=before, **week), Rules()).tallies == before


def test_a_sealed_edition_is_thawed_as_it_was_frozen():
    again = {**material().sightings, 4: (seen(4, DAY - timedelta(days=2)), seen(4, votes=2))}
    curation = Curation(notes={paper(1).key: "«Ω»\n\x00"})
    before = (Tally(day=DAY - timedelta(days=2), new=7),)
    edition = compose(material(curation=curation, sightings=again, tallies=before), Rules())
    thawed = thaw(freeze(edition))
    assert thawed.is_sealed
    assert thawed == replace(edition, is_sealed=True)
    assert freeze(thawed) == freeze(thaw(freeze(thawed)))
    assert tally(freeze(edition)) == edition.tallies[-1]


def test_an_edition_sealed_before_there_were_pictures_is_still_read():
    told = json.loads(freeze(compose(material(), Rules())))
    del told["tallies"]
    for entry in told["new"] + told["trending"] + told["revised"]:
        del entry["history"]
    old = thaw(json.dumps(told))
    assert old.tallies == ()
    assert {entry.history for entry in old.entries} == {None}
    assert tally(json.dumps(told)) == Tally(day=DAY, new=3, trending=1)


def test_a_sealed_edition_keeps_paragraphs_and_an_older_one_has_none():
    papers = {n: paper(n, paragraph_starts=(3,)) for n in range(1, 5)}
    frozen = freeze(compose(material(papers=papers), Rules()))
    assert {entry.paper.paragraph_starts for entry in thaw(frozen).entries} == {(3,)}
    older = frozen.replace('"paragraph_starts":[3],', "")
    assert {entry.paper.paragraph_starts for entry in thaw(older).entries} == {()}
