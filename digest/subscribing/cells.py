"""Cells of a table that spreadsheets may open: written so that none is taken for a formula.

A cell that begins as a formula does gets an apostrophe before it, as OWASP advises against CSV
injection; one that begins with apostrophes and then so gets another, and so what was written is
read back letter for letter.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_GUARDED = re.compile(r"'" + _FORMULA.pattern)


def guard(cell: str) -> str:
    """Return the cell as it is written."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """Return the cell that was written so; any other as it is."""
    return cell[1:] if _GUARDED.match(cell) else cell
