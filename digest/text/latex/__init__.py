"""LaTeX as Unicode: `spans` finds mathematics, `broken` mends it, `mathematics`, `prose` write it.

`links` comes first: an address is no TeX. Nothing here decides where a text is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.text.latex import broken, links, mathematics, prose, restoring
from digest.text.latex.signs import HELD
from digest.text.latex.spans import Kind, spans

_QUOTED = re.compile(r'(?<![^\s(\[])\\"(?=\w)([^\\"{}]{0,80}[^\\"{}\s])\\"(?![\w{\\])')
_ESCAPED = re.compile(r"\\([_%&#~])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of a legible text. `tex` is the LaTeX of one that is mathematics, without dollars."""

    text: str
    tex: str | None = None


def runs(text: str) -> Iterator[Run]:
    """Yield the pieces of a text, prose and mathematics, in order; white space is not folded.

    What is not prose is held back, one character in its place, while the prose is written: a group
    or a quotation may hold mathematics.
    """
    held: list[Run] = []
    text = "".join(_without_held(text.replace(HELD, ""), held))
    for at, piece in enumerate(prose.to_unicode(text).split(HELD)):
        if at:
            yield held[at - 1]
        if piece:
            yield Run(text=piece)


def _without_held(text: str, held: list[Run]) -> Iterator[str]:
    text = links.plain(text) if "://" in text else text
    text = _QUOTED.sub(r'"\1"', text)
    for span in spans(text):
        if span.kind is Kind.PROSE:
            yield from _mended(span.source, held)
            continue
        if span.kind is Kind.KEPT:
            held.append(Run(text=_ESCAPED.sub(r"\1", span.source)))
        else:
            tex = span.source.strip()
            held.append(_mathematics(tex if "\\" in tex else restoring.restored(tex)))
        yield HELD


def _mended(source: str, held: list[Run]) -> Iterator[str]:
    if not broken.needs_mending(source):
        yield source
        return
    for is_mathematics, piece in broken.mended(source):
        if is_mathematics:
            held.append(_mathematics(piece))
            yield HELD
        else:
            yield piece


def _mathematics(tex: str) -> Run:
    return Run(text=mathematics.to_unicode(tex), tex=tex)
