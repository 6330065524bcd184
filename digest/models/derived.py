"""What is derived of papers: who wrote them, as one person each, and which are close to which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

Vector = tuple[tuple[int, int], ...]
"""The strongest terms of a paper, each with its weight, the strongest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorName:
    """A name as a paper lists it. Whoever has the same `key` is taken for the same author.

    `name` is shown; `slug` is the folder wanted for their page; `order` sorts them, family name
    first.
    """

    key: str
    name: str
    slug: str
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """An author who has a page. `slug` is its folder under `authors/`, for ever.

    `letter` is the first of the family name, folded. `papers` counts them where that is asked for.
    """

    slug: str
    name: str
    letter: str
    papers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Authored:
    """A paper as a list of an author's papers shows it. `id` is the store's row number.

    `announced` (aware UTC) is when its dump was read, as the store tells it; as a page does, a time
    of the day of its `edition`.
    """

    id: int
    key: str
    slug: str
    title: str
    authors: tuple[str, ...]
    edition: str
    announced: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorPage:
    """An author with their papers, the latest announced first; `more`, older ones, are left out."""

    author: Author
    papers: tuple[Authored, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A page of the list of all authors: its number, its first and its last author by name."""

    number: int
    first: Author
    last: Author
