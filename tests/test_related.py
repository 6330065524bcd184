"""Which papers are close: by rare words they share, whatever else they say."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from digest.models import ListedPaper
from digest.models.derived import Vector
from digest.related import MOST_TERMS, WHOLE, closeness, terms_of, weigh

GROUPS = {
    "proteins": "protein folding residue ligand enzyme backbone docking peptide binding chain",
    "speech": "speech phoneme speaker acoustic transcription voice microphone prosody accent audio",
    "robots": "robot gripper grasp manipulation arm tactile torque cloth joint policy",
    "weather": "weather rain forecast cloud pressure storm satellite humidity wind climate",
    "proofs": "theorem proof lemma formal prover tactic verification logic axiom library",
}
FILLER = [
    "language",
    "attention",
    "layer",
    "token",
    "scaling",
    "sample",
    "loss",
    "data",
    "image",
    "noise",
    "graph",
    "search",
]


def paper(title: str = "", abstract: str = "", **changes: Any) -> ListedPaper:
    return ListedPaper(position=1, title=title, abstract=abstract, **changes)


def planted(count: int, seed: int = 3) -> Iterator[tuple[str, ListedPaper]]:
    """Papers of invented groups: a few words of their group among many that all share."""
    chance = random.Random(seed)
    for number in range(count):
        name = chance.choice(sorted(GROUPS))
        own = GROUPS[name].split()
        said = chance.sample(own, 5) + chance.choices(FILLER, k=40)
        chance.shuffle(said)
        title = f"Study {number} of {chance.choice(own)} and {chance.choice(FILLER)}"
        yield name, paper(title, " ".join(said))


def vectors(papers: list[ListedPaper]) -> list[Vector]:
    said = [terms_of(each) for each in papers]
    known = Counter(term for terms in said for term in terms)
    return [weigh(terms, known, len(papers)) for terms in said]


def test_planted_groups_are_found_among_words_that_all_share() -> None:
    names, papers = zip(*planted(200), strict=True)
    weighed = vectors(list(papers))
    right = asked = 0
    for at, one in enumerate(weighed):
        others = [n for n in range(len(weighed)) if n != at]
        others.sort(key=lambda other: closeness(one, weighed[other]), reverse=True)
        right += sum(names[other] == names[at] for other in others[:5])
        asked += 5
    assert right / asked > 0.9


def test_a_vector_is_as_long_as_told_and_holds_the_strongest() -> None:
    (one,) = vectors([paper("Proteins", " ".join(" ".join(GROUPS.values()).split()))])
    assert len(one) == MOST_TERMS
    assert closeness(one, one) == pytest.approx(WHOLE, abs=20)
    assert [weight for _, weight in one] == sorted((w for _, w in one), reverse=True)
    assert next(iter(terms_of(paper("Protein")))) == one[0][0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Graph transformers", "GRAPH TRANSFORMER"),
        ("Möbius strips", "Mobius strip"),
        ("Theories of $\\alpha$", "theory of \\(\\alpha\\)"),
        ("We propose the method of this paper", ""),
        ("3 of 17", ""),
    ],
)
def test_words_are_folded_and_those_that_tell_nothing_left_out(one: str, other: str) -> None:
    assert terms_of(paper(one)) == terms_of(paper(other))


def test_words_of_the_title_and_keywords_count_more() -> None:
    (in_title,) = terms_of(paper("protein")).values()
    (in_keywords,) = terms_of(paper(keywords=("protein",))).values()
    (in_abstract,) = terms_of(paper(abstract="protein")).values()
    assert in_title > in_keywords > in_abstract


def test_a_paper_that_says_nothing_is_close_to_none() -> None:
    assert weigh({}, {}, 0) == ()
    assert closeness((), vectors([paper("Protein folding")])[0]) == 0
    assert weigh({7: 3}, {}, 0) != ()  # the first of all
