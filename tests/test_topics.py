"""What papers match a topic, and why: over legible texts, categories and authors."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path
from typing import Any

import builders
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models import Paper
from digest.settings.topics import TopicSettings
from digest.topics import Topic, TopicRule, by_name, look

DOCS = Path(__file__).resolve().parents[1] / "docs" / "topics.md"


def topic(**rule: Any) -> Topic:
    return Topic(TopicRule(name="topic", **rule))


def paper(**changes: Any) -> Paper:
    """A paper that says nothing but what it is given."""
    said: dict[str, Any] = {"title": "Untitled", "abstract": "", "authors": ()}
    return builders.paper(1, **(said | changes))


def why(rule: Topic, **changes: Any) -> str | None:
    found = rule.match(paper(**changes))
    return None if found is None else str(found)


# What is found --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "said", "told"),
    [
        ({"words": ("kites",)}, {"title": "Kites"}, "“kites” in the title"),
        ({"words": ("kites",)}, {"abstract": "Of kites."}, "“kites” in the abstract"),
        ({"words": ("kites",)}, {"summary": "Of kites."}, "“kites” in the summary"),
        (
            {"words": ("kites",)},
            {"title": "Kites", "abstract": "Of kites.", "summary": "kites"},
            "“kites” in the title, the abstract and the summary",
        ),
        (
            {"words": ("kite*",)},
            {"title": "Kite", "abstract": "Of kites."},
            "“kite” in the title; “kites” in the abstract",
        ),
        ({"phrases": ("paper kite",)}, {"title": "Paper Kites"}, None),
        ({"phrases": ("paper kite*",)}, {"title": "Paper Kites"}, "“paper kites” in the title"),
        ({"categories": ("cs.RO",)}, {"keywords": ("math", "cs.RO")}, "the category cs.RO"),
        ({"categories": ("cs.*",)}, {"keywords": ("cs.RO",)}, "the category cs.RO"),
        ({"categories": ("Wet math",)}, {"keywords": ("wet-math",)}, "the category wet-math"),
        ({"categories": ("robotics",)}, {"keywords": ("soft robotics",)}, None),
        ({"categories": ("kites",)}, {"title": "Kites"}, None),
        ({"words": ("robotics",)}, {"keywords": ("robotics",)}, None),
        ({"authors": ("A. Almeida",)}, {"authors": ("Ada Almeida",)}, "the author Ada Almeida"),
        ({"authors": ("A. Almeida",)}, {"authors": ("Björn Brandt",)}, None),
        ({"authors": ("Almeida",)}, {"title": "Almeida's theorem"}, None),
        ({"words": ("kites",), "exclude": ("survey",)}, {"title": "Kites: a Survey"}, None),
        ({"words": ("kites",), "exclude": ("survey*",)}, {"title": "Surveyed kites"}, None),
        ({"words": ("kites",), "exclude": ("a b",)}, {"title": "Kites a", "abstract": "b"}, "*"),
        ({"authors": ("Almeida",), "exclude": ("x",)}, {"authors": ("A Almeida",)}, "*"),
        ({"categories": ("x",), "exclude": ("y",)}, {"keywords": ("x",), "summary": "y"}, None),
        ({"words": ("kites",), "exclude": ("y",)}, {"title": "Kites", "keywords": ("y",)}, "*"),
    ],
)
def test_a_topic_finds_what_it_asks_for_and_says_why(
    rule: dict[str, Any], said: dict[str, Any], told: str | None
) -> None:
    found = why(topic(**rule), **said)
    assert found is not None if told == "*" else found == told


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("O(n²)", r"An $\mathcal{O}(n^2)$ kite"),
        ("$O(n^2)$", r"An $\mathcal{O}(n^2)$ kite"),
        ("k-means", "$k$-means of kites"),
        ("Mobius", r"M\"obius kites"),
        ("Möbius", r"M{\"o}bius kites"),
        ("α-stable", r"$\alpha$-stable kites"),
        ("H2O", r"H$_2$O kites"),
        ("sparse attention", r"\emph{Sparse} \textbf{Attention}"),
        ("C++", r"C++ and \LaTeX"),
        ("50%", r"Kites at 50\%"),
        ("R&D", r"R\&D of kites"),
    ],
)
def test_texts_are_matched_as_readers_see_them(asked: str, title: str) -> None:
    told = asked.replace("$O(n^2)$", "O(n²)")  # what is asked for is made legible too
    assert why(topic(words=(asked,)), title=title) == f"“{told}” in the title"


def test_a_row_of_words_may_reach_over_paragraphs_not_into_another_text() -> None:
    rule = topic(phrases=("paper kites",))
    assert why(rule, abstract="We fold paper kites.", paragraph_starts=(14,))
    assert why(rule, title="On paper", abstract="kites") is None


def test_the_table_of_the_documentation_holds() -> None:
    text = DOCS.read_text("utf-8").partition("<!-- tests/test_topics.py")[2]
    rows = re.findall(r"^\| `(.+?)` \| (.+) \| (.+) \|$", text.partition("**Categories**")[0], re.M)
    assert len(rows) > 10
    for asked, found, not_found in rows:
        rule = topic(words=(asked,))
        wrong = [said for said in found.split("; ") if why(rule, title=said) is None]
        wrong += [said for said in not_found.split("; ") if why(rule, title=said) is not None]
        assert not wrong, f"{asked}: {wrong}"


def test_only_the_first_reasons_are_told_and_how_many_more_there_are() -> None:
    words = ("one", "two", "three", "four", "five", "six")
    said = why(topic(words=words), title="six five four three two one")
    assert said == (
        "“one” in the title; “two” in the title; “three” in the title; “four” in the title; "
        "and 2 more"
    )


def test_what_a_topic_asks_for_is_told_in_words() -> None:
    rule = {"words": ("a", "b*"), "phrases": ("c d",), "authors": ("E",), "exclude": ("f",)}
    assert topic(**rule).told == (
        *(("Words", "“a”, “b*”, “c d”"), ("Authors", "E"), ("Not", "“f”")),
    )


def test_topics_stand_in_the_order_of_what_readers_call_them() -> None:
    rules = [
        TopicRule(name="a", title="zebras", words=("zebra*",)),
        TopicRule(name="m", words=("kite*",)),
        TopicRule(name="z", title="Apes", words=("ape", "kite")),
    ]
    topics = by_name(rules)
    assert list(topics) == ["z", "m", "a"]
    assert [each.title for each in topics.values()] == ["Apes", "m", "zebras"]
    kite = paper(title="A kite")
    assert [each.name for each in topics.values() if each.match(kite)] == ["z", "m"]


# For any text ---------------------------------------------------------------------------------

LETTERS = r"aAbé\u0301 .-+#*'$\{}^_%&/Cc3D.NET|学習ไทยहि𝒪ﬁ" + "\u0301\ud800\x00\u200b"
TEXTS = st.text(st.sampled_from(LETTERS), max_size=30) | st.text(max_size=30)
LISTS = st.lists(TEXTS, max_size=4).map(tuple)
RULES = st.builds(
    TopicRule,
    name=st.just("t"),
    words=LISTS,
    phrases=LISTS,
    categories=LISTS,
    authors=LISTS,
    exclude=LISTS,
)
PAPERS = st.builds(
    paper,
    title=TEXTS,
    abstract=TEXTS,
    summary=st.none() | TEXTS,
    keywords=LISTS,
    authors=LISTS,
    paragraph_starts=st.sampled_from([(), (1,), (3, 9)]),
)


@given(RULES, PAPERS)
def test_no_rule_and_no_paper_fails_and_the_reason_tells_what_was_found(
    rule: TopicRule, given_paper: Paper
) -> None:
    found = Topic(rule).match(given_paper)
    assert found is None or (found.found and str(found))
    assert bool(Topic(rule).match_look(look(given_paper))) is (found is not None)


@given(RULES, PAPERS, st.randoms(use_true_random=False))
def test_in_which_order_and_how_often_words_are_asked_for_does_not_count(
    rule: TopicRule, given_paper: Paper, chance: random.Random
) -> None:
    def mixed(words: tuple[str, ...]) -> tuple[str, ...]:
        twice = [*words, *words]
        chance.shuffle(twice)
        return tuple(twice)

    kinds = ("words", "phrases", "categories", "authors", "exclude")
    other = TopicRule(name="t", **{kind: mixed(getattr(rule, kind)) for kind in kinds})
    one, two = Topic(rule).match(given_paper), Topic(other).match(given_paper)
    assert (one is None) is (two is None)
    if one and two:
        assert set(one.found) == set(two.found)


@given(RULES, PAPERS)
def test_many_words_find_what_each_of_them_finds(rule: TopicRule, given_paper: Paper) -> None:
    asked = (*rule.words, *rule.phrases)
    each = {
        found
        for word in asked
        if (reasons := topic(words=(word,)).match(given_paper))
        for found in reasons.found
    }
    together = topic(words=asked).match(given_paper)
    assert {found.what for found in each} == {f.what for f in (together.found if together else ())}


@given(TEXTS, TEXTS)
def test_a_paper_that_says_what_is_asked_for_matches(asked: str, other: str) -> None:
    rule = topic(words=(asked,))
    legible = look(paper(title=asked)).texts.parted[0].strip()
    if legible and "*" not in asked and topic(words=(legible,)).match(paper(title=asked)):
        assert topic(words=(legible,)).match(paper(title=f"{legible} {'zebra'} {other}"))
    assert rule.match(paper(title="zebra")) is None or "zebra" in asked


# What it costs --------------------------------------------------------------------------------


def twenty() -> list[Topic]:
    """Twenty topics of a hundred words each, of which a few are found."""
    fill = [f"word{n}" for n in range(60)] + [f"part{n}*" for n in range(10)]
    rows = [f"row {n} of words" for n in range(20)] + [f"open row {n}*" for n in range(5)]
    common = ("robot*", "sparse attention", "language model*", "weather-vane", "C++")
    return [
        topic(
            words=(*(f"{word}x{n}" for word in fill), common[n % 5]),
            phrases=tuple(f"{row} {n}" for row in rows),
            categories=(f"cs.{n}*", f"math.{n}"),
            authors=("Ada Almeida", f"B. Nobody{n}"),
            exclude=(f"nothing{n}",),
        )
        for n in range(20)
    ]


def test_twenty_topics_look_at_a_thousand_papers_in_no_time() -> None:
    topics = twenty()
    looks = [look(builders.paper(n, keywords=("cs.CV", "graphs"))) for n in range(1000)]
    begun = time.process_time()
    found = sum(each.match_look(seen) is not None for seen in looks for each in topics)
    seconds = time.process_time() - begun
    assert 1000 < found < 20_000
    assert seconds < 3.0, "0.5 s on the machine it was written on, with others at work"


@pytest.mark.parametrize(
    "text", ["a ", "a-", "$a$ ", "C++ ", "é", "学", "'s ", "row row ", "pre-pre-", "\\alpha "]
)
def test_hostile_papers_take_a_time_that_grows_with_their_length(text: str) -> None:
    rule = topic(
        words=(
            "a a a b",
            "a-a-a-b c",
            "row row row 1",
            "pre-pre x",
            "c++ c",
            "学学学校",
            "pre pre*",
        ),
        exclude=("a-b a", "pre pre-pre-post"),
    )

    def seconds(size: int) -> float:
        seen = look(paper(title="x", summary=text * (size // len(text))))
        begun = time.process_time()
        rule.match_look(seen)
        return time.process_time() - begun

    seconds(1000)
    short = min(seconds(5_000) for _ in range(3))
    assert min(seconds(50_000) for _ in range(2)) < 40 * max(short, 0.0005)


def test_the_settings_of_a_topic_are_a_rule() -> None:
    told = TopicSettings.model_validate({"words": "robot*, C++", "authors": ["Ada Almeida"]})
    rule = TopicRule(name="robots", **told.model_dump())
    assert rule.words == ("robot*", "C++")
    assert why(Topic(rule), title="Robots") == "“robots” in the title"
