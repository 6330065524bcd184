"""What all charts are made of: numbers and bars as SVG writes them, and blocks of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

GAP = "·"
"""What stands in a row of blocks for a day without anything."""

_BLOCKS = "▁▂▃▄▅▆▇█"


def number(value: float) -> str:
    """Write a length with at most one decimal, the same on every machine."""
    tenths = round(value * 10)
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else f"{tenths // 10}"


def bars(boxes: Iterable[tuple[float, float, float, float]]) -> str:
    """Return the path of boxes, each told as left, top, width and height."""
    return "".join(
        f"M{number(x)} {number(y)}h{number(width)}v{number(height)}H{number(x)}z"
        for x, y, width, height in boxes
    )


def slots(count: int, width: int) -> list[tuple[float, float]]:
    """Share a width evenly among so many bars; return the left and the width of each."""
    step = width / count
    gap = min(2.0, step / 4)
    return [(i * step + gap / 2, step - gap) for i in range(count)]


def blocks(values: Sequence[float | None]) -> str:
    """Draw numbers from 0 upwards as a row of blocks, the highest full; None is a gap."""
    top = max((value for value in values if value), default=1)
    return "".join(GAP if value is None else _block(value / top) for value in values)


def _block(share: float) -> str:
    return _BLOCKS[max(0, min(len(_BLOCKS), ceil(share * len(_BLOCKS))) - 1)]
