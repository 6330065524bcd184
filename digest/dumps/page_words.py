"""The vocabulary of the page: which lines are not papers, whatever extractor wrote them.

A line is folded to its letters and digits before it is compared, so it does not matter how an
extractor glued, split, decorated or spelled out the page's furniture. Which text is a title and
which an abstract is decided elsewhere, by structure.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from digest.dumps.dates import parse_day
from digest.dumps.listing import HeaderDay


class Kind(Enum):
    """What a paragraph of the page is; the first four are text."""

    SHORT = "a title, a name, a fragment"
    SENTENCE = "a sentence or two: a short abstract, a last paragraph, or a title"
    PROSE = "an abstract, or a paragraph of one"
    HEADING = "a heading, or a link to a paper"
    FURNITURE = "banner, byline, search field: never a paper"
    MENU = "a word of a menu; alone it may be a title"
    NUMBER = "votes or a comment count; alone it may be a title"
    DAY = "a date; alone it may be a title"
    AUTHORS = "how many authors"
    SUBMITTER = "Submitted by"
    ADDRESS = "a web address or an id standing alone"
    RULE = "no letters at all: dots, boxes, lines"
    SUMMARY = "the label of a generated summary"


class Row(NamedTuple):
    """What a row under or over a title tells."""

    kind: Kind
    day: HeaderDay | None = None
    number: int | None = None
    comments: int | None = None


_FURNITURE = (
    *("new", "subscribe", "unsubscribe", "gettrendingpapersinyouremailinbox(?:onceaday)?"),
    *("by", "ak", "akhaliq", "byak", "byak(?:haliq)?andtheresearchcommunity"),
    *("andtheresearchcommunity", "theresearchcommunity", "dailypapers", "dailypapershuggingface"),
    *("yourdailydoseofairesearchfromak", "huggingfaces?logo", "huggingfaceslogo", "huggingface"),
    *("searchbyarxividortitle", "searchanypaperwithai", "searchpaperswithai", "searchpapers"),
    *("searchmodelsdatasetsusers", "submitapaper", "button", "skiptocontent", "skiptomaincontent"),
    *("login", "signup", "previous(?:\\d*next)?", "next", "systemtheme"),
    *("dailypaperstrendingpapers", "alldaysnewsletter", "fullarxivsearch", "backtotop"),
    *("loadmore", "seemore", "readmore"),
    *("inputtype\\w*", "iframe", "image", "opensinnewtab", "copied", "hyperlinks?"),
    *("references", "visiblelinks", "hiddenlinks"),
)
_MENU = (
    *("models", "datasets", "spaces", "posts", "docs", "documentation", "solutions", "pricing"),
    *("enterprise", "community", "company", "buckets", "tos", "termsofservice", "privacy"),
    *("privacypolicy", "about", "jobs", "careers", "website", "theme", "daily", "weekly"),
    *("monthly", "trending", "trendingpapers", "papers", "search", "menu", "more", "hub"),
    *("organizations", "collections", "languages", "forum", "blog", "learn", "articles", "kernels"),
    *("changelog", "inferenceproviders", "inferenceendpoints", "newsletter", "settings", "home"),
    *("notifications", "profile", "abstract", "authors", "comments?", "upvoted?", "share"),
    *("pdf", "arxiv", "html", "code", "github", "demo", "project", "upvotes?", "vote", "votes"),
    *("today", "yesterday", "thisweek", "thismonth", "sort", "filter", "recent", "likes"),
    *("paper", "published", "updated", "viewer", "stars"),
)
_IS_FURNITURE = re.compile(
    rf"(?:{'|'.join(_FURNITURE)}|(?:{'|'.join(_MENU)}|{'|'.join(_FURNITURE)}){{2,}})"
)
_IS_MENU = re.compile(rf"(?:{'|'.join(_MENU)})")
_NOT_ALNUM = re.compile(r"[\W_]+")
_NO_PUNCTUATION = str.maketrans("", "", " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_HAS_SEPARATOR = frozenset("·•∙⋅|*")
_HAS_COUNT = re.compile(r"\d|://|/papers/")
_LONGEST_COUNT = 48  # of a count or a date that stands alone and has no address
_LONGEST_WORDS = 32  # of a row that has no number and no address

_NUMBER = re.compile(
    r"(?i)(?:\[[-x* ]?\]|[▲△▴↑⬆+~👍💬⭐★-]|upvotes?:?|votes?:?|github:?|stars?:?|likes?:?)*"
    r"\s*(\d{1,3}(?:,\d{3})+|\d{1,7})(\.\d{1,3})?\s*([km])?\s*(?:upvotes?|votes?|likes?|stars?)?"
)
_COMMENTS = re.compile(
    r"(?i)(?:💬\s*)?(?:(\d[\d,]*)\s*comments?|comments?:?\s*(\d[\d,]*)|no comments)"
)
_AUTHORS = re.compile(r"(?i)\d[\d,]*\+?\s*authors?|authors?:\s*\d+")
_PUBLISHED = re.compile(
    r"(?i)(?:published|submitted|updated|posted|released|added|announced)(?:\s+on)?:?\s+(?=\w*\s*\d)"
)
_SEPARATORS = re.compile(r"\s*[·•∙⋅|*]+\s*")
_LINK_WORDS = re.compile(
    r"(?i)(?:view\s+)?(?:arxiv(?:\s+page)?|pdf|html|code|github(?:\s+repo(?:sitory)?)?|"
    r"project(?:\s+page)?|paper(?:\s+page)?|demo|model|dataset|hugging\s*face)"
)
_ADDRESS = re.compile(
    r"(?i)(?:(?:url|link|arxiv|doi|paper|pdf|source):?\s*)?"
    r"<?(?:(?:https?|file)://\S+|www\.\S+|/papers/\S+|(?:huggingface\.co|arxiv\.org)/\S+"
    r"|10\.\d{4,9}/\S+|(?:arxiv:\s*)?(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?)>?"
)
_RIBBON_PART = re.compile(
    r"(?i)(?P<sure>view\s+(?:pdf|arxiv(?:\s+page)?|paper|code|github)|arxiv\s+page|project\s+page|"
    r"paper\s+page|\d[\d,]*\+?\s*authors?|\d[\d,]*\s*comments?|upvoted?|upvotes?|[⭐★▲👍💬])|"
    r"authors?|comments?|view|page|repo|github|arxiv|pdf|html|code|demo|stars?|\d[\d,.]*\s?[km]?(?![\w.])|[·•|\s()\[\]]"
)
_ID = re.compile(r"(?i)(?:arxiv:\s*)?\d{4}\.\d{4,5}(?:v\d+)?")
_PLACEHOLDER = re.compile(r"(?:\[\d{1,5}\])?\[[\w .-]{1,12}\]")
_LINK_TARGET = re.compile(r"\[[^\[\]]+\]:\s*\S+")
_FENCE = re.compile(r":::+(?:\s.*)?|</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>")
_WORDS = (*_FURNITURE, *_MENU, "ai", "generated", "written")
_BEGINNINGS = frozenset(word[:4] for word in _WORDS if len(word) > 3)
_SHORT_WORDS = tuple(word for word in _WORDS if len(word) < 4)
_SUMMARY = re.compile(r"(?:ai)?(?:generated|written)summary|aisummary|aigeneratedabstract")
_CLOCK = re.compile(
    r"(?i)(?:about\s+)?(?:an?|\d+)\s+(?:second|minute|hour|day|week|month|year)s?\s+ago"
)


def row_of(text: str) -> Row | None:
    """Say what row of the page's furniture the line `text` is; None where it is text.

    `text` is without the marks of links, lists and headings.
    """
    return _short_row(text) if len(text) <= _LONGEST_WORDS else _row(text)


@lru_cache(maxsize=1024)
def _short_row(text: str) -> Row | None:
    return _row(text)


def _row(text: str) -> Row | None:
    first = text[:4].lower()  # most titles are told from all rows by their first letters
    if first in _BEGINNINGS or first.startswith(_SHORT_WORDS) or not first.isalpha():
        kind = _furniture(text)
        if kind is not None:
            return Row(kind=kind)
    is_plain = "/" not in text and _HAS_SEPARATOR.isdisjoint(text)
    if (len(text) > _LONGEST_COUNT and is_plain) or (
        len(text) > _LONGEST_WORDS and not _HAS_COUNT.search(text)
    ):
        return None
    return _count(text) or _parts(text) or _framing(text)


def _furniture(text: str) -> Kind | None:
    letters = letters_of(text)
    if not letters or (letters == "x" and text.startswith("[")):
        return Kind.RULE
    if _SUMMARY.fullmatch(letters):
        return Kind.SUMMARY
    if _IS_MENU.fullmatch(letters):
        return Kind.MENU
    return Kind.FURNITURE if _IS_FURNITURE.fullmatch(letters) else None


def letters_of(text: str) -> str:
    """Return the letters and digits of `text` alone, in lower case."""
    if text.isascii():
        return text.translate(_NO_PUNCTUATION).lower()
    return _NOT_ALNUM.sub("", text).lower()


def _count(text: str) -> Row | None:
    return _number(text) or _named(text)


def _number(text: str) -> Row | None:
    if found := _NUMBER.fullmatch(text):
        return Row(kind=Kind.NUMBER, number=_value(*found.groups()))
    if _AUTHORS.fullmatch(text):
        return Row(kind=Kind.AUTHORS)
    if found := _COMMENTS.fullmatch(text):
        said = (found[1] or found[2] or "0").replace(",", "")
        return Row(kind=Kind.RULE, comments=int(said) if len(said) < 10 else None)
    return None


def _named(text: str) -> Row | None:
    if day := parse_day(_PUBLISHED.sub("", text, count=1)):
        return Row(kind=Kind.DAY, day=day)
    if _ADDRESS.fullmatch(text):
        return Row(kind=Kind.ADDRESS)
    is_words = " " in text and _LINK_WORDS.fullmatch(text)
    return Row(kind=Kind.RULE) if is_words or _CLOCK.fullmatch(text) else None


def _value(whole: str, part: str | None, unit: str | None) -> int | None:
    if unit is None:
        return None if part else int(whole.replace(",", ""))
    thousands = {"k": 1000, "m": 1_000_000}[unit.lower()]
    return round(float(whole.replace(",", "") + (part or "")) * thousands)


def _parts(text: str) -> Row | None:
    """Read a row of several parts: `NVIDIA · 5 authors · 2024-09-12`."""
    if _HAS_SEPARATOR.isdisjoint(text):
        return _authors_then_count(text)
    parts = [part for part in _SEPARATORS.split(text) if part]
    if len(parts) > 1:
        parts = [part for part in parts if part.lower() not in ("paper", "published")] or parts
    if len(parts) < 2 and not (parts and parts[0] != text):
        return _authors_then_count(text)
    rows = [row for part in parts if (row := _count(part) or _authors_then_count(part))]
    kinds = {row.kind for row in rows}
    if not kinds & {Kind.AUTHORS, Kind.DAY} and len(rows) < len(parts):
        is_name = len(parts) == 1 and text[-1] in "·•" and len(text) <= _LONGEST_COUNT
        return Row(kind=Kind.RULE) if is_name else None
    order = (Kind.ADDRESS, Kind.AUTHORS, Kind.DAY)
    kind = next((kind for kind in order if kind in kinds), rows[0].kind)
    return Row(
        kind=kind,
        day=next((row.day for row in rows if row.day), None),
        number=None if kind is not Kind.NUMBER else rows[0].number,
        comments=next((row.comments for row in rows if row.comments is not None), None),
    )


def _framing(text: str) -> Row | None:
    """Read what frames a text: an extractor's fence, a picture's place, a ribbon of links."""
    if text[0] in ":<" and _FENCE.fullmatch(text):
        return Row(kind=Kind.RULE)
    if text[0] == "]" or (
        text[0] == "[" and (_PLACEHOLDER.fullmatch(text) or _LINK_TARGET.fullmatch(text))
    ):
        return Row(kind=Kind.RULE)
    return Row(kind=Kind.RULE) if is_ribbon(text) else None


def is_ribbon(text: str, *, is_linked: bool = False) -> bool:
    """Tell whether the words of links and counts make up the whole of `text`.

    Where it was not linked, one of them must be such as no title consists of.
    """
    at, is_sure = 0, is_linked
    while at < len(text):
        found = _RIBBON_PART.match(text, at)
        if found is None:
            return False
        is_sure = is_sure or found["sure"] is not None
        at = found.end()
    return is_sure


_AUTHORS_COUNT = re.compile(r"(?i)\d[\d,]*\+?\s*authors?\s*(?:(\d{1,6})|(\d{4}-\d\d-\d\d))")


def _authors_then_count(text: str) -> Row | None:
    found = _AUTHORS_COUNT.fullmatch(text)
    if not found:
        return None
    comments = int(found[1]) if found[1] else None
    return Row(kind=Kind.AUTHORS, comments=comments, day=parse_day(found[2] or ""))
