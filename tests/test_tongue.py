"""What a tongue says: texts, numbers and days, in English and by a catalogue."""

from datetime import date

import pytest

from digest.models import ENGLISH


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        *((1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (21, "21st"), (102, "102nd")),
        *((11, "11th"), (12, "12th"), (13, "13th"), (113, "113th")),
    ],
)
def test_numbers_of_an_order(number: int, expected: str) -> None:
    assert ENGLISH.ordinal(number) == expected


def test_a_day_is_written_in_english():
    assert ENGLISH.day_month(date(2026, 3, 1)) == "1 March"
