"""Marks that extractors put around text: links, headings, lists, numbered references.

They are read for the addresses they carry, and taken off. What the text is for is not decided
here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from digest.identity import parse_arxiv_id

_IMAGE = re.compile(
    r"!\[[^\]]*\](?:\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)|\[\d*\])(?:\{[^{}]*\})?"
)
_LINK = re.compile(
    r"\[([^\[\]]*)\]\(<?[^()\s]*(?:\([^()]*\)[^()\s]*)*>?(?:\s+\"[^\"]*\")?\)(?:\{[^{}]*\})?"
)
_DANGLING = re.compile(r"\]\([^()\s]*\)(?:\{[^{}]*\})?$")
_LINK_END = re.compile(r"\]\([^()\s]*(?:\s+\"[^\"]*\")?\)(?:\{[^{}]*\})?|\]\[\d{0,5}\]")
_BRACKETS = re.compile(r"^\[|\[(?=\w|\s|$)|\]$")
_REFERENCED = re.compile(r"\[([^\[\]]+)\]\[(\d{1,5})\]")
_NUMBERED = re.compile(r"\[(\d{1,5})\]\s*")
_BULLET = re.compile(r"(?:[*•◦▪‣+–-]|\d{1,3}[.)])\s+")
_WHOLE_LINK = re.compile(
    r"\[(?P<text>.*)\]\(<?(?P<url>[^()\s]*)>?(?:\s+\"[^\"]*\")?\)(?:\{[^{}]*\})?", re.DOTALL
)
_WHOLE_REFERENCED = re.compile(r"\[(?P<text>.+)\]\s?\[(?P<number>\d{1,5})\]")
_WHOLE_NUMBERED = re.compile(r"\[(?P<number>\d{1,5})\]\s*(?P<text>.+)")
_DEFINITION = re.compile(
    r"(?:\[(\d{1,5})\]:|(\d{1,5})\.)\s+<?((?:https?|file)://\S+?|/\S*?)>?(?:\s+\".*\")?"
)
_HEADING = re.compile(r"(#{1,6})\s+(.*?)(?:\s+#+)?(?:\s+\{[^{}]*\})?")
_EMPHASIS = re.compile(r"(\*\*|__|\*|_|`)(?=\S)(.*\S)\1")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]+)>")
_INLINE = re.compile(r"\[(https?://[^\[\]\s]+)\]\(https?://[^()\s]*\)")
_INLINE_NUMBER = re.compile(r"\[\d{1,5}\](?=https?://|[A-Za-z])")
_ESCAPED = re.compile(r"\\([_*])")
_UNESCAPED = re.compile(r"(?<!\\)[_*]")
_SHORTCUT = re.compile(r"\[([^\[\]]+)\](?:\[\])?")
_HTML_LINK = re.compile(r"<(?:a)\s[^<>]*?href=\"([^\"<>\s]*)\"[^<>]*>(.*?)</(?:a)>", re.DOTALL)
_HTML_IMAGE = re.compile(r"<(?:img)\s[^<>]*>")
_MAX_MARKED = 2000
_PROSE_LINE = 40
_OPEN_TARGET = re.compile(r"(?<!\\)\]\(")
_URL = re.compile(r"https?://\S+")
_DOUBLED = re.compile(r"(?<!\\)\\\\(?=[A-Za-z%$&#{}])")
_SINGLE = re.compile(r"(?<!\\)\\(?=[A-Za-z%])")
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
MARKS = frozenset("[]:<*#>_`•◦▪‣+–-!0123456789")  # a paragraph that begins otherwise has none
_EMPHATIC = ("*", "_", "`")


class Marked(NamedTuple):
    """A paragraph without its marks, and what they said."""

    text: str
    level: int = 0
    url: str | None = None
    reference: int | None = None


def bare(text: str) -> str:
    """Return a line without the marks of links, lists, quotes and headings."""
    if "[" in text or "](" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub("", _unlisted(text)))
        text = _DANGLING.sub("", _LINK.sub(r"\1", text))
        text = _NUMBERED.sub("", _REFERENCED.sub(r"\1", text))
    text = _unlisted(text.strip())
    while text[:1] in _EMPHATIC and (found := _EMPHASIS.fullmatch(text)):
        text = found[2]
    return text


def unlinked(text: str) -> str:
    """Return a line without what is left of links that began or end elsewhere."""
    return " ".join(_BRACKETS.sub(" ", _LINK_END.sub(" ", _IMAGE.sub(" ", text))).split())


def without_tags(text: str) -> str:
    """Return a line of Markdown with its links as such, where they were left as HTML."""
    return _HTML_LINK.sub(r"[\2](\1)", _HTML_IMAGE.sub("", text)).strip()


def marked(text: str) -> Marked:
    """Return what a paragraph says and where it links to, if it is a link as a whole."""
    level = 0
    if len(text) > _MAX_MARKED:
        return Marked(text=text)
    if text[:1] == "#" and (found := _HEADING.fullmatch(text)):
        level, text = len(found[1]), found[2]
    core = _BULLET.sub("", text, count=1) if text[:1] in "*-+•" else text
    if core[:1] in _EMPHATIC and (found := _EMPHASIS.fullmatch(core)):
        core = found[2]
    if (found := _SHORTCUT.fullmatch(core)) and (level or " " in core):
        core = text = found[1]
    if "[" not in core[:1]:
        return Marked(text=core if level else text, level=level)
    if (found := _WHOLE_LINK.fullmatch(core)) and "](" not in _IMAGE.sub("", found["text"]):
        return Marked(text=bare(found["text"]), level=level, url=found["url"])
    if found := _WHOLE_REFERENCED.fullmatch(core):
        return Marked(text=found["text"], level=level, reference=int(found["number"]))
    if (found := _WHOLE_NUMBERED.fullmatch(core)) and found["text"] != "]":
        return Marked(text=found["text"], level=level, reference=int(found["number"]))
    return Marked(text=text, level=level)


def definition(text: str) -> tuple[int, str] | None:
    """Return number and address where the line defines a reference: `[32]: url`, `32. url`."""
    found = _DEFINITION.fullmatch(text)
    return (int(found[1] or found[2]), found[3]) if found else None


def starts_apart(text: str) -> bool:
    """Tell whether a line can only begin a new paragraph: a reference's definition, a link."""
    return text[0] in "[0123456789" and (
        definition(text.rstrip()) is not None or text.startswith(("[!", "[["))
    )


def paper_id(url: str) -> tuple[str, int | None] | None:
    """Return id and version where `url` leads to a paper itself, not to a part of its page."""
    return None if "#" in url else parse_arxiv_id(url)


def unmarked(text: str, *, is_numbered: bool, escaped: str = "") -> str:
    """Return an abstract or a title without Markdown's links and escapes.

    `escaped` are the marks that the extractor escaped, see `escaped_marks`. Underscores were
    escaped only where none stands alone: LaTeX writes `\\_` too.
    """
    if "](" in text:
        text = _INLINE.sub(r"\1", text)
    if "<http" in text:
        text = _AUTOLINK.sub(r"\1", text)
    if is_numbered and "[" in text:
        text = _INLINE_NUMBER.sub("", text)
    if escaped and "\\" in text:
        return re.sub(rf"\\([{re.escape(escaped)}])", r"\1", text)
    if "\\" in text and not _UNESCAPED.search(text):
        text = _ESCAPED.sub(r"\1", text)
    return text


def escaped_marks(head: str) -> str:
    """Return the marks before which the extractor of a page of Markdown put a backslash.

    One that escapes a mark does so wherever it stands in a text: a mark that often stands alone is
    none. Where backslashes themselves are escaped, all punctuation may be.
    """
    lines = [
        line
        for line in head.split("\n")
        if len(line) >= _PROSE_LINE and not _OPEN_TARGET.search(line)
    ]
    prose = _URL.sub(" ", "\n".join(lines))
    if len(_SINGLE.findall(prose)) * 4 < len(_DOUBLED.findall(prose)):
        return _PUNCTUATION
    counted = ((mark, prose.count("\\" + mark), prose.count(mark)) for mark in "*_[]`~")
    return "".join(mark for mark, with_it, all_of in counted if with_it * 10 > all_of * 9)


def _unlisted(text: str) -> str:
    """Take quote, list and heading marks off the start of a line."""
    while text:
        if text[0] == ">":
            text = text[1:].lstrip()
        elif text[0] == "#" and (found := _HEADING.fullmatch(text)):
            text = found[2]
        elif text[0] in "*•◦▪‣+–-" and (found := _BULLET.match(text)):
            text = text[found.end() :]
        else:
            break
    return text
