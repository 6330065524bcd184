"""Tokens of the page to papers: by what stands before and after each text, not by its words.

    [rows] title [rows] abstract… [rows]

A text followed by an abstract is a title; one followed by another such text is a name, a search
word, or the title of a page that lists titles alone. The latter count only where an address or a
whole frame (`Submitted by` above, the number of authors below) shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.dumps.listing import add_note
from digest.dumps.page_draft import (
    CLOSING,
    Draft,
    begin,
    has,
    is_listed,
    is_sentence,
    promoted,
    read_rows_under,
)
from digest.dumps.page_tokens import TEXT, Token
from digest.dumps.page_words import Kind

_MAX_ROWS = 400  # of a gap between two texts; the first and the last ones tell
_ABSTRACTS = (Kind.PROSE, Kind.SENTENCE)
_Rows = Sequence[Token]


def drafts(tokens: Iterator[Token], notes: list[str]) -> Iterator[Draft]:
    """Yield what may be papers, in order; those without an abstract: see `Draft.is_certain`."""
    reader = _Reader()
    rows: list[Token] = []
    text: Token | None = None
    before: _Rows = ()
    for token in tokens:
        if token.kind not in TEXT:
            if len(rows) < _MAX_ROWS:
                rows.append(token)
            else:
                rows[-1] = token
            continue
        if text is not None:
            yield from reader.take(before, text, rows, token)
        text, before, rows = token, rows, []
    if text is not None:
        yield from reader.take(before, text, rows, None)
    yield from reader.end(rows)
    if reader.untitled:
        add_note(notes, f"paragraphs skipped that stand under no title: {reader.untitled}")


class _Reader:
    """Takes one text after another, knowing the rows around it and the text that follows."""

    def __init__(self) -> None:
        self.draft: Draft | None = None
        self.passed: tuple[_Rows, Token] | None = None  # the short text just passed over
        self.untitled = 0
        self.has_papers = False
        self.rows_lead = False  # do a paper's rows stand over its title?
        self.submitters_lead: bool | None = None  # and `Submitted by`? None: not seen yet

    def take(
        self, before: _Rows, text: Token, after: _Rows, following: Token | None
    ) -> Iterator[Draft]:
        """Take a text; yield the paper that ends by it."""
        if before and self.draft is not None:
            self._close(before)
        passed, self.passed = self.passed, None
        if self._is_title(before, text, after, following):
            if passed and _is_name(before, text, after):
                before, text = passed
            yield from self._begin(before, text)
        elif text.kind in _ABSTRACTS or self._is_short_abstract(before, text, after):
            if self._lacks_title(before) and (title := promoted(before)):
                yield from self._begin(before[:-1], title)
            self._add(before, text)
        else:
            self.passed = (before, text)
            self._add_fragment(before, text, after)

    def end(self, rows: _Rows) -> Iterator[Draft]:
        """Yield the last paper."""
        if self.draft is not None:
            self._close(rows)
            yield self.draft

    def _close(self, rows: _Rows) -> None:
        if self.draft is not None:
            read_rows_under(
                self.draft,
                rows,
                rows_lead=self.rows_lead,
                submitters_lead=bool(self.submitters_lead),
            )

    def _is_title(self, before: _Rows, text: Token, after: _Rows, following: Token | None) -> bool:
        if text.kind in (Kind.HEADING, Kind.PROSE):
            return text.kind is Kind.HEADING and not self._is_linked_name(before, text, following)
        if has(before, Kind.SUBMITTER) and self.submitters_lead is not False:
            return True
        next_kind = following.kind if following is not None else None
        if text.kind is Kind.SENTENCE:
            return next_kind is Kind.PROSE and self._ends_like_title(before, text)
        if self._is_locked():
            return False
        if next_kind in _ABSTRACTS:
            is_under_title = self.draft is not None and not self.draft.texts
            return not (is_under_title and _is_name(before, text, after))
        return self._may_be_title(before, text, after)

    def _is_linked_name(self, before: _Rows, text: Token, following: Token | None) -> bool:
        """Whether a numbered link after an abstract leads to an organisation: no text follows."""
        if text.level or text.arxiv or text.is_framed or has(before, Kind.SUBMITTER):
            return False
        has_abstract = self.draft is not None and bool(self.draft.texts)
        return has_abstract and (following is None or following.kind not in _ABSTRACTS)

    def _is_locked(self) -> bool:
        """Whether the title stands already, and any name under it is none."""
        draft = self.draft
        if draft is None or draft.texts:
            return False
        if draft.title.kind is Kind.HEADING:
            return draft.title.level not in (1, 2) or draft.title.arxiv is not None
        return draft.has_submitter

    def _may_be_title(self, before: _Rows, text: Token, after: _Rows) -> bool:
        """Whether to hold a short text until a better title comes."""
        if self.draft is None:
            return True
        if self.draft.texts:
            return self.draft.is_closed and not is_listed(text)
        return not self._is_short_abstract(before, text, after)

    def _ends_like_title(self, before: _Rows, text: Token) -> bool:
        """Whether a sentence before an abstract is its title, not what the last one ends with."""
        draft = self.draft
        if draft is None or draft.is_closed:
            return True
        if not draft.texts and not has(before, Kind.AUTHORS, Kind.DAY):
            return False
        return not is_sentence(text.text)

    def _is_short_abstract(self, before: _Rows, text: Token, after: _Rows) -> bool:
        """`title / a line of some length / 5 authors`: an abstract of less than a sentence."""
        draft = self.draft
        if text.kind is not Kind.SHORT or draft is None or draft.texts or before:
            return False
        return len(text.text) >= 80 and has(after, Kind.AUTHORS)

    def _lacks_title(self, before: _Rows) -> bool:
        return self.draft is None or bool(self.draft.texts and (before or self.draft.is_closed))

    def _begin(self, before: _Rows, title: Token) -> Iterator[Draft]:
        """Begin a paper; the rows over the first ones tell where rows stand."""
        ended = self.draft
        if ended is not None and (ended.texts or ended.is_certain):
            self.has_papers = True
        if not self.has_papers:
            self.submitters_lead = has(before, Kind.SUBMITTER)
            self.rows_lead = has(before, Kind.AUTHORS)
        self.draft = begin(
            title, before, rows_lead=self.rows_lead, submitters_lead=bool(self.submitters_lead)
        )
        if ended is not None:
            yield ended

    def _add(self, before: _Rows, text: Token) -> None:
        """Add a paragraph to the abstract of the paper that is open."""
        draft = self.draft
        if draft is None or draft.is_closed:
            self.untitled += 1
            return
        draft.is_labelled = draft.is_labelled or has(before, Kind.SUMMARY)
        if draft.is_labelled and len(draft.texts) == 1 and draft.summary is None:
            draft.summary, draft.texts = draft.texts[0], []
        draft.texts.append(text.text)

    def _add_fragment(self, before: _Rows, text: Token, after: _Rows) -> None:
        """Add what goes on after an abstract: an item of a list, a line that a colon led to."""
        draft = self.draft
        if draft is None or not draft.texts or draft.is_closed or before or has(after, *CLOSING):
            return
        if is_listed(text) or draft.texts[-1].endswith(":"):
            draft.texts.append(text.text)


def _is_name(before: _Rows, text: Token, after: _Rows) -> bool:
    """`title / NVIDIA / · / 2024-09-12 / abstract`: a name that a dot and a date follow."""
    if text.kind is not Kind.SHORT or before or has(after, Kind.AUTHORS):
        return False
    return bool(after) and after[0].kind in (Kind.RULE, Kind.DAY)
