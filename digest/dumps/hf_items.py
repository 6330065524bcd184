"""One paper as the Daily Papers API writes it, in its JSON and in the page's own data.

Keys stand at the item or under its `paper`, come and go over the years, and may be of any type:
what is not of the right one is left out. Raises
`TypeError` where there is no object, `ValueError` where it has no title.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from digest.identity import parse_arxiv_id
from digest.models import Links, ListedPaper
from digest.text.hygiene import clean, clean_all
from digest.text.paragraphs import paragraph_starts

_MAX_COUNT = 1_000_000_000
_MAX_NAMES = 10_000
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:?00)?)?", re.ASCII
)
_PLAIN_ID = re.compile(r"(?:1[5-9]|[2-9]\d)(?:0[1-9]|1[0-2])\.\d{5}", re.ASCII)  # almost all
_NONE = (None, None)
_WEB = re.compile(r"https?://[^\s<>\"\\^`{}|]+", re.IGNORECASE)


def paper_of(item: object, position: int) -> ListedPaper:
    """Return the paper that `item` tells of."""
    if not isinstance(item, dict):
        raise TypeError("it is no object")
    inner = item.get("paper")
    paper: Mapping[str, Any] = inner if isinstance(inner, dict) else {}
    title = _text(paper, item, "title")
    if not title:
        raise ValueError("it has no title")
    said = _text(paper, item, "id")
    abstract, starts = _abstract(paper, item)
    arxiv, version = (said, None) if _PLAIN_ID.fullmatch(said) else parse_arxiv_id(said) or _NONE
    return ListedPaper(
        title=title,
        abstract=abstract,
        paragraph_starts=starts,
        position=position,
        authors=_authors(paper.get("authors")) or _authors(item.get("authors")),
        arxiv_id=arxiv,
        version=version,
        url=f"https://arxiv.org/abs/{arxiv}" if arxiv else _page(said),
        published=_instant(paper.get("publishedAt")) or _instant(item.get("publishedAt")),
        votes=_count(paper.get("upvotes"), item.get("upvotes")),
        comments=_count(item.get("numComments"), paper.get("numComments")),
        summary=_text(paper, item, "ai_summary") or None,
        keywords=_names(paper.get("ai_keywords")) or _names(item.get("ai_keywords")),
        organization=_organization(paper.get("organization"))
        or _organization(item.get("organization")),
        links=_links(paper, item, arxiv, said),
    )


def day_of(item: object) -> str | None:
    """Return the day (`2026-03-11`) on which the item was listed, where it tells."""
    if not isinstance(item, dict):
        return None
    inner = item.get("paper")
    paper = inner if isinstance(inner, dict) else {}
    key = "submittedOnDailyAt"
    instant = _instant(paper.get(key)) or _instant(item.get(key))
    return instant[:10] if instant else None


def is_item(item: object) -> bool:
    """Tell whether a value of JSON is meant as a listed paper."""
    if not isinstance(item, dict):
        return False
    if isinstance(item.get("paper"), dict):
        return True
    return "title" in item and not _OWN_KEYS.isdisjoint(item)


_OWN_KEYS = frozenset(
    ("summary", "publishedAt", "upvotes", "numComments", "submittedOnDailyAt", "ai_summary")
)


def _text(paper: Mapping[str, Any], item: Mapping[str, Any], key: str) -> str:
    for level in (paper, item):
        value = level.get(key)
        if isinstance(value, str) and (text := clean(value)):
            return text
    return ""


def _abstract(paper: Mapping[str, Any], item: Mapping[str, Any]) -> tuple[str, tuple[int, ...]]:
    """Return the abstract, and where in it further paragraphs begin."""
    for level in (paper, item):
        value = level.get("summary")
        if isinstance(value, str) and (text := clean(value)):
            return text, paragraph_starts(value, text)
    return "", ()


def _authors(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MAX_NAMES:
        return ()
    try:
        return clean_all([author["name"] for author in value if author["hidden"] is not True])
    except (TypeError, KeyError):
        return clean_all([name for author in value if (name := _name(author))])


def _name(author: object) -> str | None:
    if isinstance(author, dict):
        author = None if author.get("hidden") is True else author.get("name")
    return author if isinstance(author, str) else None


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return clean_all([name for name in value[:_MAX_NAMES] if isinstance(name, str)])


def _instant(value: object) -> str | None:
    """Return `2024-05-28T17:27:20Z` or `2024-09-12`, as far as it was told."""
    found = _INSTANT.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found or not _is_day(found[1]):
        return None
    return f"{found[1]}T{found[2]}Z" if found[2] else found[1]


def _is_day(text: str) -> bool:
    return "01" <= text[5:7] <= "12" and "01" <= text[8:] <= "31"


def _count(*values: object) -> int | None:
    for value in values:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_COUNT:
            return value
    return None


def _organization(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("fullname") or value.get("name")
    return clean(value) or None if isinstance(value, str) else None


def _page(said: str) -> str | None:
    return f"https://huggingface.co/papers/{said}" if re.fullmatch(r"[\w.-]+", said) else None


def _links(
    paper: Mapping[str, Any], item: Mapping[str, Any], arxiv: str | None, said: str
) -> Links:
    page = f"https://huggingface.co/papers/{arxiv}" if arxiv else _page(said)
    links = [("page", page)] if page else []
    if arxiv:
        links.append(("pdf", f"https://arxiv.org/pdf/{arxiv}"))
    for word, key in (("code", "githubRepo"), ("project", "projectPage")):
        address = _text(paper, item, key)
        if address and len(address) <= 2000 and _WEB.fullmatch(address):
            links.append((word, address))
    return tuple(links)
