"""What of an edition a reader is sent: topics, muted words, caps; matched once, told alike."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import builders
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models import Choice, Edition, Preferences, Section
from digest.selection import Chooser
from digest.topics import Look, Topic, TopicRule, Why, by_name

RULES = (
    TopicRule(name="video", title="Moving pictures", words=("video",)),
    TopicRule(name="robots", words=("robot*",)),
    TopicRule(name="cloth", title="Cloth", phrases=("fold cloth",)),
    TopicRule(name="nothing", words=("zebra",)),
)
TOPICS = by_name(RULES)
EDITION = builders.edition(20, 10, 5)
"""Paper n is of subject n % 10: 1 is video, 3 are robots that fold cloth."""


class Counted(Topic):
    """A topic that counts how often it is asked."""

    def __init__(self, rule: TopicRule) -> None:
        super().__init__(rule)
        self.asked = 0

    def match_look(self, seen: Look) -> Why | None:
        self.asked += 1
        return super().match_look(seen)


def wants(
    *topics: str, muted: Sequence[str] = (), cap: int | None = None, empty: bool = False
) -> Preferences:
    return Preferences(topics=topics, muted=tuple(muted), cap=cap, wants_empty=empty)


def chosen(preferences: Preferences, edition: Edition = EDITION) -> Choice:
    found = Chooser(edition, TOPICS).choose(preferences)
    assert found is not None
    return found


def numbers(choice: Choice, edition: Edition = EDITION) -> list[int]:
    return [edition.entries[place].paper.id for place in choice.places]


ALL = Choice(places=tuple(range(35)), topics=((),) * 35)


@pytest.mark.parametrize("asked", [(), ("gone",), ("gone", "lost")])
def test_who_chose_no_topic_or_only_such_as_are_gone_gets_everything(asked: tuple[str]) -> None:
    """Nothing is told of topics: their mail is one, and tells by itself what its papers match."""
    assert chosen(wants(*asked)) == ALL


def test_who_chose_topics_gets_what_matches_any_of_them_and_is_told_which() -> None:
    found = chosen(wants("video"))
    assert numbers(found) == [1, 11, 21, 31]
    assert found.topics == (("Moving pictures",),) * 4
    found = chosen(wants("robots", "video", "cloth"))
    assert numbers(found) == [1, 3, 11, 13, 21, 23, 31, 33]
    assert found.topics == (("Moving pictures",), ("Cloth", "robots")) * 4
    assert found.more == 0


@pytest.mark.parametrize(
    "asked", [("video", "robots"), ("robots", "video"), ("video", "gone", "robots", "video")]
)
def test_the_order_of_what_they_chose_and_what_is_gone_do_not_count(asked: tuple[str]) -> None:
    assert chosen(wants(*asked)) == chosen(wants("robots", "video"))


def test_papers_keep_the_order_of_the_edition_whatever_they_match() -> None:
    found = chosen(wants("robots", "video"))
    assert list(found.places) == sorted(found.places)
    sections = [EDITION.entries[place].section for place in found.places]
    assert sections == [*[Section.NEW] * 4, *[Section.TRENDING] * 2, *[Section.REVISED] * 2]


@pytest.mark.parametrize(
    ("muted", "gone"),
    [
        (["video"], {1}),
        (["VIDEO"], {1}),
        (["vide"], set()),
        (["vide*"], {1}),
        (["fold cloth"], {3}),
        (["fold-cloth"], {3}),
        (["robots that", "video generation"], {1, 3}),
        (["", "*", "—"], set()),
        ([r"\emph{video}"], {1}),
        (["we present"], set(range(10))),
    ],
)
def test_muted_words_leave_papers_out(muted: list[str], gone: set[int]) -> None:
    found = Chooser(EDITION, TOPICS).choose(wants(muted=muted))
    left = [n for n in range(1, 36) if n % 10 not in gone]
    assert (numbers(found) if found else []) == left


def test_what_is_muted_is_gone_though_a_topic_matches_it() -> None:
    assert numbers(chosen(wants("robots", "video", muted=["cloth"]))) == [1, 11, 21, 31]


@pytest.mark.parametrize(
    ("cap", "kept", "more"), [(1, 1, 7), (3, 3, 5), (8, 8, 0), (100, 8, 0), (None, 8, 0)]
)
def test_a_cap_keeps_the_first_over_all_sections_and_tells_how_many_more(
    cap: int | None, kept: int, more: int
) -> None:
    found = chosen(wants("robots", "video", cap=cap))
    assert numbers(found) == [1, 3, 11, 13, 21, 23, 31, 33][:kept]
    assert len(found.topics) == kept
    assert found.more == more


def test_what_is_muted_does_not_count_for_the_cap() -> None:
    found = chosen(wants("robots", "video", muted=["video"], cap=3))
    assert numbers(found) == [3, 13, 23]
    assert found.more == 1


@pytest.mark.parametrize(
    "preferences",
    [wants("nothing"), wants(muted=["we present"]), wants("video", muted=["video"]), wants(cap=0)],
)
def test_where_nothing_is_left_nothing_is_sent_unless_it_is_asked_for(
    preferences: Preferences,
) -> None:
    assert Chooser(EDITION, TOPICS).choose(preferences) is None
    asked = Preferences(
        topics=preferences.topics, muted=preferences.muted, cap=preferences.cap, wants_empty=True
    )
    found = chosen(asked)
    assert found.places == found.topics == ()
    assert found.more == (35 if preferences.cap == 0 else 0)


def test_of_an_edition_without_papers_nothing_is_sent_unless_it_is_asked_for() -> None:
    edition = builders.edition(0, 0, 0)
    assert Chooser(edition, TOPICS).choose(wants()) is None
    assert chosen(wants(empty=True), edition) == Choice(places=(), topics=())


def test_without_topics_in_the_settings_everybody_gets_everything() -> None:
    assert Chooser(EDITION, {}).choose(wants("video")) == ALL


# What it costs --------------------------------------------------------------------------------


def test_papers_are_matched_once_for_all_readers_and_not_for_those_of_no_topics() -> None:
    counted = {rule.name: Counted(rule) for rule in RULES}
    chooser = Chooser(EDITION, counted)
    chooser.choose(wants())
    chooser.choose(wants(muted=["video"], cap=3))
    assert {topic.asked for topic in counted.values()} == {0}
    for cap in range(1, 30):
        for names in (("video",), ("robots", "video"), ("cloth",), ("gone", "robots")):
            chooser.choose(wants(*names, cap=cap))
    assert {topic.asked for topic in counted.values()} == {35}


def test_readers_of_equal_preferences_are_told_the_same_choice() -> None:
    chooser = Chooser(EDITION, TOPICS)
    one = chooser.choose(wants("video", "robots", cap=3))
    assert one is chooser.choose(wants("video", "robots", cap=3, empty=True))
    assert one == chooser.choose(wants("robots", "video", cap=3))


def test_a_hundred_thousand_readers_are_chosen_for_in_seconds() -> None:
    chooser = Chooser(EDITION, TOPICS)
    alike = [wants("video", "robots")] * 90_000
    names = ("video", "robots", "cloth", "nothing")
    own = [wants(names[n % 4], muted=(f"word {n}",), cap=n % 7) for n in range(10_000)]
    begun = time.process_time()
    for preferences in (*alike, *own):
        chooser.choose(preferences)
    assert time.process_time() - begun < 15, "1 s on the machine it was written on"


def test_threads_may_ask_one_chooser() -> None:
    chooser = Chooser(EDITION, TOPICS)
    asked = [wants(name, muted=(f"w{n % 9}",)) for n in range(300) for name in TOPICS]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(chooser.choose, asked))
    assert found == [Chooser(EDITION, TOPICS).choose(each) for each in asked]


# For any preferences --------------------------------------------------------------------------

PREFERENCES = st.builds(
    Preferences,
    topics=st.lists(st.sampled_from([*TOPICS, "gone"]), max_size=4).map(tuple),
    muted=st.lists(
        st.sampled_from(["video", "robot*", "fold-cloth", "", "$x$"]) | st.text(max_size=6),
        max_size=3,
    ).map(tuple),
    cap=st.none() | st.integers(0, 40),
    wants_empty=st.booleans(),
)


@given(PREFERENCES)
def test_a_choice_is_in_order_within_the_cap_and_of_what_was_asked_for(asked: Preferences) -> None:
    found = Chooser(EDITION, TOPICS).choose(asked)
    if found is None:
        assert not asked.wants_empty
        return
    assert found.places or asked.wants_empty
    assert list(found.places) == sorted(set(found.places))
    assert len(found.places) == len(found.topics) <= (35 if asked.cap is None else asked.cap)
    assert found.more == 0 or len(found.places) == asked.cap
    known = {TOPICS[name].title for name in asked.topics if name in TOPICS}
    assert all((set(each) <= known and each) if known else not each for each in found.topics)


@given(PREFERENCES, st.sampled_from(["video", "agents", "a"]))
def test_to_mute_more_never_brings_a_paper(asked: Preferences, word: str) -> None:
    values = {"topics": asked.topics, "wants_empty": True}
    before = chosen(Preferences(**values, muted=asked.muted))  # type: ignore[arg-type]
    after = chosen(Preferences(**values, muted=(*asked.muted, word)))  # type: ignore[arg-type]
    assert set(after.places) <= set(before.places)
