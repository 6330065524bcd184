"""The curator's acts, each one transaction: what was typed comes in, what was done goes out.

    what was typed ─▶ the paper it means ─▶ store ─▶ Done        (dry: undone again)

The command, the desk at /admin and its API share them. A draft is curated until it is sealed; it is
approved as it stands then, and whatever changes it takes that back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from digest.errors import EditionError
from digest.identity import parse_arxiv_id, parse_doi
from digest.models import Edition, EditionRecord
from digest.pipeline.sealing import edition_of
from digest.store import Reading, Store, Writing
from digest.trending import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done: in which edition, to which paper (None: to the edition itself).

    `withdrew` tells that the edition was approved before it, and is not any more.
    """

    edition: str
    paper: str | None
    done: str
    withdrew: bool = False


class Curator:
    """Curates editions at a moment; `by` names what it comes through: `cli`, `desk` or `api`.

    With `is_dry` nothing is kept. Each act raises `EditionError` where it cannot be done.
    """

    def __init__(
        self, store: Store, rules: Rules, now: datetime, by: str, *, is_dry: bool = False
    ) -> None:
        self._store = store
        self._rules = rules
        self._now = now
        self._by = by
        self._is_dry = is_dry

    def pin(self, edition: str, paper: str, place: int | None = None) -> Done:
        """Pin a paper after those pinned before, or at a place among them, counted from 1."""

        def act(tx: Writing, key: str) -> None:
            others = [each for each in tx.curation(edition).pinned if each != key]
            at = len(others) if place is None else max(0, place - 1)
            tx.curate_order(edition, (*others[:at], key, *others[at:]))

        return self._of_paper(edition, paper, "pinned", act)

    def unpin(self, edition: str, paper: str) -> Done:
        """Let a paper stand where its score puts it."""
        return self._of_paper(
            edition, paper, "unpinned", lambda tx, key: tx.curate_pin(edition, key, False)
        )

    def hide(self, edition: str, paper: str) -> Done:
        """Leave a paper out."""
        return self._of_paper(
            edition, paper, "hidden", lambda tx, key: tx.curate_hide(edition, key, True)
        )

    def unhide(self, edition: str, paper: str) -> Done:
        """Take a hidden paper back in."""
        return self._of_paper(
            edition, paper, "shown again", lambda tx, key: tx.curate_hide(edition, key, False)
        )

    def note(self, edition: str, paper: str | None, text: str) -> Done:
        """Set the note in Markdown on a paper, or on the edition; an empty one removes it."""
        told = text.strip()
        done = "annotated" if told else "without a note"
        if paper is None:
            return self._of_edition(edition, done, lambda tx: tx.curate_note(edition, None, told))
        return self._of_paper(
            edition, paper, done, lambda tx, key: tx.curate_note(edition, key, told)
        )

    def order(self, edition: str, papers: Sequence[str]) -> Done:
        """Pin these papers in this order; others that are pinned come after them."""

        def act(tx: Writing) -> None:
            tx.curate_order(edition, [_key(tx, paper) for paper in papers])

        return self._of_edition(edition, "in the order asked for", act)

    def move(self, edition: str, paper: str, *, up: bool) -> Done:
        """Let a pinned paper change places with the pinned one above or below it in its section."""

        def act(tx: Writing, key: str) -> None:
            pinned = list(tx.curation(edition).pinned)
            shown = edition_of(tx, _existing(tx, edition), self._rules)
            if (other := _beside(shown, key, up=up)) is not None:
                one, two = pinned.index(key), pinned.index(other)
                pinned[one], pinned[two] = other, key
                tx.curate_order(edition, pinned)

        return self._of_paper(edition, paper, "moved up" if up else "moved down", act)

    def approve(self, edition: str, seen: int | None = None) -> Done:
        """Let it go out; refuse where it has changed since its change number was `seen`."""

        def act(tx: Writing) -> None:
            if seen is not None and _existing(tx, edition).change != seen:
                what = f"the edition {edition} has changed since it was shown"
                raise EditionError(what, at=edition, hint="look at it again, and approve that")
            tx.approve(edition, self._now, self._by)

        return self._of_edition(edition, "approved", act)

    def hold(self, edition: str) -> Done:
        """Let nothing more of it go out until it is approved."""
        return self._of_edition(edition, "held", lambda tx: tx.hold(edition, self._now, self._by))

    def _of_paper(
        self, edition: str, paper: str, done: str, act: Callable[[Writing, str], object]
    ) -> Done:
        key = ""

        def acting(tx: Writing) -> None:
            nonlocal key
            key = _key(tx, paper)
            act(tx, key)

        return replace(self._of_edition(edition, done, acting), paper=key)

    def _of_edition(self, edition: str, done: str, act: Callable[[Writing], object]) -> Done:
        withdrew = False
        with self._store.writing(is_dry=self._is_dry) as tx:
            was_approved = _existing(tx, edition).approved_at is not None
            act(tx)
            now = _existing(tx, edition)
            withdrew = was_approved and now.approved_at is None and now.held_at is None
        return Done(edition=edition, paper=None, done=done, withdrew=withdrew)


def _existing(tx: Reading, name: str) -> EditionRecord:
    record = tx.edition(name)
    if record is None:
        hint = "see the editions there are with `digest edition list`"
        raise EditionError(f"there is no edition {name}", at=name, hint=hint)
    return record


def _key(tx: Reading, typed: str) -> str:
    """Return the public key of the paper that was typed: a key, an arXiv id, a DOI, an address."""
    arxiv, doi = parse_arxiv_id(typed), parse_doi(typed)
    names = [typed, f"arxiv:{arxiv[0]}" if arxiv else "", f"doi:{doi}" if doi else ""]
    found = (tx.paper_by_key(name) for name in names if name)
    paper = next((paper for paper in found if paper), None)
    if paper is None:
        hint = "see: digest edition show NAME"
        raise EditionError(f"no paper is known as {typed}", hint=hint)
    return paper.key


def _beside(edition: Edition, key: str, *, up: bool) -> str | None:
    """Return the pinned paper that stands above or below a pinned one in a section."""
    for section in (edition.new, edition.trending, edition.revised):
        pinned = [entry.paper.key for entry in section if entry.is_pinned]
        if key in pinned:
            at = pinned.index(key) + (-1 if up else 1)
            return pinned[at] if 0 <= at < len(pinned) else None
    return None
