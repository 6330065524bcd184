"""What a tongue says: texts, numbers and days, in English and by a catalogue."""

from __future__ import annotations

from datetime import date

import pytest

from digest import catalogues, theme
from digest.models import ENGLISH, Tongue

GERMAN = catalogues.tongue("de", tuple(theme.folders_of(None)))
DAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        *((1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (21, "21st"), (102, "102nd")),
        *((11, "11th"), (12, "12th"), (13, "13th"), (113, "113th")),
    ],
)
def test_numbers_of_an_order(number: int, expected: str) -> None:
    assert ENGLISH.ordinal(number) == expected


@pytest.mark.parametrize(
    ("tongue", "expected"),
    [
        (ENGLISH, ["Monday 9 March 2026", "9 March 2026", "9 March", "March 2026", "1,234"]),
        (GERMAN, ["Montag, 9. März 2026", "9. März 2026", "9. März", "März 2026", "1.234"]),
    ],
)
def test_days_and_numbers(tongue: Tongue, expected: list[str]) -> None:
    dates = (tongue.weekday_date, tongue.long_date, tongue.day_month, tongue.month_year)
    assert [*(each(DAY) for each in dates), tongue.number(1234)] == expected


@pytest.mark.parametrize(
    ("end", "english", "words", "german"),
    [
        (date(2026, 3, 15), "9–15 March", "9 to 15 March", "9.–15. März"),
        (
            date(2026, 4, 5),
            "9 March – 5 April",
            "9 March to 5 April",
            "9. März\u2009–\u20095. Apr.",
        ),
    ],
)
def test_spans_of_days(end: date, english: str, words: str, german: str) -> None:
    assert ENGLISH.span(DAY, end) == english
    assert ENGLISH.span_in_words(DAY, end) == words
    assert GERMAN.span(DAY, end) == GERMAN.span_in_words(DAY, end) == german


def test_a_day_is_named_as_it_is_seen_from_another() -> None:
    days = (date(2026, 3, 8), date(2026, 3, 1), date(2025, 3, 1))
    told = [ENGLISH.day_seen_from(day, DAY) for day in days]
    assert told == ["yesterday", "1 March", "1 March 2025"]
    told = [GERMAN.day_seen_from(day, DAY) for day in days]
    assert told == ["gestern", "1. März", "1. März 2025"]


def test_places_are_filled_by_name_and_numbers_choose_the_form() -> None:
    assert ENGLISH.say("100%% of %(what)s", what="it") == "100% of it"
    votes = ("%(n)s vote", "%(n)s votes")
    assert [ENGLISH.count(*votes, n) for n in (0, 1, 2)] == ["0 votes", "1 vote", "2 votes"]
    assert [GERMAN.count(*votes, n) for n in (0, 1, 2)] == ["0 Stimmen", "1 Stimme", "2 Stimmen"]
