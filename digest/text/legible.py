"""Makes what a dump said legible: one line of plain Unicode, for whatever cannot show LaTeX.

The store keeps the text as the dump had it; this is called wherever it is shown, so that better
rules reach old papers too. What is safe to keep is `text.hygiene`'s; LaTeX is `text.latex`'s.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from digest.text.hygiene import clean
from digest.text.latex import Run, prose
from digest.text.latex import runs as _runs
from digest.text.latex.broken import needs_mending

__all__ = ["Run", "forget", "legible", "legible_name", "runs"]

_SIGNS = ("\\", "$", "{", "}", "~", "^", "_", "`", "--", "''")
_MOJIBAKE = re.compile("[ÂÃâäåæçèéïðÐÑ][\x80-¿€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_CUT_QUOTE = re.compile(r"â€(?=[\s.,;:!?)]|$)")
_MOST_PASSES = 5


@lru_cache(maxsize=8192)
def legible(text: str) -> str:
    """Return a title or a paragraph as a reader should see it, on one line."""
    return "".join(run.text for run in runs(text))


@lru_cache(maxsize=16_384)
def legible_name(name: str) -> str:
    """Return the name of a person or an institution: accents, no mathematics."""
    line = tidy(name)
    return line if line.isalpha() else _one_line(prose.to_unicode(line, is_name=True))


@lru_cache(maxsize=4096)
def runs(text: str) -> tuple[Run, ...]:
    """Return the legible text in pieces; those that are mathematics carry their LaTeX.

    What is legible stays as it is: the text is written again until nothing changes any more.
    """
    line = tidy(text)
    pieces = _once(line)
    for _ in range(_MOST_PASSES):
        told = "".join(piece.text for piece in pieces)
        if told == line:
            break
        line = tidy(told)
        again = _once(line)
        if "".join(piece.text for piece in again) == told:
            break
        pieces = again
    return pieces


def _once(line: str) -> tuple[Run, ...]:
    if not _is_special(line):
        return (Run(text=line),) if line else ()
    pieces = _folded(_runs(line))
    told = "".join(piece.text for piece in pieces)
    whole = unicodedata.normalize("NFC", told)
    return pieces if told == whole else (Run(text=whole),)  # a mark stood apart from its letter


def _is_special(line: str) -> bool:
    for sign in _SIGNS:
        if sign in line:
            return True
    return needs_mending(line)


def forget() -> None:
    """Empty the caches, so that what is measured is the work and not the memory of it."""
    for cached in (legible, legible_name, runs):
        cached.cache_clear()


def tidy(text: str) -> str:
    """Return text on one line as NFC, without soft hyphens, its mojibake mended where certain."""
    line = clean(text)
    if line.isascii():
        return line
    if _MOJIBAKE.search(line):
        line = _decoded(line)
    return clean(unicodedata.normalize("NFC", line.replace("\u00ad", "")))


def _decoded(line: str) -> str:
    from ftfy import fix_encoding

    return fix_encoding(_CUT_QUOTE.sub("â€\x9d", line))  # its last byte is a control, taken out


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _folded(pieces: Iterable[Run]) -> tuple[Run, ...]:
    """Fold the white space over all pieces, and join prose with prose."""
    folded: list[Run] = []
    is_open = True  # a space now would be one too many
    for piece in pieces:
        words = " ".join(unicodedata.normalize("NFC", piece.text).split())
        if not words:
            if piece.text and not is_open:
                folded.append(Run(text=" "))
                is_open = True
            continue
        if piece.text[0].isspace() and not is_open:
            words = f" {words}"
        is_open = piece.text[-1].isspace()
        folded.append(Run(text=f"{words} " if is_open else words, tex=piece.tex))
    return _joined(folded)


def _joined(pieces: list[Run]) -> tuple[Run, ...]:
    joined: list[Run] = []
    for piece in pieces:
        if joined and piece.tex is None and joined[-1].tex is None:
            joined[-1] = Run(text=joined[-1].text + piece.text)
        else:
            joined.append(piece)
    if joined:
        last = joined[-1]
        joined[-1] = Run(text=last.text.rstrip(" "), tex=last.tex)
    return tuple(piece for piece in joined if piece.text)
