"""What somebody typed into a search, as a `Query`. Whatever was typed, there is no error.

    diffusion models        both words, anywhere
    "diffusion models"      in a row
    diffus*                 any word that begins so
    robots OR drones        any of them (`|` too)
    -survey, NOT survey     none of them
    title:gripper           in the title
    author:"Ada Almeida"    among the authors
    id:2407.21783           that paper alone; so is an arXiv id or a DOI by itself

Words are folded as `text.wording` folds those of papers (see `indexing`). What is no operator here
is a word, or nothing where it holds none: `NEAR(`, `*`, `AND`, a lone quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.identity import parse_arxiv_id, parse_doi
from digest.indexing import short
from digest.models.searching import IN_AUTHORS, IN_TITLE, Query, Term
from digest.text.hygiene import clean
from digest.text.legible import legible, legible_name
from digest.text.persons import name_of
from digest.text.wording import ANY_END, wanted

MOST_CHARACTERS = 1000
MOST_PARTS = 32
_MOST_WORDS = 32  # of one phrase

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂″", '"'))
_PART = re.compile(
    r"""(?ix)
    (?P<minus>-+)? (?:(?P<place>author|au|title|ti|id) : (?=\S))?
    (?: "(?P<phrase>[^"]*)(?:"|\Z) (?P<star>\*)? | (?P<word>[^\s"]+) )
    """
)
_PLACES = {"author": IN_AUTHORS, "au": IN_AUTHORS, "title": IN_TITLE, "ti": IN_TITLE}
_OR = frozenset(("OR", "|", "||"))
_AND = frozenset(("AND", "&", "&&"))


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing asked for: its terms, of which any will do."""

    terms: tuple[Term, ...]
    is_out: bool


def parse(text: str) -> Query:
    """Return what is meant; of a very long text its beginning."""
    asked = clean(text[: MOST_CHARACTERS * 4].translate(_QUOTES))[:MOST_CHARACTERS].strip()
    if keys := _keys(asked):
        return Query(text=asked, keys=keys, all_of=_groups(_parts(asked)))
    named = [key for said in _PART.finditer(asked) if (key := _named(said))]
    parts = tuple(_parts(asked))
    return Query(
        text=asked,
        all_of=_groups(iter(parts)),
        none_of=tuple(
            dict.fromkeys(term for part in parts if part and part.is_out for term in part.terms)
        ),
        keys=tuple(named[:MOST_PARTS]),
    )


def _keys(text: str) -> tuple[str, ...]:
    """Return the key that an arXiv id or a DOI is, however it is written."""
    if found := parse_arxiv_id(text):
        return (f"arxiv:{found[0]}",)
    doi = parse_doi(text)
    return (f"doi:{doi}",) if doi else ()


def _named(said: re.Match[str]) -> str | None:
    """Return the key of the paper that `id:` names."""
    if (said["place"] or "").lower() != "id" or said["minus"]:
        return None
    asked = (said["phrase"] or said["word"] or "").strip()
    return (_keys(asked) or (f"id:{asked}",))[0]


def _parts(text: str) -> Iterator[_Part | None]:
    """Yield what is asked for in order; None where an OR stands."""
    is_next_out = False
    for said in list(_PART.finditer(text))[: MOST_PARTS * 2]:
        word = said["word"]
        if said["place"] is None and said["minus"] is None and word is not None:
            if word in _OR:
                yield None
                continue
            if word in _AND:
                continue
            if word == "NOT":
                is_next_out = True
                continue
        terms = _terms(said)
        if terms:
            yield _Part(terms, is_out=is_next_out or said["minus"] is not None)
        is_next_out = False


def _groups(parts: Iterator[_Part | None]) -> tuple[tuple[Term, ...], ...]:
    """Put together what stands on both sides of an OR."""
    groups: list[tuple[Term, ...]] = []
    is_or = False
    for part in parts:
        if part is None:
            is_or = bool(groups)
            continue
        if part.is_out:
            continue
        if is_or:
            groups[-1] += part.terms
        else:
            groups.append(part.terms)
        is_or = False
    return tuple(dict.fromkeys(tuple(dict.fromkeys(group)) for group in groups))[:MOST_PARTS]


def _terms(said: re.Match[str]) -> tuple[Term, ...]:
    """Return the ways in which the words that were said may be written."""
    place = (said["place"] or "").lower()
    asked = said["word"] if said["phrase"] is None else said["phrase"] + (said["star"] or "")
    if place == "id":
        return ()
    if place in ("author", "au"):
        return _of_author(asked)
    found = wanted(legible(asked))
    if found is None:
        return ()
    return tuple(
        Term(
            words=short(form.split())[:_MOST_WORDS],
            place=_PLACES.get(place, ""),
            is_open=found.is_open,
        )
        for form in found.forms
    )


def _of_author(asked: str) -> tuple[Term, ...]:
    """Return a name as it is looked for among authors: `Family, Given` is turned."""
    plain = asked.rstrip(f"{ANY_END} ")
    words = name_of(legible_name(plain))
    if not words:
        return ()
    is_open = asked.rstrip().endswith(ANY_END)
    return (Term(words=short(words)[:_MOST_WORDS], place=IN_AUTHORS, is_open=is_open),)
