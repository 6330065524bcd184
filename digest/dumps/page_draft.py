"""A paper being put together from the page: its parts, and what the rows around it tell.

Which text is whose title or abstract is decided in `page_papers`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from digest.dumps.page_tokens import Token, has_sentences
from digest.dumps.page_words import Kind

CLOSING = (Kind.AUTHORS, Kind.DAY, Kind.SUBMITTER)
_OPENING = re.compile(
    r"(?:we|our|this|these|it|its|the code|code|in this|in our|to this|however|moreover|finally|"
    r"additionally|furthermore|project|github|dataset|data|results|extensive|overall|they|all)\b",
    re.IGNORECASE,
)
_BULLETS = ("•", "-", "*", "–", "◦", "+")


@dataclass(slots=True)
class Draft:
    """A paper being put together from the page. Closed: no more paragraphs belong to it."""

    title: Token
    texts: list[str] = field(default_factory=list)
    summary: str | None = None
    arxiv: tuple[str, int | None] | None = None
    published: str | None = None
    votes: int | None = None
    comments: int | None = None
    has_submitter: bool = False
    has_authors: bool = False
    is_closed: bool = False
    is_labelled: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether a title without an abstract is shown to be a paper."""
        title = self.title
        return bool(
            self.arxiv
            or title.is_framed
            or (self.has_submitter and self.has_authors)
            or (title.kind is Kind.HEADING and (self.has_submitter or self.has_authors))
            or title.level >= 3
        )


def begin(
    title: Token, before: Sequence[Token], *, rows_lead: bool, submitters_lead: bool
) -> Draft:
    """Return a new draft with what the rows over its title tell."""
    draft = Draft(
        title=title,
        arxiv=title.arxiv,
        votes=title.number,
        comments=title.comments,
        has_authors=title.is_framed,
    )
    if before:
        draft.has_submitter = submitters_lead and has(before, Kind.SUBMITTER)
        if draft.has_submitter and draft.votes is None:
            draft.votes = _votes(before)
        if rows_lead:
            draft.published = next(filter(None, map(iso_day, reversed(before))), None)
    return draft


def read_rows_under(
    draft: Draft, rows: Sequence[Token], *, rows_lead: bool, submitters_lead: bool
) -> None:
    """Add to `draft` what the rows under its title or its abstract tell."""
    for index, row in enumerate(rows):
        if row.kind in CLOSING and (row.kind is not Kind.DAY or iso_day(row)):
            draft.is_closed = bool(draft.texts)
        if draft.is_closed and (rows_lead or (row.kind is Kind.SUBMITTER and submitters_lead)):
            return
        if row.kind is Kind.AUTHORS:
            draft.has_authors = True
            if submitters_lead:
                draft.comments = _comments(rows, index)
        elif row.kind is Kind.SUBMITTER and submitters_lead:
            return
        elif row.kind is Kind.ADDRESS:
            draft.arxiv = draft.arxiv or row.arxiv
        draft.published = draft.published or iso_day(row)


def promoted(rows: Sequence[Token]) -> Token | None:
    """Return the row that can only be the title, where an abstract stands without one.

    A menu's word, a number or a date may be a title; votes, comments and menus are none.
    """
    if not rows:
        return None
    last, over = rows[-1], rows[-2].kind if len(rows) > 1 else Kind.RULE
    if last.kind not in (Kind.MENU, Kind.NUMBER, Kind.DAY) or over in (Kind.SUBMITTER, Kind.MENU):
        return None
    if last.kind is Kind.DAY and not any(row.kind is Kind.DAY for row in rows[:-1]):
        return None
    if last.kind is Kind.NUMBER and len(rows) > 1 and not (over in CLOSING and len(last.text) > 3):
        return None
    return Token(kind=Kind.SHORT, text=last.text)


def has(rows: Sequence[Token], *kinds: Kind) -> bool:
    """Tell whether one of the rows is of one of the kinds."""
    return any(row.kind in kinds for row in rows)


def is_sentence(text: str) -> bool:
    """Tell whether a text that ends in a full stop is no title."""
    if len(text) > 200 or "http" in text or has_sentences(text):
        return True
    return _OPENING.match(text) is not None or text[0].islower()


def is_listed(text: Token) -> bool:
    """Tell whether the text is an item of a list, longer than a menu's or a name."""
    return text.text.startswith(_BULLETS) and text.text.count(" ") >= 4


def iso_day(row: Token) -> str | None:
    """Return the full date that a row tells, in ISO 8601."""
    day = row.day
    return f"{day.year:04}-{day.month:02}-{day.day:02}" if day and day.year else None


def _votes(rows: Sequence[Token]) -> int | None:
    """Return the number that stands under the last `Submitted by`."""
    votes = None
    for row in rows:
        if row.kind is Kind.SUBMITTER:
            votes = None
        elif row.kind is Kind.NUMBER and votes is None:
            votes = row.number
    return votes


def _comments(rows: Sequence[Token], index: int) -> int | None:
    """Return the number that stands under the row of authors, before the next paper's rows."""
    for row in rows[index:]:
        if row.comments is not None:
            return row.comments
        if row.kind is Kind.NUMBER:
            return row.number
        if row.kind not in (Kind.RULE, Kind.DAY, Kind.AUTHORS):
            return None
    return None
