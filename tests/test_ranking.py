"""Which papers trend over a time, and where they stood before: as docs/trending.md says."""

from __future__ import annotations

from datetime import date, timedelta

import builders
import pytest

from digest.models import PaperPage, Period, Ranking, Sighting
from digest.ranking import order, ranking, seen_on
from digest.trending import Rules

END = date(2026, 3, 11)
RULES = Rules()


def seen(
    number: int, *ago: int, position: int = 1, votes: int | None = None
) -> tuple[Sighting, ...]:
    return tuple(
        Sighting(
            paper_id=number,
            day=END - timedelta(days=days),
            position=position,
            listed=10,
            votes=votes,
        )
        for days in sorted(ago, reverse=True)
    )


def ranked(
    period: Period, *papers: tuple[Sighting, ...], before: int = 1, most: int = 50
) -> Ranking:
    """Rank papers; the listing before the last one was `before` days earlier."""
    listings = (END, END - timedelta(days=before))
    found = {told[0].paper_id: told for told in papers}
    pages = {
        number: PaperPage(paper=builders.paper(number), sightings=told)
        for number, told in found.items()
    }
    return ranking(order(period, seen_on(found, END), listings, RULES), most, pages, listings)


def places(found: Ranking) -> list[tuple[int, int | None]]:
    return [(each.page.paper.id, each.before) for each in found.papers]


def test_now_late_days_count_more_and_in_a_week_each_day_alike() -> None:
    old = seen(1, 5, 6, 4)
    new = seen(2, 0, 1)
    assert places(ranked(Period.NOW, old, new)) == [(2, 2), (1, 1)]
    assert places(ranked(Period.WEEK, old, new)) == [(1, None), (2, None)]


def test_a_week_and_a_month_look_at_their_days_alone() -> None:
    within, before = seen(1, 6), seen(2, 7)
    found = ranked(Period.WEEK, within, before)
    assert (found.start, found.end, found.total) == (date(2026, 3, 5), END, 1)
    assert places(found) == [(1, None)]
    assert found.compared_to == date(2026, 3, 4)
    found = ranked(Period.MONTH, within, before, seen(3, 29), seen(4, 30, 31))
    assert [number for number, _ in places(found)] == [1, 2, 3]
    assert found.compared_to == date(2026, 2, 9)


def test_places_are_compared_with_the_listing_before_whenever_that_was() -> None:
    first, second = seen(1, 3, 0, position=2), seen(2, 3)
    found = ranked(Period.NOW, first, second, before=3)
    assert found.compared_to == date(2026, 3, 8)
    assert places(found) == [(1, 2), (2, 1)]
    assert ranked(Period.NOW, seen(1, 0, 40), before=40).compared_to is None


def test_without_a_time_before_nothing_is_said_to_be_new() -> None:
    found = ranked(Period.WEEK, seen(1, 0), seen(2, 0, position=2))
    assert found.compared_to is None
    assert places(found) == [(1, None), (2, None)]


def test_votes_count_and_those_alike_stand_by_place_then_by_arrival() -> None:
    papers = [seen(n, 0, position=4) for n in (9, 3)]
    papers += [seen(5, 0, position=3), seen(7, 0, position=9, votes=50)]
    assert [number for number, _ in places(ranked(Period.NOW, *papers))] == [7, 5, 3, 9]


def test_the_first_are_shown_and_all_are_counted() -> None:
    found = ranked(Period.NOW, *(seen(n, 0, position=n) for n in range(1, 8)), most=3)
    assert [each.place for each in found.papers] == [1, 2, 3]
    assert found.total == 7


@pytest.mark.parametrize(
    ("period", "days"), [(Period.NOW, 14), (Period.WEEK, 14), (Period.MONTH, 30)]
)
def test_a_picture_tells_of_a_fortnight_or_of_the_month(period: Period, days: int) -> None:
    (paper,) = ranked(period, seen(1, 0, 1, 20)).papers
    assert paper.history.start == END - timedelta(days=days - 1)
    assert len(paper.history.days) == (3 if days > 20 else 2)
    assert paper.reason == "in 2 of the last 2 listings"
