"""Paints an SVG as a PNG, where resvg is installed (`pip install 'digest[charts]'`).

The only module that knows resvg. No font of the machine is looked at, so that the same picture has
the same bytes everywhere; another version of resvg may paint other bytes, and is told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from hashlib import sha256
from importlib import import_module
from types import ModuleType

from digest.errors import TemplateError
from digest.render.charts.lettering import Lettering, lettering_of


class Painter:
    """Paints with some fonts, each told as its path and its bytes; the first ones go first."""

    def __init__(self, fonts: Sequence[tuple[str, bytes]]) -> None:
        self._fonts = fonts

    @cached_property
    def mark(self) -> str:
        """What the bytes of a picture depend on besides the SVG: the fonts, and what paints."""
        fonts = [sha256(content).hexdigest() for _, content in self._fonts]
        return f"{version()} {' '.join(fonts)}"

    @cached_property
    def lettering(self) -> Lettering:
        """How wide a text is in these fonts."""
        return lettering_of(content for _, content in self._fonts)

    def paint(self, svg: str, *, style: str | None = None, zoom: int = 1) -> bytes:
        """Return the picture as PNG, `zoom` times as large as it says it is.

        Raises TemplateError where it is no SVG.
        """
        resvg = _resvg()
        if resvg is None:
            raise RuntimeError("resvg is not installed: ask `version` first")
        try:
            painted: bytes = resvg.svg_to_bytes(
                svg_string=svg,
                style_sheet=style,
                zoom=zoom,
                skip_system_fonts=True,
                font_files=[path for path, _ in self._fonts],
                languages=["en"],
            )
        except ValueError as error:
            raise TemplateError(
                f"a picture cannot be painted: {error}",
                at="charts/",
                hint="correct your own template there, or remove it to get the shipped one back",
            ) from error
        return painted


def version() -> str | None:
    """Name what paints, None where nothing does."""
    resvg = _resvg()
    return None if resvg is None else f"resvg_py {resvg.__version__}"


@cache
def _resvg() -> ModuleType | None:
    try:
        return import_module("resvg_py")
    except ImportError:
        return None
