"""The picture shown where somebody shares an edition: its day, its counts, its best papers.

Every line is measured before it is drawn, so none runs out of the picture. A title that the fonts
cannot write is passed over for the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.models import ENGLISH, Edition, Site, Tongue
from digest.render import names
from digest.render.cards import summary
from digest.render.charts.bar import Bar, bar_of
from digest.render.charts.lettering import Lettering
from digest.text.legible import legible

WIDTH, HEIGHT = 1200, 630
_ROOM = 1056
_BESIDE_THE_BAR = 740
_HEAD_SIZES = range(62, 35, -2)
_BRAND_SIZE, _BRAND_SPACING = 27, 0.09  # the spacing of its letters, in ems
_SUMMARY_SIZE = 30
_SIZE, _LINE, _GAP = 37, 47, 17
_FIRST, _LAST = 322, 590
_INDENT = 56
_LINES_A_TITLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a title: where its foot stands, and its number where it is a title's first."""

    y: int
    number: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialCard:
    """What the template draws. `bar` is none where there is no day to compare with."""

    width: int
    height: int
    brand: str
    head: str
    head_size: int
    summary: str
    lines: tuple[Line, ...]
    bar: Bar | None


def social_card(edition: Edition, site: Site, lettering: Lettering) -> SocialCard:
    """Lay out the card of an edition."""
    head = lettering.drawable(names.edition_title(edition, site.tongue))
    size = next((s for s in _HEAD_SIZES if lettering.width(head, s) <= _BESIDE_THE_BAR), 0)
    size = size or _HEAD_SIZES[-1]
    told = lettering.drawable(summary(edition, site.tongue))
    titles = (legible(entry.paper.title) for entry in edition.entries)
    drawable = (title for title in map(lettering.drawable, titles) if title)
    return SocialCard(
        width=WIDTH,
        height=HEIGHT,
        brand=_brand(site, lettering),
        head=_one_line(head, size, lettering),
        head_size=size,
        summary=_one_line(told, _SUMMARY_SIZE, lettering),
        lines=tuple(_lines(drawable, lettering)),
        bar=bar_of(edition, 252, 112, site.tongue),
    )


def description(edition: Edition, tongue: Tongue = ENGLISH) -> str:
    """Say what the card shows."""
    return f"{names.edition_title(edition, tongue)}: {summary(edition, tongue)}"


def _brand(site: Site, lettering: Lettering) -> str:
    told = lettering.drawable(legible(site.title).upper())
    room = _BESIDE_THE_BAR / (1 + 2.4 * _BRAND_SPACING)  # a capital is about 0.6 ems wide, bold
    return _one_line(told, _BRAND_SIZE, lettering, room)


def _one_line(text: str, size: int, lettering: Lettering, room: float = _BESIDE_THE_BAR) -> str:
    return "".join(lettering.lines(text, size, room, 1))


def _lines(titles: Iterator[str], lettering: Lettering) -> Iterator[Line]:
    """Yield the lines of as many titles as there is room for, the first on top."""
    y = _FIRST
    for number, title in enumerate(titles, 1):
        most = min(_LINES_A_TITLE, 1 + (_LAST - y) // _LINE)
        if most < 1:
            return
        shown: Sequence[str] = lettering.lines(title, _SIZE, _ROOM - _INDENT, most)
        for at, text in enumerate(shown):
            yield Line(y=y + at * _LINE, number="" if at else f"{number}", text=text)
        y += len(shown) * _LINE + _GAP
