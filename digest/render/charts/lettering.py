"""How wide a text is in the fonts that pictures are drawn with, and where it is broken into lines.

Reads of a font what that needs: `cmap` (formats 4 and 12), `hmtx`, `hhea`, `head`, as the OpenType
specification has them. Kerning is left out, so a line is as wide as told or a little less.
What no font has a sign for is never drawn: pictures show no boxes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct, error, unpack_from

_OFFSET, _RECORD = Struct(">4xH"), Struct(">4s4xLL")
_GROUP = Struct(">LLL")
_END, _LOOSE = "…", " ,;:.–-"


@dataclass(frozen=True, slots=True)
class Lettering:
    """How far each character of some fonts advances, in ems; those of earlier fonts go first."""

    advances: Mapping[str, float]

    def width(self, text: str, size: float) -> float:
        """Return how wide a line is; what has no sign counts as a whole em."""
        return sum(self.advances.get(character, 1.0) for character in text) * size

    def drawable(self, text: str) -> str:
        """Return the text without what is mere decoration and has no sign, or nothing.

        Nothing where a letter or a digit has none: half a title would say something else.
        """
        plain = "".join(map(self._plain, text))
        missing = {character for character in plain if character not in self.advances}
        if any(unicodedata.category(character)[0] in "LN" for character in missing):
            return ""
        return " ".join("".join(c for c in plain if c not in missing).split())

    def lines(self, text: str, size: float, room: float, most: int) -> tuple[str, ...]:
        """Break a drawable text into at most so many lines; the last says if more is left out."""
        lines: list[str] = []
        words = text.split()
        while words and len(lines) < most:
            fitting = self._fitting(words, size, room)
            lines.append(" ".join(words[:fitting]) or self._cut(words[0], size, room))
            words = words[max(fitting, 1) :]
        if words and lines:
            lines[-1] = self._ended(lines[-1], size, room)
        return tuple(lines)

    def _ended(self, line: str, size: float, room: float) -> str:
        """Say at the end of a line that more is left out."""
        words = line.split()
        fitting = self._fitting(words, size, room - self.width(_END, size))
        if not fitting:
            return self._cut(line.removesuffix(_END), size, room)
        return " ".join(words[:fitting]).rstrip(_LOOSE).removesuffix(_END) + _END

    def _plain(self, character: str) -> str:
        """Return a sign that means the same, for a mathematical letter that has none."""
        if character in self.advances or character.isspace():
            return character
        return unicodedata.normalize("NFKC", character)

    def _fitting(self, words: Sequence[str], size: float, room: float) -> int:
        """Count the words that fit a line, from the first on."""
        used, space = 0.0, self.width(" ", size)
        for count, word in enumerate(words):
            used += self.width(word, size)
            if used > room:
                return count
            used += space
        return len(words)

    def _cut(self, text: str, size: float, room: float) -> str:
        """Shorten a line so that it fits with its ellipsis."""
        room -= self.width(_END, size)
        used = 0.0
        for at, character in enumerate(text):
            used += self.width(character, size)
            if used > room:
                return text[:at].rstrip(_LOOSE) + _END
        return text + _END


def lettering_of(fonts: Iterable[bytes]) -> Lettering:
    """Read fonts, the first of which is used where it can be; one that is damaged is left out."""
    advances: dict[str, float] = {}
    for font in fonts:
        try:
            read = dict(_advances(font))
        except (error, IndexError, KeyError, ZeroDivisionError):
            continue
        advances = read | advances
    return Lettering(advances)


def _advances(font: bytes) -> Iterator[tuple[str, float]]:
    tables = dict(_tables(font))
    (ems,) = unpack_from(">H", font, tables[b"head"] + 18)
    (count,) = unpack_from(">H", font, tables[b"hhea"] + 34)
    told = unpack_from(f">{2 * count}H", font, tables[b"hmtx"])[::2]
    for code, glyph in _glyphs(font, tables[b"cmap"]):
        if glyph and not 0xD800 <= code < 0xE000 and code <= 0x10FFFF:
            yield chr(code), told[min(glyph, count - 1)] / ems


def _tables(font: bytes) -> Iterator[tuple[bytes, int]]:
    (count,) = _OFFSET.unpack_from(font)
    for n in range(count):
        tag, offset, _ = _RECORD.unpack_from(font, 12 + 16 * n)
        yield tag, offset


def _glyphs(font: bytes, cmap: int) -> Iterator[tuple[int, int]]:
    """Yield characters and their glyphs from the Unicode tables of a font."""
    (count,) = unpack_from(">H", font, cmap + 2)
    for n in range(count):
        platform, _, offset = unpack_from(">HHL", font, cmap + 4 + 8 * n)
        (form,) = unpack_from(">H", font, cmap + offset)
        if platform in (0, 3) and form == 4:
            yield from _format_4(font, cmap + offset)
        elif platform in (0, 3) and form == 12:
            yield from _format_12(font, cmap + offset)


def _format_4(font: bytes, at: int) -> Iterator[tuple[int, int]]:
    (twice,) = unpack_from(">H", font, at + 6)
    ends, starts = at + 14, at + 16 + twice
    for segment in range(0, twice, 2):
        (end,) = unpack_from(">H", font, ends + segment)
        (start,) = unpack_from(">H", font, starts + segment)
        (delta,) = unpack_from(">H", font, starts + twice + segment)
        place = starts + 2 * twice + segment
        (offset,) = unpack_from(">H", font, place)
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = unpack_from(">H", font, place + offset + 2 * (code - start))
            yield code, (glyph + delta) % 0x10000 if glyph else 0


def _format_12(font: bytes, at: int) -> Iterator[tuple[int, int]]:
    (count,) = unpack_from(">L", font, at + 12)
    for n in range(count):
        start, end, first = _GROUP.unpack_from(font, at + 16 + 12 * n)
        for code in range(start, min(end, 0x10FFFF) + 1):
            yield code, first + code - start
