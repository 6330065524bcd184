"""What is new: the table of cases, and histories in any order."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.differ import alike, diff
from digest.identity import keys_of
from digest.models import KnownPaper, ListedPaper

ID = "2401.00001"
SEA = (
    "We chart the floor of an invented ocean with nine buoys and a patient whale. The charts agree "
    "with the whale in all but two bays, and the two bays are where the buoys had drifted away."
)
SKY = (
    "A kite that listens to thunder can tell rain from hail a minute ahead. Trained on one summer "
    "of storms over a single field, it beats the village barometer on every morning but one."
)


def listed(title="Maps", abstract=SEA, position=1, **fields):
    return ListedPaper(title=title, abstract=abstract, position=position, **fields)


def known(number=1, title="Maps", abstract=SEA, **fields):
    paper = ListedPaper(title=title, abstract=abstract, position=1, **fields)
    return KnownPaper(id=number, key=keys_of(paper)[0], title=title, abstract=abstract, **fields)


def index(*papers):
    """Return the papers by every key they answer to, as the store does."""
    by_key = {}
    for paper in papers:
        fields = {"arxiv_id": paper.arxiv_id, "doi": paper.doi}
        for key in keys_of(listed(paper.title, paper.abstract, **fields)):
            by_key.setdefault(key, []).append(paper)
    return by_key


@pytest.mark.parametrize(
    ("before", "now", "outcome"),
    [
        ([], [listed()], "new"),
        ([known()], [listed()], "seen"),
        ([known()], [listed(abstract="")], "seen"),
        ([known(abstract="")], [listed()], "seen"),
        ([known()], [listed(abstract=SEA[:90])], "seen"),
        ([known()], [listed(abstract=SKY)], "new"),
        ([known(arxiv_id=ID)], [listed(arxiv_id=ID, title="Other")], "seen"),
        ([known(arxiv_id=ID)], [listed(arxiv_id="2401.00002")], "new"),
        ([known(arxiv_id=ID)], [listed(doi="10.1000/x")], "seen"),
        ([known(arxiv_id=ID)], [listed(doi="10.1000/x", abstract=SKY)], "new"),
        ([known(doi="10.1000/x")], [listed(doi="10.1000/y")], "new"),
        ([known(doi="10.1000/x")], [listed(doi="10.1000/x", title="Other", abstract=SKY)], "seen"),
        ([known(arxiv_id=ID, version=1)], [listed(arxiv_id=ID, version=2)], "revised"),
        ([known(arxiv_id=ID)], [listed(arxiv_id=ID, version=2)], "revised"),
        ([known(arxiv_id=ID)], [listed(arxiv_id=ID, version=1)], "seen"),
        ([known(arxiv_id=ID, version=3)], [listed(arxiv_id=ID, version=2)], "seen"),
        ([known(arxiv_id=ID, version=3)], [listed(arxiv_id=ID)], "seen"),
        ([], [listed(arxiv_id=ID, version=3)], "new"),
    ],
)  # fmt: skip
def test_one_paper_against_what_is_known(before, now, outcome):
    found = diff(now, index(*before))
    assert {name: len(getattr(found, name)) for name in ("new", "seen", "revised")} == {
        "new": 0, "seen": 0, "revised": 0, outcome: 1,
    }  # fmt: skip


def test_a_paper_known_by_title_gains_the_id_and_keeps_its_key():
    paper = known()
    found = diff([listed(arxiv_id=ID)], index(paper))
    (seen,) = found.seen
    assert seen.paper.key == paper.key
    assert seen.keys == ("arxiv:2401.00001",)


def test_an_id_shows_two_known_rows_to_be_one_paper():
    by_id = known(1, title="Maps of the Sea", arxiv_id=ID)
    by_title = known(2, title="Maps")
    (seen,) = diff([listed(arxiv_id=ID)], index(by_id, by_title)).seen
    assert seen.paper == by_id
    assert seen.absorbs == (by_title,)


def test_rows_with_ids_that_differ_are_never_made_one():
    one, other = known(1, arxiv_id=ID), known(2, arxiv_id="2401.00002")
    (seen,) = diff([listed(arxiv_id="2401.00002")], index(one, other)).seen
    assert seen.paper == other
    assert seen.absorbs == ()


def test_a_listing_that_names_a_paper_twice_has_it_once_with_all_it_says():
    found = diff([listed(position=3), listed(position=7, arxiv_id=ID, votes=5)], {})
    (new,) = found.new
    assert (new.listed.position, new.listed.arxiv_id, new.listed.votes) == (3, ID, 5)
    assert new.key == "arxiv:2401.00001"


@pytest.mark.parametrize(
    ("first", "again", "expected"),
    [
        ((SEA, ()), (SEA, (9,)), (SEA, (9,))),
        ((SEA, (9,)), ("", ()), (SEA, (9,))),
        (("", ()), (SEA, (9,)), (SEA, (9,))),
        ((SEA, (9,)), (SEA[:90], (5,)), (SEA, (9,))),
        ((SEA, ()), (SEA[:90], (5,)), (SEA, ())),
    ],
)
def test_paragraphs_go_with_the_abstract_that_is_taken(first, again, expected):
    twice = [listed(abstract=said, paragraph_starts=starts) for said, starts in (first, again)]
    (new,) = diff(twice, {}).new
    assert (new.listed.abstract, new.listed.paragraph_starts) == expected


def test_two_papers_of_one_title_stay_two_with_keys_of_their_own():
    found = diff([listed(abstract=SEA), listed(abstract=SKY)], {})
    assert len({new.key for new in found.new}) == 2
    again = diff([listed(abstract=SKY)], index(known(abstract=SEA)))
    assert again.new[0].key == found.new[1].key


def test_a_namesake_without_abstract_is_the_eldest():
    eldest, other = known(1, arxiv_id=ID), known(2, abstract=SKY, arxiv_id="2401.00002")
    (seen,) = diff([listed(abstract="")], index(other, eldest)).seen
    assert seen.paper == eldest


def test_the_order_of_the_listing_is_kept():
    papers = [listed(f"Map {n}", position=n) for n in range(1, 30)]
    assert [new.listed.position for new in diff(papers, {}).new] == list(range(1, 30))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (SEA, SEA, True),
        (SEA, "", True),
        (SEA, SEA[:60], True),
        (SEA, SEA.upper(), True),
        (SEA, SKY, False),
        ("The $x^2$ of it is " + SEA, "The x^2 of it is " + SEA, True),
    ],
)
def test_abstracts_alike(one, other, same):
    assert alike(one, other) is same
    assert alike(other, one) is same


HISTORY = [
    [listed("Maps", SEA), listed("Kites", SKY)],
    [listed("Maps", SEA, arxiv_id=ID), listed("Maps", SKY, arxiv_id="2401.00002")],
    [listed("Kites", "", doi="10.1000/x"), listed("Whales", SEA)],
    [listed("Maps", ""), listed("Whales", SEA, arxiv_id="2401.00003", doi="10.1000/y")],
    [listed("Kites", SKY), listed("Whales", "", arxiv_id="2401.00003")],
]


class Memory:
    """The smallest thing that remembers papers as the store does."""

    def __init__(self):
        self.papers = {}
        self.keys = {}

    def ingest(self, papers):
        asked = {key for paper in papers for key in keys_of(paper)}
        known = {key: [self.papers[n] for n in self.keys[key]] for key in asked if key in self.keys}
        found = diff(papers, known)
        for new in found.new:
            self.learn(len(self.papers) + 1, new.key, new.listed, new.keys)
        for seen in found.seen + found.revised:
            self.learn(seen.paper.id, seen.paper.key, seen.listed, seen.keys, seen.paper)
        return [new.listed.title for new in found.new]

    def learn(self, number, key, paper, keys, old=None):
        self.papers[number] = KnownPaper(
            id=number,
            key=key,
            title=old.title if old else paper.title,
            abstract=(old.abstract if old else "") or paper.abstract,
            arxiv_id=(old.arxiv_id if old else None) or paper.arxiv_id,
            doi=(old.doi if old else None) or paper.doi,
        )
        for name in keys:
            self.keys.setdefault(name, set()).add(number)


@pytest.mark.parametrize("order", list(permutations(range(len(HISTORY)))))
def test_the_same_papers_are_announced_whatever_the_order_of_dumps(order):
    memory = Memory()
    announced = [title for n in order for title in memory.ingest(HISTORY[n])]
    assert sorted(announced) == ["Kites", "Maps", "Maps", "Whales"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_dumps_split_joined_and_repeated_announce_the_same(data):
    papers = [paper for dump in HISTORY for paper in dump]
    papers = data.draw(st.permutations(papers + data.draw(st.lists(st.sampled_from(papers)))))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(papers)))))
    memory = Memory()
    announced = []
    for start, end in zip([0, *cuts], [*cuts, len(papers)], strict=True):
        announced += memory.ingest(papers[start:end])
    assert sorted(announced) == ["Kites", "Maps", "Maps", "Whales"]
