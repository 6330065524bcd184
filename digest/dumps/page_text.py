"""The Daily Papers page as text, whatever extractor made it (`page-text`).

    pieces ─▶ paragraphs ─▶ tokens ─▶ drafts ─▶ papers
              page_blocks   page_tokens page_papers

Streams: only a page whose titles carry numbered references is held until their list is read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from itertools import chain

from digest.dumps.listing import Listing, add_note
from digest.dumps.marks import bare, escaped_marks, unmarked
from digest.dumps.page_blocks import paragraphs, titles_touch, wrap_width
from digest.dumps.page_draft import Draft
from digest.dumps.page_head import front_matter_end, header_day, is_page, lists_ids
from digest.dumps.page_papers import drafts
from digest.dumps.page_tokens import References, tokens
from digest.dumps.page_words import Kind
from digest.dumps.source import Source
from digest.models import ListedPaper

NAME = "page-text"
_MAX_HELD = 20_000  # papers that wait for the list of references
_REMEMBERED = 4096  # papers that a second print of the same one is looked for among


def matches(source: Source) -> bool:
    """Tell whether the dump is a page of papers as text."""
    return is_page(source.head)


def read(source: Source) -> Listing:
    """Read the page."""
    return Listing(
        format=NAME,
        day=header_day(source.head),
        papers=_papers(source),
        notes=source.notes,
    )


def _papers(source: Source) -> Iterator[ListedPaper]:
    references = References(papers={})
    width = wrap_width(source.head)
    blocks = paragraphs(
        _body(source.pieces()),
        source.limits.max_line_chars,
        width,
        is_touching=bool(width) and titles_touch(source.head),
    )
    found = drafts(tokens(blocks, references), source.notes)
    known = _Known()
    position = 0
    is_collection = lists_ids(source.head)
    escaped = escaped_marks(source.head)
    for draft in _merged(_resolved(found, references, source.notes)):
        if not (draft.texts or draft.is_certain) or (is_collection and draft.arxiv is None):
            continue
        paper = _paper(draft, position + 1, escaped)
        if paper.title and not known.has(paper):
            position += 1
            yield paper


def _body(pieces: Iterator[str]) -> Iterator[str]:
    """Yield the text without the YAML block at its start."""
    first = ""
    while len(first) < 8192 and (piece := next(pieces, None)) is not None:
        first += piece
    return chain((first[front_matter_end(first) :],), pieces)


def _resolved(found: Iterator[Draft], references: References, notes: list[str]) -> Iterator[Draft]:
    """Give the drafts with a numbered reference the id that the list at the end tells."""
    held: list[Draft] = []
    for draft in found:
        if (draft.title.reference is None and not held) or len(held) > _MAX_HELD:
            yield draft
            continue
        held.append(draft)
        if len(held) > _MAX_HELD:
            add_note(notes, "too many numbered links: their addresses were not looked up")
            yield from held
    if len(held) <= _MAX_HELD:
        for draft in held:
            draft.arxiv = draft.arxiv or references.papers.get(draft.title.reference or -1)
            yield draft


def _merged(found: Iterator[Draft]) -> Iterator[Draft]:
    """Make one of a title without an abstract and the same title, right after, with one."""
    held: Draft | None = None
    for draft in found:
        is_same = held is not None and not held.texts and held.title.text == draft.title.text
        if held is not None and is_same:
            draft.arxiv = draft.arxiv or held.arxiv
            draft.votes = held.votes if draft.votes is None else draft.votes
        elif held is not None:
            yield held
        held = draft
    if held is not None:
        yield held


class _Known:
    """The papers lately read, to know one that the page prints a second time."""

    def __init__(self) -> None:
        self._recent: OrderedDict[str, str] = OrderedDict()

    def has(self, paper: ListedPaper) -> bool:
        """Tell whether the paper was read before, and remember it."""
        key = paper.arxiv_id or paper.title
        other = self._recent.get(key)
        if other is not None and (paper.arxiv_id or _is_same(other, paper.abstract)):
            return True
        self._recent[key] = paper.abstract
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
        return False


def _is_same(one: str, two: str) -> bool:
    one, two = (text.rstrip("….").rstrip() for text in (one, two))
    return one.startswith(two) or two.startswith(one)


def _paper(draft: Draft, position: int, escaped: str) -> ListedPaper:
    arxiv, version = draft.arxiv or (None, None)
    title, abstract = draft.title.text, " ".join(draft.texts)
    if draft.title.kind is Kind.HEADING or escaped:
        is_numbered = draft.title.reference is not None
        title = unmarked(title, is_numbered=is_numbered, escaped=escaped)
        abstract = unmarked(abstract, is_numbered=is_numbered, escaped=escaped)
    if draft.title.kind is not Kind.HEADING and title[0] in "[*#>`_•-+◦":
        title = bare(title)
    title = title.removeprefix(f"{position}. ").removeprefix(f"{position}) ")
    links = (
        ("page", f"https://huggingface.co/papers/{arxiv}"),
        ("pdf", f"https://arxiv.org/pdf/{arxiv}"),
    )
    return ListedPaper(
        title=title,
        abstract=abstract,
        position=position,
        arxiv_id=arxiv,
        version=version,
        url=f"https://arxiv.org/abs/{arxiv}" if arxiv else None,
        published=draft.published,
        votes=draft.votes,
        comments=draft.comments,
        summary=draft.summary,
        links=links if arxiv else (),
    )
