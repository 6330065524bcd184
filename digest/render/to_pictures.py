"""Renders the pictures of an edition that are files: sparklines for its mail, and its social card.

Painting a card takes as long as all the rest of an edition. So each file says what it was painted
from, and one that is there, whole and the same, is not painted again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct, error

import jinja2

from digest.models import ENGLISH, Edition, Rendered, Site, Tongue
from digest.render import names
from digest.render.charts.card import social_card
from digest.render.charts.spark import MAIL_SIZE, recent
from digest.render.pictures import Painter

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = (
    len(_SIGNATURE) + 25
)  # the signature and the header's chunk, after which any other may stand
_KEYWORD = b"Digest\0"
_LENGTH, _SUM = Struct(">L4s"), Struct(">L")
_MAIL_ZOOM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A picture before it is painted: where it goes, and all that its bytes depend on."""

    path: str
    svg: str
    style: str | None = None
    zoom: int = 1

    def paint(self, painter: Painter, held: bytes | None = None) -> Rendered:
        """Paint the picture; `held` is what lies at its place, and stays if it is the same."""
        told = repr((self.svg, self.style, self.zoom, painter.mark))
        mark = sha256(told.encode("utf-8", "replace")).hexdigest().encode()
        if held is not None and _mark_of(held) == mark:
            return Rendered(path=self.path, content=held)
        png = painter.paint(self.svg, style=self.style, zoom=self.zoom)
        return Rendered(path=self.path, content=_marked(png, mark))


def sparklines(
    edition: Edition, templates: jinja2.Environment, tongue: Tongue = ENGLISH
) -> Iterator[Sketch]:
    """Yield the sparkline of each trending paper, as mail shows it."""
    template = templates.get_template("charts/spark.svg")
    style = templates.get_template("charts/mail.css").render()
    for entry in edition.trending:
        if entry.history:
            path = names.spark_path(edition.name, entry.paper.slug)
            svg = template.render(spark=recent(entry.history, MAIL_SIZE, tongue))
            yield Sketch(path=path, svg=svg, style=style, zoom=_MAIL_ZOOM)


def card(edition: Edition, site: Site, templates: jinja2.Environment, painter: Painter) -> Sketch:
    """Return what is shown where the edition is shared."""
    values = {"card": social_card(edition, site, painter.lettering), "site": site}
    svg = templates.get_template("charts/card.svg").render(values)
    return Sketch(path=names.card_path(edition.name), svg=svg)


def is_picture(path: str) -> bool:
    """Tell whether a path is one of those that this module may give."""
    name = path.rpartition("/")[2]
    return name == "card.png" or (name.startswith("spark-") and name.endswith(".png"))


def _marked(png: bytes, mark: bytes) -> bytes:
    """Put a text into a PNG (its specification, 11.3.4.3) that says what it was painted from."""
    body = b"tEXt" + _KEYWORD + mark
    chunk = _SUM.pack(len(body) - 4) + body + _SUM.pack(zlib.crc32(body))
    return png[:_HEAD] + chunk + png[_HEAD:]


def _mark_of(png: bytes) -> bytes | None:
    """Return what a PNG was painted from, if it is whole and says so."""
    mark, at, kind = None, len(_SIGNATURE), b""
    while at < len(png):
        try:
            length, kind = _LENGTH.unpack_from(png, at)
            (checksum,) = _SUM.unpack_from(png, at + 8 + length)
        except error:
            return None
        if zlib.crc32(png[at + 4 : at + 8 + length]) != checksum:
            return None
        body = png[at + 8 : at + 8 + length]
        if kind == b"tEXt" and body.startswith(_KEYWORD):
            mark = body.removeprefix(_KEYWORD)
        at += 12 + length
    return mark if kind == b"IEND" and png.startswith(_SIGNATURE) else None
