"""Cards: what a reader is told of a paper, in words."""

from __future__ import annotations

import builders
import pytest

from digest.render import cards


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ((), ""),
        (("Ada",), "Ada"),
        (("Ada", "Björn"), "Ada and Björn"),
        (("Ada", "Björn", "Chiara"), "Ada, Björn and Chiara"),
        (tuple("ABCDEF"), "A, B, C, D, E and F"),
        (tuple("ABCDEFG"), "A, B, C, D and 3 others"),
        (("", " ", "Ada\n B"), "Ada B"),
    ],
)
def test_authors_are_named_in_words(authors: tuple[str, ...], expected: str) -> None:
    assert cards.author_line(authors) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "3 new, 2 trending again, 1 revised, from 2 listings"),
        (
            {"new": 0, "trending": 1, "revised": 0, "listings": 1},
            "1 trending again, from 1 listing",
        ),
        ({"new": 0, "trending": 0, "revised": 0, "listings": 0}, "Nothing new"),
    ],
)
def test_an_edition_is_summed_up(changes: dict[str, int], expected: str) -> None:
    assert cards.summary(builders.edition(**changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "https://arxiv.org/abs/2603.00001"),
        ({"url": "https://example.org/x"}, "https://example.org/x"),
        ({"url": "javascript:alert(1)"}, "https://arxiv.org/abs/2603.00001"),
        ({"url": None, "arxiv_id": None, "doi": "10.1000/x"}, "https://doi.org/10.1000/x"),
        ({"url": None, "arxiv_id": None, "doi": None}, None),
    ],
)
def test_a_paper_is_found_where_its_authors_put_it(
    changes: dict[str, str | None], expected: str | None
) -> None:
    assert cards.source_url(builders.paper(1, **changes)) == expected


def test_what_is_cut_off_a_section_is_counted() -> None:
    group = cards.groups(builders.edition(9, 0, 0), builders.SITE)[0]
    short = cards.shortened(group, cards.Shape(papers=2, title=10, abstract=20))
    assert [len(short.cards), short.more] == [2, 7]
    assert all(len(card.title) <= 10 and len(card.abstract) <= 20 for card in short.cards)
    assert cards.shortened(group, cards.Shape()) == group


def test_a_shortened_abstract_is_one_paragraph() -> None:
    paper = builders.paper(1, abstract="One is here. Two.", paragraph_starts=(13,))
    edition = builders.edition((builders.entry(1, paper=paper),), 0, 0)
    group = cards.groups(edition, builders.SITE)[0]
    (whole,) = group.cards
    assert (whole.abstract, whole.paragraphs) == ("One is here. Two.", ("One is here.", "Two."))
    for limit, expected in ((17, whole.paragraphs), (13, ("One is here…",)), (0, ())):
        (card,) = cards.shortened(group, cards.Shape(abstract=limit)).cards
        assert (card.abstract, card.paragraphs) == (
            "".join(expected[:1]) if limit < 17 else whole.abstract,
            expected,
        )
