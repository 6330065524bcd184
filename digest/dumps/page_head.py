"""What the beginning of a text tells: whether it is a page of papers, and of which day.

Looks at the first part of a dump and gives no papers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from digest.dumps.dates import parse_day, with_year
from digest.dumps.listing import HeaderDay
from digest.dumps.page_blocks import paragraphs, titles_touch, wrap_width
from digest.dumps.page_tokens import References, Token, tokens
from digest.dumps.page_words import Kind, letters_of

ENOUGH = 3
_TITLES = (Kind.SHORT, Kind.HEADING, Kind.SENTENCE)
_PASSED = (Kind.RULE, Kind.MENU)
_FENCED = re.compile(r"(?ms)^```[^\n]*\n.*?^```\s*$")
_FRONT_MATTER = re.compile(r"\A\s*---[ ]*\n(?:[^\n]*\n){1,60}?---[ ]*\n")
_SAVED_LINES = re.compile(
    r"(?i)(?:[ \t]*\n|[ \t]*(?:title[ ]?[:=][^\n]*(?:papers|hugging ?face)[^\n]*"
    r"|(?:url(?: source)?|source(?: url)?|link|canonical|published time|date)[ ]?[:=][^\n]*"
    r"|(?:captured|saved|retrieved|fetched|accessed|archived|downloaded|snapshot)"
    r"(?: on| at| from)?\b[ ]?:?[^\n]{0,120}\d{4}[^\n]*|markdown content:?[ \t]*)\n)+"
)
_SIGNS = {
    "gettrendingpapersinyouremailinbox": 2,
    "gettrendingpapersinyouremailinboxonceaday": 2,
    "byakandtheresearchcommunity": 2,
    "andtheresearchcommunity": 2,
    "dailypapershuggingface": 2,
    "dailypapers": 1,
    "subscribe": 1,
    "submitapaper": 1,
    "searchbyarxividortitle": 1,
}
_SAVED = re.compile(
    r"(?im)^[^\w\n]*(url(?: source)?|source(?: url)?|link|canonical|saved from|captured|retrieved|"
    r"fetched|saved|accessed|date|downloaded|archived|snapshot|published time)\b[^\w\n]*"
    r"(?:(?:on|at|from)\b)?[^\w\n]*([^\n]+)$"
)
_PAPERS_PAGE = re.compile(r"(?i)(?:huggingface\.co|hf\.co)/papers(?![/\w]*/\d{4}\.)")
_URL_DAY = re.compile(r"(?:[?&]date=|/papers/date/)(\d{4}-\d\d-\d\d)")
_ANY_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SCIENCE = re.compile(
    r"(?i)\b(we|our|paper|propose[ds]?|novel|method|model|models|approach|results?|experiments?|"
    r"datasets?|benchmarks?|learning|training|algorithm|framework|state-of-the-art|show|"
    r"demonstrate|performance|network|networks|existing|tasks?|study|analysis|data|introduce|"
    r"present|evaluate|outperforms?|language|neural|theor\w+|prove)\b"
)


def front_matter_end(text: str) -> int:
    """Return where the lines end that tell, above the page itself, how it was saved."""
    top = text[:8192]
    yaml = _FRONT_MATTER.match(top)
    start = yaml.end() if yaml else 0
    lines = _SAVED_LINES.match(top, start)
    return lines.end() if lines else start


def is_page(head: str) -> bool:
    """Tell whether `head` begins a page of papers, by its furniture or by clear pairs."""
    found = _head_tokens(_FENCED.sub("", head))
    return _signs(head, found) >= ENOUGH or _are_pairs(found)


def header_day(head: str) -> HeaderDay | None:
    """Return the day that `head` tells: of the address it was saved from, else of the page.

    The page writes no year: it is taken from when it was saved, or from the links around it.
    """
    saved = [found[2] for found in _SAVED.finditer(head[:4096])]
    for value in saved:
        if found := _URL_DAY.search(value):
            return parse_day(found[1])
    captured = next((day for value in saved if (day := _day_in(value))), None)
    shown = _shown_day(_head_tokens(head[front_matter_end(head) :]))
    if shown is None or shown.year:
        return shown or captured
    near = _as_date(captured) or _neighbour(head, shown)
    return with_year(shown, near) if near else shown


def _head_tokens(head: str) -> list[Token]:
    width = wrap_width(head)
    touching = bool(width) and titles_touch(head)
    blocks = paragraphs(iter((head,)), len(head) + 1, width, is_touching=touching)
    return list(tokens(blocks, References(papers={})))


def _signs(head: str, found: Sequence[Token]) -> int:
    signs = {
        letters: _SIGNS[letters]
        for token in found
        if token.kind in (Kind.FURNITURE, Kind.MENU)
        and (letters := letters_of(token.text)) in _SIGNS
    }
    submitters = sum(token.kind is Kind.SUBMITTER or 3 * token.is_framed for token in found)
    authors = sum(token.kind is Kind.AUTHORS for token in found)
    saved = any(_PAPERS_PAGE.search(line[2]) for line in _SAVED.finditer(head[:4096]))
    return (
        sum(signs.values())
        + min(submitters, ENOUGH)
        + min(authors, ENOUGH)
        + 3 * saved
        + _links(found)
        + _framed_by_ids(found)
    )


def _links(found: Sequence[Token]) -> int:
    """Count links to papers that stand as titles; prose between them speaks against a page."""
    links = sum(token.kind is Kind.HEADING and token.arxiv is not None for token in found)
    others = 0
    title: Token | None = None
    for token in found:
        if token.kind in (Kind.PROSE, Kind.SENTENCE):
            others += not (title and title.arxiv)
        elif token.kind in (Kind.HEADING, Kind.SHORT):
            title = token
    return 0 if others * 2 > links else min(links, ENOUGH)


def _framed_by_ids(found: Sequence[Token]) -> int:
    """Count titles with a row of a paper's id and date under them, as in a collection."""
    ids = sum(
        under.kind is Kind.ADDRESS and under.arxiv is not None and over.kind in _TITLES
        for over, under in pairwise(token for token in found if token.kind not in _PASSED)
    )
    return ENOUGH if ids >= ENOUGH else 0


def lists_ids(head: str) -> bool:
    """Tell whether `head` begins a collection: titles alone, each over a row with its id."""
    found = _head_tokens(head)
    return _framed_by_ids(found) > 0 and not any(token.kind is Kind.PROSE for token in found)


def _are_pairs(found: Sequence[Token]) -> bool:
    """Tell whether titles and abstracts alternate, and the abstracts speak of research."""
    pairs = strays = scientific = 0
    title: Token | None = None
    for token in found:
        if token.kind in (Kind.SHORT, Kind.HEADING):
            strays += title is not None
            title = token
        elif token.kind is Kind.PROSE:
            is_pair = title is not None and len(token.text) >= 250 and _could_be_title(title.text)
            pairs += is_pair
            strays += not is_pair
            words = {word.lower() for word in _SCIENCE.findall(token.text)}
            scientific += is_pair and len(words) >= 5
            title = None
    return pairs >= 1 and strays * 3 <= pairs and scientific * 2 > pairs


def _could_be_title(text: str) -> bool:
    return len(text) >= 8 and not text.endswith((",", ":", ";", "{", "}"))


def _shown_day(found: Sequence[Token]) -> HeaderDay | None:
    for token in found:
        if token.kind in (Kind.PROSE, Kind.AUTHORS, Kind.SUBMITTER):
            return None
        if token.kind is Kind.DAY:
            return token.day
    return None


def _day_in(value: str) -> HeaderDay | None:
    if found := _ANY_DAY.search(value):
        return parse_day(found[0])
    return parse_day(value.strip().strip("\"'"))


def _as_date(day: HeaderDay | None) -> date | None:
    return date(day.year, day.month, day.day) if day and day.year else None


def _neighbour(head: str, shown: HeaderDay) -> date | None:
    """Return a day that the page links to as the one before or after the shown one."""
    for text in _URL_DAY.findall(head):
        near = _as_date(parse_day(text))
        if near and with_year(shown, near).year:
            return near
    return None
