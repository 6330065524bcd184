"""Links of LaTeX as plain text, and those that Hugging Face made of them: `https://a.b{here}`."""

from __future__ import annotations

import re

_LINK = re.compile(
    r"\\(?:url|path|nolinkurl)\s?\{(?P<only>[^{}\s]{1,500})\}"
    r"|\\href\s?\{(?P<to>(?:[^{}\s]|\{[^{}\s]{0,200}\}){1,500})\}\s?\{(?P<name>[^{}]{0,300})\}"
    r"|(?:(?<![A-Za-z\\])(?:url|href|blue|magenta|red|cyan|purple|color|textcolor)\{?)?"
    r"(?P<address>https?://[^\s{}]{3,300}(?<![_^=]))\{(?P<words>[^{}]{0,200})(?:\{(?P<more>[^{}]{0,300})\})?\}\}?"
)


def plain(text: str) -> str:
    """Write each link as its words and its address, or the address alone."""
    return _LINK.sub(_linked, text)


def linked(address: str, words: str) -> str:
    """Write a link as a reader of plain text wants it: its words, and its address after them."""
    words = words.strip()
    if not words or _bare(words) == _bare(address):
        return address.removeprefix("mailto:")
    stop = words[-1] if words[-1] in ".!?" else ""
    return f"{words.removesuffix(stop)} ({address}){stop}"


def _bare(address: str) -> str:
    return re.sub(r"^(?:https?://|mailto:)|/$", "", address.strip())


def _linked(found: re.Match[str]) -> str:
    if only := found["only"]:
        return only
    if found["to"]:
        return linked(found["to"], found["name"])
    return linked(found["address"], found["more"] or found["words"])
