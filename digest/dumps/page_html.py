"""The Daily Papers page as a browser saved it (`page-html`).

The page carries its own data as JSON in an attribute, `data-props`, of some element: that is read.
Only where it is missing are the visible articles read, which hold less.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from digest.dumps.dates import parse_day
from digest.dumps.hf_api import listed_day, papers_of
from digest.dumps.json_text import value
from digest.dumps.listing import HeaderDay, Listing, add_note
from digest.dumps.marks import paper_id
from digest.dumps.source import Source
from digest.errors import Damaged, NotADump
from digest.models import ListedPaper
from digest.text.hygiene import clean, remove_unsafe

NAME = "page-html"
_STARTS = re.compile(
    r"(?is)\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body|main|section|div|article|meta|title)\b"
)
_PROPS = re.compile(r"(?i)\bdata-props\s*=\s*(?:\"([^\"]*)(\"?)|'([^']*)('?))")
_PAGE = re.compile(r"(?i)DailyPapersPage|<title>[^<]*Daily Papers|href=\"[^\"]*/papers/\d{4}\.\d")
_PARTS = ("<div", "<section", "<article", "<main")
_MARKDOWN = re.compile(r"(?m)^#{1,6} |^[-*] |^\[.*\]\(|^!?\[\]\(")
_ENOUGH = 3
_NUMBER = re.compile(r"\d{1,9}")


def matches(source: Source) -> bool:
    """Tell whether the dump is HTML, and not Markdown that begins with a tag."""
    found = _STARTS.match(source.head)
    if found is None:
        return False
    is_part = source.head[found.start() :].lstrip()[:8].lower().startswith(_PARTS)
    return not (is_part and len(_MARKDOWN.findall(source.head)) >= _ENOUGH)


def read(source: Source) -> Listing:
    """Read the page's own data, or else its articles."""
    text = source.whole()
    broken: Damaged | None = None
    try:
        props = _props(text, source.limits.max_depth)
    except Damaged as error:
        if error.is_cut:
            raise
        props, broken = None, error
    if props is not None:
        return _of_props(props, source)
    is_cut = "<html" in text.lower() and "</html" not in text.lower()
    if is_cut:
        raise Damaged(
            "the HTML ends too early",
            at=f"character {len(text)}",
            hint="save the page again",
            is_cut=True,
        )
    if not _PAGE.search(text):
        raise NotADump("this is an HTML page, but not one of Daily Papers", hint=_HINT)
    if broken is not None:
        if "<article" not in text.lower():
            raise broken
        add_note(source.notes, f"the page's data is damaged, its articles were read: {broken}")
    return Listing(
        format=NAME,
        day=None,
        papers=_articles(text, source.notes),
        notes=source.notes,
    )


_HINT = "save https://huggingface.co/papers as a whole page"


def _props(text: str, max_depth: int) -> dict[str, Any] | None:
    """Return the data of the element that lists the papers."""
    for found in _PROPS.finditer(text):
        quoted = found[1] if found[1] is not None else found[3]
        is_whole = bool(found[2] or found[4])
        if "dailyPapers" not in quoted:
            continue
        if not is_whole:
            raise Damaged(
                "the HTML ends inside the page's data",
                at=f"character {len(text)}",
                hint="save the page again",
                is_cut=True,
            )
        props = value(html.unescape(quoted), max_depth)
        if isinstance(props, dict) and isinstance(props.get("dailyPapers"), list):
            return props
    return None


def _of_props(props: dict[str, Any], source: Source) -> Listing:
    records = props["dailyPapers"]
    return Listing(
        format=NAME,
        day=_day(props) or listed_day(records),
        papers=papers_of(iter(records), source.notes),
        notes=source.notes,
    )


def _day(props: dict[str, Any]) -> HeaderDay | None:
    for key in ("date", "dateString"):
        said = props.get(key)
        if isinstance(said, str) and (day := parse_day(said.strip())):
            return day
    return None


def _articles(text: str, notes: list[str]) -> Iterator[ListedPaper]:
    """Yield the papers of the visible articles, each once."""
    parser = etree.HTMLParser(
        no_network=True, huge_tree=False, recover=True, remove_comments=True, encoding="utf-8"
    )
    try:
        root = etree.fromstring(remove_unsafe(text).encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise Damaged("the HTML cannot be read", hint="save the page again") from error
    seen: set[str] = set()
    for number, article in enumerate(() if root is None else root.iter("article"), 1):
        paper = _of_article(article, len(seen) + 1)
        if paper is None:
            add_note(notes, f"article {number} was skipped: it has no title that links to a paper")
        elif paper.title not in seen:
            seen.add(paper.title)
            yield paper


def _of_article(article: Any, position: int) -> ListedPaper | None:
    for link in article.iter("a"):
        href = link.get("href") or ""
        title = clean("".join(link.itertext()))
        arxiv = paper_id(href)
        if not arxiv or not title or not _is_title(link):
            continue
        return ListedPaper(
            title=title,
            abstract=_abstract(article),
            position=position,
            arxiv_id=arxiv[0],
            version=arxiv[1],
            url=f"https://arxiv.org/abs/{arxiv[0]}",
            votes=_votes(article),
            comments=_comments(article),
            links=(
                ("page", f"https://huggingface.co/papers/{arxiv[0]}"),
                ("pdf", f"https://arxiv.org/pdf/{arxiv[0]}"),
            ),
        )
    return None


def _is_title(link: Any) -> bool:
    return any(parent.tag in ("h1", "h2", "h3", "h4") for parent in link.iterancestors())


def _abstract(article: Any) -> str:
    """Return the longest paragraph, if it is one."""
    texts = [clean("".join(paragraph.itertext())) for paragraph in article.iter("p")]
    return max((text for text in texts if len(text) > 40), key=len, default="")


def _votes(article: Any) -> int | None:
    """Return the number that stands in the link to vote."""
    for link in article.iter("a"):
        if "/login?next=" in (link.get("href") or ""):
            said = clean("".join(link.itertext()))
            return int(said) if _NUMBER.fullmatch(said) else None
    return None


def _comments(article: Any) -> int | None:
    for link in article.iter("a"):
        if (link.get("href") or "").endswith("#community"):
            said = clean("".join(link.itertext()))
            return int(said) if _NUMBER.fullmatch(said) else None
    return None
