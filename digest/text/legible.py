"""Makes what a dump said legible: one line of plain Unicode, for whatever cannot show LaTeX.

The store keeps the text as the dump had it; this is called wherever it is shown, so that better
rules reach old papers too. What is safe to keep is `text.hygiene`'s.
"""

from __future__ import annotations

from digest.text.hygiene import clean


def legible(text: str) -> str:
    """Return a title or a paragraph as a reader should see it, on one line."""
    return clean(text)


def legible_name(name: str) -> str:
    """Return the name of a person or an institution as a reader should see it."""
    return clean(name)
