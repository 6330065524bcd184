"""A search as the store is asked it, and what it found."""

from __future__ import annotations

from dataclasses import dataclass

from digest.models.papers import Paper

IN_TITLE, IN_AUTHORS = "t/", "a/"
"""What stands before a word that was found in a title, or in the name of an author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words in a row, folded; the last may go on if `is_open`. `place` says where."""

    words: tuple[str, ...]
    place: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for: of each group of `all_of` any term, and none of `none_of`.

    `keys` name papers that are meant themselves, and come first. `text` is what was asked.
    """

    text: str = ""
    all_of: tuple[tuple[Term, ...], ...] = ()
    none_of: tuple[Term, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing that could be found."""
        return not (self.all_of or self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What a search found: how many papers in `total`, and those of the page asked for."""

    total: int = 0
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Findable:
    """A paper as an index of whole texts is given it: texts as readers see them, ISO dates.

    `day` is that of the first edition it stood in, `editions` are the names of all, the weeks and
    the months too.
    """

    slug: str
    title: str
    text: str
    authors: tuple[str, ...] = ()
    published: str = ""
    day: str = ""
    editions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
