"""Paragraphs of the page to tokens: text of some weight, or a row of the page's furniture.

Each is judged by itself, with one exception: a submitter's name, and the number under a month, are
known by what stands before them. Which text is title and which abstract is for `page_papers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from digest.dumps.dates import is_month, parse_day
from digest.dumps.listing import HeaderDay
from digest.dumps.marks import MARKS, bare, definition, marked, paper_id, unlinked, without_tags
from digest.dumps.page_blocks import MAX_ROW
from digest.dumps.page_words import Kind, Row, is_ribbon, row_of
from digest.identity import parse_arxiv_id

TEXT = frozenset((Kind.SHORT, Kind.SENTENCE, Kind.PROSE, Kind.HEADING))
_LONGEST_RIBBON = 2000  # pictures may stand in it as data
_LONG = 400  # longer than any title
_TITLE = 300  # longer than almost any
_CLOSERS = "\"'”’)]»*_"
_INNER_END = re.compile(r"[a-z0-9)\]%\"'”’][.;] +[\"“'(]?[A-Z]")
_ABBREVIATED = re.compile(r"\b(?:vs|al|etc|No|Dr|St|cf|e\.g|i\.e|Fig|Eq|Vol|[A-Z])\. ")
_PARTS = re.compile(r"\s*[•·]\s*")
_ITEM = re.compile(r"\d{1,4}[.)] (?=\S)")
_CODE = re.compile(
    r"(?:window|document|script|module|self)\.\w|(?:const|var|let|import|function)[ (]\S*.*[({;=]|"
    r"[{}()\[\];|&=]+$|if \(|return;"
)
_TRAILED = re.compile(
    r"(?P<text>[^()\n].*?\S)\s+\((?P<url>/[^()\s]*|https?://huggingface\.co/papers/\d[^()\s]*)\)"
)
_CODE_ENDS = ("{", "};", ");", "||", "=", "=>", "*/")
_SUBMITTED = re.compile(r"(?i)submitted\s*by(?:\s*:)?\s*(.*)")
_ROW_OF_ALL = re.compile(
    r"(?P<user>\S+(?:\s+\S+){0,3}?)\s+(?:\[.?\]\s*)?(?P<votes>\d{1,6})\s+(?P<title>\S.*?)\s*[·•]\s*"
    r"\d[\d,]*\+?\s+authors?(?:\s*[·•]?\s*(?P<comments>\d{1,5})(?:\s+comments?)?)?"
)


class Token(NamedTuple):
    """A paragraph and what it is. `is_framed`: one row told title, votes and authors.

    A tuple, for speed: there are two of them to a paper.
    """

    kind: Kind
    text: str = ""
    level: int = 0
    arxiv: tuple[str, int | None] | None = None
    reference: int | None = None
    day: HeaderDay | None = None
    number: int | None = None
    comments: int | None = None
    is_framed: bool = False


@dataclass(slots=True)
class References:
    """The addresses that the numbered references stand for, as far as they lead to papers."""

    papers: dict[int, tuple[str, int | None]]


def tokens(paragraphs: Iterator[str], references: References) -> Iterator[Token]:
    """Yield the tokens of the paragraphs; what defines a reference goes to `references`."""
    is_name_next = False
    for token in _dated(_each(paragraphs, references)):
        if is_name_next and token.kind is not Kind.RULE and not token.arxiv:
            is_name_next = False
            continue
        is_name_next = token.kind is Kind.SUBMITTER and not token.text
        yield token


def _each(paragraphs: Iterator[str], references: References) -> Iterator[Token]:
    for text in paragraphs:
        if len(text) > _LONG and text[0] not in "#[*":
            yield _prose(text)
        elif text[0] in "[0123456789" and (defined := definition(text)):
            _define(references, defined)
        else:
            yield _token(text)


def _dated(tokens: Iterator[Token]) -> Iterator[Token]:
    """Make a date of a month and the number that stands under it."""
    month: Token | None = None
    for token in tokens:
        if month is not None:
            day = parse_day(f"{month.text} {token.text}") if token.kind is Kind.NUMBER else None
            if day:
                yield Token(kind=Kind.DAY, text=f"{month.text} {token.text}", day=day)
                month = None
                continue
            yield month
            month = None
        if token.kind is Kind.SHORT and len(token.text) < 16 and is_month(token.text):
            month = token
        else:
            yield token
    if month is not None:
        yield month


def _define(references: References, defined: tuple[int, str]) -> None:
    number, url = defined
    if len(references.papers) < 100_000 and (arxiv := paper_id(url)):
        references.papers[number] = arxiv


def _prose(text: str) -> Token:
    if '":' in text and text.count('":') * 60 > len(text):
        return Token(kind=Kind.RULE)
    return Token(kind=Kind.PROSE, text=text)


def _token(text: str) -> Token:
    if text[-1] == ")" and len(text) <= _LONG and (found := _TRAILED.fullmatch(text)):
        return _linked_token(found["text"], found["url"])
    if text[0] in MARKS or "](" in text:
        return _marked_token(text)
    if "ubmitted" in text[:12] and (found := _SUBMITTED.match(text)):
        return _of_submitter(found[1])
    row = row_of(text) if len(text) <= MAX_ROW else None
    if row is not None:
        return _of_row(row, text, None)
    return Token(kind=_weight(text), text=text)


def _marked_token(text: str) -> Token:
    text = (without_tags(text) if "<" in text else text) or "·"
    mark = marked(text)
    arxiv = paper_id(mark.url) if mark.url else None
    core = mark.text.strip()
    if "ubmitted" in core[:24] and (found := _SUBMITTED.match(bare(core))):
        return _of_submitter(found[1])
    row = row_of(bare(core)) if len(core) <= MAX_ROW else None
    if row is not None:
        return _of_row(row, bare(core), arxiv)
    if len(core) <= _LONGEST_RIBBON and _is_ribbon(core):
        return Token(kind=Kind.RULE)
    if core[0] == "[" and "]" not in core and len(core) <= _TITLE and core.lstrip("[ "):
        return _token(core.lstrip("[ "))  # a link that goes on in another paragraph
    if arxiv or mark.level or mark.reference is not None:
        return Token(
            kind=Kind.HEADING,
            text=core,
            level=mark.level,
            arxiv=arxiv,
            reference=mark.reference,
        )
    return Token(kind=_weight(text), text=text)


def _is_ribbon(text: str) -> bool:
    """Tell whether the text is a row of links, or the begin or end of a link around a row."""
    if text[0] not in "]!" and ("](" not in text and "][" not in text and "[" not in text[:1]):
        return False
    rest = unlinked(text)
    return (
        text[0] == "]"
        or (not rest and text[0] == "!")
        or (rest != text and (is_ribbon(rest, is_linked=True) or row_of(rest) is not None))
    )


def _linked_token(text: str, url: str) -> Token:
    """Return the token of `text (/address)`, as some extractors write links."""
    if row := row_of(text):
        return _of_row(row, text, None)
    arxiv = paper_id(url)
    return Token(kind=Kind.HEADING, text=text, arxiv=arxiv) if arxiv else Token(kind=Kind.RULE)


def _of_row(row: Row, text: str, arxiv: tuple[str, int | None] | None) -> Token:
    if row.kind is Kind.ADDRESS and arxiv is None:
        arxiv = paper_id(_address(text))
    elif row.kind is Kind.RULE and arxiv and not text:
        arxiv = None  # a picture that links to a paper says nothing of what stands around it
    return Token(
        kind=row.kind,
        text=text,
        arxiv=arxiv if row.kind in (Kind.ADDRESS, Kind.MENU) else None,
        day=row.day,
        number=row.number,
        comments=row.comments,
    )


def _address(text: str) -> str:
    """Return the address or the id of a row, which may have other parts: `Paper • 2410.05434`."""
    if "•" in text or "·" in text:
        text = next(filter(parse_arxiv_id, _PARTS.split(text)), text)
    address = text.rsplit(maxsplit=1)[-1].strip("<>")
    prefix, _, rest = address.partition(":")
    return rest if prefix.lower() in ("url", "link", "paper", "source", "pdf") and rest else address


def _of_submitter(rest: str) -> Token:
    if found := _ROW_OF_ALL.fullmatch(rest):
        comments = found["comments"]
        return Token(
            kind=Kind.HEADING,
            text=found["title"],
            number=int(found["votes"]),
            comments=int(comments) if comments else None,
            is_framed=True,
        )
    return Token(kind=Kind.SUBMITTER, text=rest)


def _is_code(text: str) -> bool:
    return text.endswith(_CODE_ENDS) or _CODE.match(text) is not None


def _weight(text: str) -> Kind:
    """Say how much a text is like an abstract, by its length and its sentences."""
    if text[0].isdigit():
        text = _ITEM.sub("", text, count=1)
    length = len(text)
    if length > _LONG:
        return _prose(text).kind
    if _is_code(text):
        return Kind.RULE
    is_ended = text.rstrip(_CLOSERS).endswith((".", "…"))
    has_inner_end = has_sentences(text)
    if is_ended and (length > 200 or (has_inner_end and length > 120)):
        return Kind.PROSE
    if (is_ended and text.count(" ") >= 5) or (has_inner_end and length > 120):
        return Kind.SENTENCE
    if "://" in text:
        return Kind.SENTENCE
    return Kind.PROSE if length > _TITLE else Kind.SHORT


def has_sentences(text: str) -> bool:
    """Tell whether a sentence ends and another begins inside `text`."""
    return ". " in text and _INNER_END.search(_ABBREVIATED.sub("", text)) is not None
