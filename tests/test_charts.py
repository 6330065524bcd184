"""Charts: what is drawn where, what stands for it in text, and what it says in words."""

from __future__ import annotations

import re
from datetime import date, timedelta

import builders
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from digest import theme
from digest.models import Day, History, Tally
from digest.render import text
from digest.render.charts import bar, spark, strokes

TEMPLATES = theme.load(None, text.FILTERS)
LAST = date(2026, 3, 11)
SVG = "{http://www.w3.org/2000/svg}"


def seen(ago: int, position: int = 1, listed: int = 50, votes: int | None = None) -> Day:
    return Day(day=LAST - timedelta(days=ago), position=position, listed=listed, votes=votes)


def history(*days: Day, span: int = 7) -> History:
    return History(start=LAST - timedelta(days=span - 1), end=LAST, days=days)


def drawn(name: str, **values: object) -> etree._Element:
    return etree.fromstring(TEMPLATES.get_template(f"charts/{name}.svg").render(values))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (3, "3"), (2.5, "2.5"), (2.04, "2"), (2.96, "3"), (10.25, "10.2"), (0.06, "0.1")],
)
def test_a_length_has_at_most_one_decimal(value: float, expected: str) -> None:
    assert strokes.number(value) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], ""),
        ([None, None], "··"),
        ([0], "▁"),
        ([0, 0, None], "▁▁·"),
        ([5], "█"),
        ([1, 2, 3, 4, 5, 6, 7, 8], "▁▂▃▄▅▆▇█"),
        ([12, None, 57], "▂·█"),
        ([100, 110], "██"),
        ([1, 1_000_000], "▁█"),
    ],
)
def test_blocks_begin_at_nothing_and_the_highest_is_full(
    values: list[float | None], expected: str
) -> None:
    assert strokes.blocks(values) == expected


@pytest.mark.parametrize(
    ("days", "blocks", "words"),
    [
        ([seen(0)], "······█", "Listed on 1 of the last 7 days, 1st of 50 at best"),
        (
            [seen(6, 40), seen(5, 22), seen(0, 2)],
            "▂▅····█",
            "Listed on 3 of the last 7 days, 2nd of 50 at best",
        ),
        (
            [seen(6, votes=12), seen(4, 3, votes=30), seen(3, 9), seen(0, 4, votes=57)],
            "▂·▅▅··█",
            "Listed on 4 of the last 7 days, 1st of 50 at best, from 12 to 57 votes",
        ),
        (
            [seen(1, 3), seen(0, 3, votes=1)],
            "·····██",
            "Listed on 2 of the last 7 days, 3rd of 50 at best, 1 vote",
        ),
        (
            [seen(1, 3, votes=1200), seen(0, 3, votes=1200)],
            "·····██",
            "Listed on 2 of the last 7 days, 3rd of 50 at best, 1,200 votes",
        ),
        ([seen(1, votes=0), seen(0, votes=0)], "·····▁▁", None),
        ([seen(2), seen(1, votes=8), seen(0, votes=8)], "····▁██", None),
        ([], "·······", "Listed on 0 of the last 7 days"),
    ],
)
def test_a_sparkline_says_in_text_what_it_shows(
    days: list[Day], blocks: str, words: str | None
) -> None:
    told = spark.recent(history(*days))
    assert told.blocks == blocks
    assert words in (None, told.words)


def test_a_sparkline_has_a_bar_for_each_day_and_a_line_for_votes() -> None:
    told = spark.recent(history(seen(6, votes=10), seen(4, 50), seen(0, 26, votes=20)))
    assert (told.width, told.height) == (112, 28)
    assert told.seen == "M1 0h14v28H1zM33 24.5h14v3.5H33zM97 12.5h14v15.5H97z"
    assert told.rest.count("z") == 4
    assert told.line == "8,14 104,3"
    assert told.dot == ("104", "3")


def test_one_count_of_votes_is_a_dot_and_none_is_nothing() -> None:
    once = spark.recent(history(seen(6), seen(0, votes=3)))
    assert (once.line, once.dot) == ("", ("104", "3"))
    never = spark.recent(history(seen(6), seen(0)))
    assert (never.line, never.dot) == ("", None)
    zero = spark.recent(history(seen(6, votes=0), seen(0, votes=0)))
    assert zero.line == "8,25 104,25"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        ((0,), "Listed on 11 March 2026, 1st of 50 at best"),
        ((3, 0), "Listed on 2 days from 8 March 2026 to 11 March 2026, 1st of 50 at best"),
    ],
)
def test_a_whole_history_names_its_days(ago: tuple[int, ...], words: str) -> None:
    assert spark.whole([seen(n) for n in ago], 336).words == words


def test_a_long_history_is_drawn_in_as_many_bars_as_can_be_told_apart() -> None:
    days = [seen(n, 1 + n % 50, votes=3650 - n) for n in reversed(range(3650))]
    told = spark.whole(days, 336)
    assert 90 < told.seen.count("z") <= 112
    assert told.line.count(",") == told.seen.count("z") == len(told.blocks)
    assert told.words.startswith("Listed on 3650 days from ")
    assert told.words.endswith("from 1 to 3,650 votes")


def test_days_of_one_bar_are_joined_the_best_place_and_the_most_votes() -> None:
    days = [seen(399), seen(2, 9, votes=8), seen(1, 4, 40), seen(0, 30, votes=2)]
    told = spark.whole(days, 300)
    assert (told.line, told.dot) == ("", ("298.5", "3"))
    assert "1st of 50 at best, from 8 to 2 votes" in told.words


@given(
    st.dictionaries(
        st.integers(0, 400),
        st.tuples(st.integers(1, 60), st.integers(1, 60), st.none() | st.integers(0, 10**9)),
        min_size=1,
    ),
    st.integers(42, 400),
)
def test_nothing_is_drawn_outside_and_every_picture_is_well_formed(
    days: dict[int, tuple[int, int, int | None]], width: int
) -> None:
    """Not even where a place is beyond the listing's length, as a damaged dump may have it."""
    told = spark.whole(
        [seen(ago, place, listed, votes) for ago, (place, listed, votes) in sorted(days.items())][
            ::-1
        ],
        width,
    )
    root = drawn("spark", spark=told)
    assert root.get("aria-label") == told.words
    numbers = re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)H[\d.]+z", told.seen + told.rest)
    assert len(numbers) == (told.seen + told.rest).count("z")
    for x, y, wide, high in (map(float, each) for each in numbers):
        assert 0 <= x <= x + wide <= width + 0.1
        assert 0 <= y <= y + high <= 28.1
    assert "-" not in told.line


def tallies(*counts: tuple[int, int, int] | None) -> tuple[Tally, ...]:
    return tuple(
        Tally(day=LAST - timedelta(days=ago), new=told[0], trending=told[1], revised=told[2])
        for ago, told in zip(reversed(range(len(counts))), counts, strict=True)
        if told is not None
    )


def test_a_bar_stacks_what_each_day_held() -> None:
    edition = builders.edition(tallies=tallies((32, 6, 1), None, (0, 0, 0), (10, 0, 2)))
    told = bar.bar_of(edition)
    assert told is not None
    assert [(name, words) for name, words, _ in told.parts] == [
        ("new", "new"),
        ("trending", "trending again"),
        ("revised", "revised"),
    ]
    assert [path.count("z") for _, _, path in told.parts] == [2, 1, 2]
    assert told.rest.count("z") == 2
    assert told.blocks == "█·▁▃"
    assert told.span == "8 to 11 March"
    assert told.words == "Papers a day, 8 to 11 March: 0 to 39. 11 March: 10 new, 2 revised"


@pytest.mark.parametrize(
    "counts", [(), ((3, 0, 0),), ((0, 0, 0), (0, 0, 0)), (None, None, (3, 1, 0))]
)
def test_no_bar_is_drawn_where_there_is_nothing_to_compare(
    counts: tuple[tuple[int, int, int] | None, ...],
) -> None:
    assert bar.bar_of(builders.edition(tallies=tallies(*counts))) is None


@pytest.mark.parametrize(
    ("days", "span"),
    [
        ((date(2026, 2, 26), date(2026, 3, 11)), "26 February to 11 March"),
        ((date(2025, 12, 29), date(2026, 1, 4)), "29 December to 4 January"),
        ((date(2026, 3, 1), date(2026, 3, 31)), "1 to 31 March"),
    ],
)
def test_a_bar_says_which_days(days: tuple[date, date], span: str) -> None:
    told = bar.bar_of(builders.edition(tallies=tuple(Tally(day=day, new=1) for day in days)))
    assert told is not None
    assert told.span == span
    assert told.words == f"Papers a day, {span}: 1. {span.rpartition(' to ')[2]}: 1 new"


@given(st.lists(st.none() | st.tuples(*[st.integers(0, 3000)] * 3), min_size=2, max_size=31))
def test_no_bar_is_higher_than_its_picture(counts: list[tuple[int, int, int] | None]) -> None:
    told = bar.bar_of(builders.edition(tallies=tallies(*counts)))
    if told is None:
        return
    root = drawn("bar", bar=told)
    assert root.get("aria-label") == told.words
    assert {path.tag for path in root} == {f"{SVG}path"}
    for _, _, path in told.parts:
        assert "-" not in path
        for x, y, wide, high in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)", path):
            assert float(x) + float(wide) <= told.width
            assert float(y) + float(high) <= told.height + 0.1
