"""Cards: what a reader is told of a paper, in words."""

from __future__ import annotations

from typing import Any

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


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["arXiv", "PDF", "Code", "Details"]),
        ({"links": ()}, ["arXiv", "PDF", "Details"]),
        ({"arxiv_id": None, "links": ()}, ["Details"]),
        (
            {
                "links": (
                    ("page", "https://example.org/listing"),
                    ("video", "https://example.org/v"),
                    ("project", "https://example.org/p"),
                    ("code", "https://example.org/p"),
                    ("code", "https://example.org/c"),
                    ("slides", "javascript:alert(1)"),
                )
            },
            ["arXiv", "PDF", "Code", "Code", "Video", "Paper page", "Details"],
        ),
    ],
)
def test_links_lead_to_where_a_paper_can_be_read_first(
    changes: dict[str, Any], expected: list[str]
) -> None:
    (card,) = card_of(**changes)
    assert [word for word, _ in card.links] == expected
    assert len({address for _, address in card.links}) == len(card.links)
    assert dict(card.links).get("PDF", card.page) in ("https://arxiv.org/pdf/2603.00001", card.page)


def card_of(**changes: Any) -> tuple[cards.Card, ...]:
    entry = builders.entry(1, paper=builders.paper(1, **changes))
    return cards.groups(builders.edition((entry,), 0, 0), builders.SITE)[0].cards


def test_a_card_has_the_listings_summary_else_the_abstracts_own_sentence_else_nothing() -> None:
    (summed,), (chosen,), (bare,) = (
        card_of(summary="It is\nbright."),
        card_of(),
        card_of(abstract="One sentence that shows it all."),
    )
    assert (summed.tldr, summed.tldr_from) == ("It is bright.", "listing")
    assert chosen.tldr.startswith("On 8 tasks the gain in")
    assert chosen.tldr in chosen.abstract
    assert chosen.tldr_from == "abstract"
    assert (bare.tldr, bare.tldr_from) == ("", "")


def test_the_names_of_a_card_are_those_of_its_line() -> None:
    (card,) = card_of(authors=tuple("ABCDEFG"))
    assert (card.people, card.others) == (("A", "B", "C", "D"), 3)
    assert card.authors == "A, B, C, D and 3 others"


@pytest.mark.parametrize(
    ("abstract", "limit", "is_shown"),
    [
        ("{} Then more is said.", 20, False),
        ("{} Then more is said.", 80, False),
        ("{} Then more is said.", 90, True),
        ("{} Then more is said, " + "and more " * 20, 90, False),
        ("{} Then more is said, " + "and more " * 20, 170, True),
        ("First comes this. {} Then more is said.", 40, True),
        ("First comes this. {} Then more is said.", 0, False),
    ],
)
def test_an_abstract_cut_to_its_tldr_is_not_said_twice(
    abstract: str, limit: int, is_shown: bool
) -> None:
    tldr = "We show that lanterns outperform all candles by 30% in the dark."
    entry = builders.entry(1, paper=builders.paper(1, abstract=abstract.format(tldr)))
    group = cards.groups(builders.edition((entry,), 0, 0), builders.SITE)[0]
    (card,) = cards.shortened(group, cards.Shape(abstract=limit)).cards
    assert (card.tldr, bool(card.abstract)) == (tldr, is_shown)
    (beside,) = cards.shortened(group, cards.Shape(abstract_beside_tldr=limit)).cards
    assert beside == card


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
