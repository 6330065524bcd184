"""A bar for each day: how many papers its edition held, new, trending again, revised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from digest.models import ENGLISH, Edition, Section, Tally, Tongue, phrase
from digest.render.cards import counted
from digest.render.charts.strokes import bars, blocks, slots

WIDTH, HEIGHT = 280, 56
_SLOTS_A_WIDTH = 14
_GAPS = 5.0  # what lies between the parts of a bar, and what the least of parts may need more
_SECTIONS = (Section.NEW, Section.TRENDING, Section.REVISED)
_WORDS = {
    Section.NEW: phrase("new"),
    Section.TRENDING: phrase("trending again"),
    Section.REVISED: phrase("revised"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a template draws: a path for each section that holds anything, one for empty days.

    `parts` are the section's name, its words and its path. `blocks` and `words` say the same
    without a picture; `span` says which days.
    """

    width: int
    height: int
    parts: tuple[tuple[str, str, str], ...]
    rest: str
    span: str
    blocks: str
    words: str


def bar_of(
    edition: Edition, width: int = WIDTH, height: int = HEIGHT, tongue: Tongue = ENGLISH
) -> Bar | None:
    """Draw the days of an edition; None where there are not two to compare."""
    told = edition.tallies
    if len(told) < 2 or not any(map(_total, told)):
        return None
    by_day = {tally.day: tally for tally in told}
    first, last = told[0].day, told[-1].day
    span = (last - first).days + 1
    days = [first + timedelta(days=n) for n in range(span)]
    width = min(width, span * width // _SLOTS_A_WIDTH)
    columns = [by_day.get(day) for day in days]
    drawn = _bar(columns, width, height)
    parts = tuple((name, tongue.say(word), path) for name, word, path in drawn.parts)
    shown = tongue.span_in_words(first, last)
    words = _in_words([tally for tally in columns if tally], shown, tongue)
    return replace(drawn, parts=parts, span=shown, words=words)


def _bar(columns: Sequence[Tally | None], width: int, height: int) -> Bar:
    """Draw the bar, with nothing said of it yet."""
    totals = [None if tally is None else _total(tally) for tally in columns]
    places = slots(len(columns), width)
    scale = (height - _GAPS) / max(total or 0 for total in totals)
    parts: dict[Section, list[tuple[float, float, float, float]]] = {}
    for (x, thick), tally in zip(places, columns, strict=True):
        foot = float(height)
        for section, count in _counts(tally):
            foot -= max(1.0, count * scale)
            parts.setdefault(section, []).append((x, foot, thick, max(1.0, count * scale)))
            foot -= 1
    empty = [place for place, total in zip(places, totals, strict=True) if not total]
    return Bar(
        width=width,
        height=height,
        parts=tuple((s.value, _WORDS[s], bars(parts[s])) for s in _SECTIONS if s in parts),
        rest=bars((x, height - 1, thick, 1) for x, thick in empty),
        span="",
        blocks=blocks(totals),
        words="",
    )


def _counts(tally: Tally | None) -> list[tuple[Section, int]]:
    counts = (tally.new, tally.trending, tally.revised) if tally else (0, 0, 0)
    return [(section, n) for section, n in zip(_SECTIONS, counts, strict=True) if n]


def _total(tally: Tally) -> int:
    return tally.new + tally.trending + tally.revised


def _in_words(told: Sequence[Tally], span: str, tongue: Tongue) -> str:
    last, totals = told[-1], [_total(tally) for tally in told]
    low, high = min(totals), max(totals)
    papers = f"{low}"
    if low != high:
        papers = tongue.say("%(low)s to %(high)s", low=low, high=high)
    return tongue.say(
        "Papers a day, %(days)s: %(papers)s. %(last)s: %(counts)s",
        days=span,
        papers=papers,
        last=tongue.day_month(last.day),
        counts=", ".join(counted(_counts(last), tongue)) or tongue.say("none"),
    )
