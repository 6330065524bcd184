"""What of a text is safe to keep: unsafe characters out, white space folded.

Unsafe are control characters, lone surrogates, noncharacters, byte order marks, zero-width
characters and everything that turns the direction of writing. Nothing is normalised, replaced or
made legible here: a kept character stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNSAFE_SET = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls; those that str.split() folds are not here
    "\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero-width, directions
    "\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff"  # surrogates, noncharacters, annotation
    + "".join(
        f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)
    )
)
_PRINTABLE = bytes(range(0x20, 0x7F))
_SAFE = _PRINTABLE + b"\t\n\v\f\r\x1c\x1d\x1e\x1f"
_UNSAFE = re.compile(f"[{_UNSAFE_SET}]")
_ODD_SPACE = re.compile(r"[^\S \n]")


def clean(text: str) -> str:
    """Return `text` without unsafe characters and with its white space folded to single spaces."""
    level = text.replace("\n", " ") if "\n" in text else text
    if _is_printable(level) and "  " not in level:  # the usual case, ten times quicker
        return level.strip(" ")
    return " ".join(remove_unsafe(text).split())


def clean_all(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the texts, each cleaned, without those that are empty then."""
    joined = f"|{'|'.join(texts)}|"
    has_space = "| " in joined or " |" in joined or "  " in joined
    if joined.isprintable() and not has_space and "||" not in joined:
        return tuple(texts)  # one look at all of them: the usual case
    return tuple(filter(None, map(clean, texts)))


def _is_printable(text: str) -> bool:
    """Tell whether all characters are printable: nothing unsafe is, nor white space but spaces."""
    if len(text) < 100:
        return text.isprintable()
    odd = text.encode("utf-8", "surrogatepass").translate(None, _PRINTABLE)
    return not odd or odd.decode("utf-8", "surrogatepass").isprintable()


def remove_unsafe(text: str) -> str:
    """Return `text` without its unsafe characters; white space stays as it is."""
    return _UNSAFE.sub("", text) if has_unsafe(text) else text


def has_unsafe(text: str) -> bool:
    """Tell whether `text` holds a character that `clean` would take out.

    What is plain is passed over first, sixty times quicker than the pattern would: whole pages are
    asked about.
    """
    odd = text.encode("utf-8", "surrogatepass").translate(None, _SAFE)
    return bool(odd) and _UNSAFE.search(odd.decode("utf-8", "surrogatepass")) is not None


def level_space(text: str) -> str:
    """Return `text` with every white space but the line feed written as a plain space."""
    return _ODD_SPACE.sub(" ", text)


def has_odd_space(text: str) -> bool:
    """Tell whether `text` holds white space other than the plain space and the line feed."""
    return _ODD_SPACE.search(text) is not None
