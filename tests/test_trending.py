"""The trending formula and its reasons, by tables."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models import Sighting
from digest.trending import Rules, days_of, is_rising, reason, score

TODAY = date(2026, 3, 11)
RULES = Rules()


def seen(days_ago, position=1, listed=10, votes=None):
    return Sighting(
        paper_id=1,
        day=TODAY - timedelta(days=days_ago),
        position=position,
        listed=listed,
        votes=votes,
    )


def scored(*sightings):
    return score(days_of(sightings, TODAY), TODAY, RULES)


@pytest.mark.parametrize(
    ("sightings", "expected"),
    [
        ([], 0.0),
        ([seen(0)], 1.0),
        ([seen(0, position=6, listed=10)], 0.75),
        ([seen(7)], 0.5),
        ([seen(14)], 0.25),
        ([seen(0), seen(7)], 1.5),
        ([seen(0, votes=0)], 1.0),
        ([seen(0, votes=3)], 2.0),
        ([seen(7, votes=3)], 1.0),
        ([seen(-1)], 0.0),
    ],
)
def test_the_formula_by_hand(sightings, expected):
    assert scored(*sightings) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ([seen(0, position=1)], [seen(0, position=2)]),
        ([seen(0), seen(1)], [seen(0)]),
        ([seen(0)], [seen(1)]),
        ([seen(0, votes=50)], [seen(0, votes=5)]),
        ([seen(0, votes=50)], [seen(3, votes=50)]),
    ],
)
def test_oftener_higher_later_and_more_votes_score_more(better, worse):
    assert scored(*better) > scored(*worse)


def test_several_dumps_of_a_day_count_once_at_their_best():
    once = [seen(0, position=2, votes=9)]
    assert scored(*once, seen(0, position=8, votes=3), *once) == scored(*once)


@given(
    st.lists(st.builds(seen, st.integers(0, 400), st.integers(1, 10), votes=st.none()), min_size=1)
)
def test_the_score_does_not_depend_on_the_order_of_sightings(sightings):
    assert scored(*sightings) == pytest.approx(scored(*reversed(sightings)))
    assert scored(*sightings) > 0


@pytest.mark.parametrize(
    ("sightings", "rises"),
    [
        ([seen(0)], False),
        ([seen(2), seen(0)], True),
        ([seen(2, votes=80), seen(0, votes=120)], True),
        ([seen(200), seen(197), seen(195), seen(0, position=9)], False),
        ([seen(100, position=1), seen(0, position=10)], False),
    ],
)
def test_rising_is_to_score_more_than_when_last_listed(sightings, rises):
    assert is_rising(days_of(sightings, TODAY), TODAY, RULES) is rises


@pytest.mark.parametrize(
    ("sightings", "words"),
    [
        ([seen(0, position=3, listed=61)], "3rd of 61 listed"),
        ([seen(0, votes=1)], "1 vote"),
        ([seen(0, votes=0)], "1st of 10 listed"),
        ([seen(1, votes=80), seen(0, votes=120)],
         "120 votes, +40 since yesterday · in 2 of the last 5 listings"),
        ([seen(3, votes=80), seen(0, votes=1200)],
         "1,200 votes, +1,120 since 8 March · in 2 of the last 5 listings"),
        ([seen(1, votes=80), seen(0, votes=80)], "80 votes · in 2 of the last 5 listings"),
        ([seen(2), seen(1), seen(0)], "in 3 of the last 5 listings"),
        ([seen(182), seen(0)], "back after 182 days"),
        ([seen(9), seen(0)], "listed 2 times"),
    ],
)  # fmt: skip
def test_the_reason_in_words(sightings, words):
    last = [TODAY - timedelta(days=n) for n in range(5)]
    assert reason(days_of(sightings, TODAY), TODAY, last) == words
