"""The language that readers are spoken to in: texts, numbers and days, in its words.

    tongue.say("No mail until %(time)s.", time=…)      tongue.count("%(n)s vote", "%(n)s votes", 3)

English is the source: its texts stand where they are said, its forms of days stand here. Any other
tongue has a catalogue, which comes in as a value (`digest.catalogues` reads it), and the forms of
the CLDR, by Babel. What is only named in one place and said in another is marked by `phrase`.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from babel import Locale

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


class Catalogue(Protocol):
    """What finds the translation of a text, as gettext's classes do; the text itself, if none."""

    def gettext(self, message: str) -> str:
        """Return the translation of a text."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the translation of a text that tells a number."""


def phrase(text: str) -> str:
    """Return the text as it is: it stands here to be found by `make words`, and is said later."""
    return text


class Tongue:
    """A language. `language` is its tag; without a `catalogue` the texts are English.

    `forms` is the CLDR's name of the locale whose days and numbers are written; without one they
    are written as in English.
    """

    def __init__(
        self,
        language: str = "en",
        catalogue: Catalogue | None = None,
        *,
        forms: str = "",
        is_right_to_left: bool = False,
    ) -> None:
        self.language = language
        self.is_right_to_left = is_right_to_left
        self._catalogue = catalogue
        self._forms = forms

    def __repr__(self) -> str:
        return f"Tongue({self.language!r})"

    @property
    def is_english(self) -> bool:
        """Whether the texts are those that stand in code and templates."""
        return self._catalogue is None

    def find(self, text: str) -> str:
        """Return the translation of a text, its places still open."""
        return text if self._catalogue is None else self._catalogue.gettext(text)

    def find_count(self, one: str, many: str, n: int) -> str:
        """Return the translation of a text that tells a number, its places still open."""
        if self._catalogue is None:
            return one if n == 1 else many
        return self._catalogue.ngettext(one, many, n)

    def say(self, text: str, /, **values: Any) -> str:
        """Say a text; each `%(name)s` in it is given by name, a percent sign is written `%%`."""
        return self.find(text) % values

    def count(self, one: str, many: str, n: int, /, **values: Any) -> str:
        """Say a text of a number, which stands in it as `%(n)s`."""
        return self.find_count(one, many, n) % {"n": n, **values}

    def number(self, n: int) -> str:
        """Write a whole number, its thousands apart."""
        if self._locale is None:
            return f"{n:,}"
        from babel.numbers import format_decimal

        return format_decimal(n, locale=self._locale)

    def ordinal(self, n: int) -> str:
        """Write 1 as `1st`, 12 as `12th`; elsewhere the number, and the text around it tells."""
        if self._locale is not None:
            return self.number(n)
        ending = "th" if n % 100 in (11, 12, 13) else _ENDINGS.get(n % 10, "th")
        return f"{n}{ending}"

    def weekday_date(self, day: date) -> str:
        """Write a day as `Wednesday 11 March 2026`."""
        if self._locale is None:
            return f"{WEEKDAYS[day.weekday()]} {self.long_date(day)}"
        return self._dated(day, "full")

    def long_date(self, day: date) -> str:
        """Write a day as `11 March 2026`."""
        if self._locale is None:
            return f"{self.day_month(day)} {day.year}"
        return self._dated(day, "long")

    def day_month(self, day: date) -> str:
        """Write a day as `11 March`."""
        if self._locale is None:
            return f"{day.day} {MONTHS[day.month - 1]}"
        return self._shaped(day, "MMMMd")

    def month_year(self, day: date) -> str:
        """Write the month of a day as `March 2026`."""
        if self._locale is None:
            return f"{MONTHS[day.month - 1]} {day.year}"
        return self._shaped(day, "yMMMM")

    def day_seen_from(self, day: date, on: date) -> str:
        """Name a day as seen from another: `yesterday`, `9 March`, `9 March 2025`."""
        if day == on - timedelta(days=1):
            return self.say("yesterday")
        return self.day_month(day) if day.year == on.year else self.long_date(day)

    def span(self, start: date, end: date) -> str:
        """Write some days as `9–15 March`, `30 March – 5 April`, with years where they differ."""
        if self._locale is not None:
            return self._between(start, end)
        if start.year != end.year:
            return f"{self.long_date(start)} – {self.long_date(end)}"
        if start.month != end.month:
            return f"{self.day_month(start)} – {self.day_month(end)}"
        return f"{start.day}–{self.day_month(end)}"

    def span_in_words(self, start: date, end: date) -> str:
        """Write some days as `9 to 15 March`."""
        if self._locale is not None:
            return self._between(start, end)
        is_one_month = (start.year, start.month) == (end.year, end.month)
        first = f"{start.day}" if is_one_month else self.day_month(start)
        return f"{first} to {self.day_month(end)}"

    @cached_property
    def _locale(self) -> Locale | None:
        if not self._forms:
            return None
        from babel import Locale

        return Locale.parse(self._forms)

    def _dated(self, day: date, length: str) -> str:
        from babel.dates import format_date

        return format_date(day, length, locale=self._locale)

    def _shaped(self, day: date, skeleton: str) -> str:
        from babel.dates import format_skeleton

        return format_skeleton(skeleton, day, locale=self._locale)

    def _between(self, start: date, end: date) -> str:
        from babel.dates import format_interval

        skeleton = "MMMMd" if start.year == end.year else "yMMMMd"
        return format_interval(start, end, skeleton, locale=self._locale)


ENGLISH = Tongue()
"""What is said in where nothing else is."""
