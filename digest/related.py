"""Which papers are close to each other: by the words they share, the rarer the more (tf-idf).

    title, keywords, abstract ─▶ terms, how often ─▶ the strongest, weighed ─▶ the cosine of two

A term counts by how often the paper says it (a word of the title thrice, a keyword twice), and by
how few papers of the archive say it. Of each paper only the strongest terms are kept, as numbers:
so comparing two costs the same in any archive. Which are compared is `store.relating`'s matter.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b

from digest.models import ListedPaper, Paper
from digest.models.derived import Vector
from digest.text.legible import legible
from digest.text.wording import folded

RELATING = 1
"""The number of these rules, those of `text.wording` and `text.legible` among them.

A database remembers it; where it differs, all papers are related anew. To be raised with every
change, after a release, that makes other terms of a paper or weighs them otherwise.
"""

MOST_TERMS = 16
"""How many terms of a paper are kept."""

WHOLE = 1000
"""The length of a vector, and the closeness of two that are the same."""

_MOST_WORDS = 2000  # of one text
_IN_TITLE, _IN_KEYWORDS, _IN_ABSTRACT = 3, 2, 1
_RARE = 4  # papers: a word of one paper tells hardly more than a word of so many
_LEAST_LETTERS = 3
_COMMON_WORDS = """
    about above across after again against all almost also although among and another any are aren
    around based because been before being below best better between both but can cannot could
    different does doesn doing down during each either enough even ever every few first for found
    from further furthermore given gives good had has have having here high how however into its
    itself just large largely later least less like low made mainly make makes making many may more
    moreover most much must near need needs neither never new next non not now off often one ones
    only onto open other others our out over own per perhaps possible quite rather same second
    several shall should show shown shows since single small some still such take taken than that
    the their them then there therefore thereby these they thing this those though three through
    thus together too toward towards two under until upon use used useful uses using various very
    via was way ways well were what when where whereas whether which while who whole whose why will
    with within without would yet you your
    ability able achieve achieved achieves achieving address addresses aim allow allowing allows
    analysis analyze apply applied applying approach approaches art author available baseline
    benchmark build call called case challenge challenges challenging change code common compare
    compared comparison complex comprehensive consider consistently contribution current demonstrate
    demonstrates demonstrating design designed develop developed difficult direct domain effective
    effectively effectiveness efficient efficiency enable enables enabling end ensure evaluate
    evaluation evaluations existing experiment experimental experiments explore extend extensive
    feature find finding findings focus following framework full fully gain gains general generally
    help idea identify important improve improved improvement improvements improving include
    includes including increase increasing information input introduce introduces investigate issue
    issues key know known lack lead leading leads learn learned learning level leverage leverages
    leveraging limit limitation limitations limited main major mean means measure method methods
    model modeling models motivated novel number observe obtain offer offers original outperform
    outperforming outperforms output overall paper papers part particular perform performance
    performing performs point points potential practical present presents previous previously
    prior problem problems process produce propose proposed proposes provide provided provides
    providing publicly range real recent recently reduce reduces reducing related release relevant
    remain remains report require required requires research result resulting results reveal
    reveals review robust scale science set sets setting settings significant significantly simple
    solution solve solving specific specifically standard state step strong studies study suggest
    support system systems task tasks technique techniques term test time tool train trained
    training type typically unified unlike variety wide widely work works world year years
    http https www com github arxiv org
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def terms_of(paper: Paper | ListedPaper) -> dict[int, int]:
    """Return the terms of a paper by number, and how much each counts."""
    said: Counter[int] = Counter()
    said_where = (
        (_IN_TITLE, paper.title),
        (_IN_KEYWORDS, " | ".join(paper.keywords)),
        (_IN_ABSTRACT, paper.abstract),
    )
    for much, text in said_where:
        for word in folded(legible(text)).split()[:_MOST_WORDS]:
            if term := _term(word):
                said[term] += much
    return dict(said)


def weigh(said: Mapping[int, int], known: Mapping[int, int], papers: int) -> Vector:
    """Return the strongest terms of a paper, weighed; the vector's length is `WHOLE`.

    `known` tells of its terms how many of the `papers` of the archive have each.
    """
    share = {term: math.log(1 + papers / (known.get(term, 0) + _RARE)) for term in said}
    weighed = [(-round((1 + math.log(much)) * share[term], 6), term) for term, much in said.items()]
    strongest = [(term, -weight) for weight, term in sorted(weighed)[:MOST_TERMS]]
    length = math.sqrt(sum(weight**2 for _, weight in strongest)) or 1.0
    return tuple((term, round(WHOLE * weight / length)) for term, weight in strongest)


def closeness(one: Vector, other: Vector) -> int:
    """Return the cosine of two vectors, from 0 to `WHOLE`."""
    weights = dict(other)
    return sum(weight * weights.get(term, 0) for term, weight in one) // WHOLE


@lru_cache(maxsize=65536)
def _term(word: str) -> int:
    """Return the number of the term that a folded word stands for, 0 for a word that tells nothing.

    Numbers of 32 bits: among 100,000 terms one or two share theirs, which no one will notice.
    """
    is_short = len(word) < _LEAST_LETTERS and word.isalpha() and word.isascii()
    if is_short or word.isdigit() or word in _COMMON or len(word) > 60:
        return 0
    stem = _stem(word)
    if stem in _COMMON:
        return 0
    return int.from_bytes(blake2b(stem.encode("utf-8", "replace"), digest_size=4).digest())


def _stem(word: str) -> str:
    """Return the singular of a plural, as far as its ending tells."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
