"""What counts as a word, and when words that were asked for are found in a text."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.text.wording import AnyOf, all_wanted, compounded, folded, wanted, words_of


def finds(asked: str, text: str) -> bool:
    """Tell whether it is found; each way to ask must say the same."""
    seen, each = words_of(text), wanted(asked)
    assert each is not None
    found = each.are_in(seen)
    assert (each.found_in(seen, 0) is not None) is found
    return found


FOUND = [
    ("diffusion", "Latent DIFFUSION models"),
    ("Diffusion", "(diffusion)"),
    ("naive", "A naïve approach"),
    ("naïve", "A nai\u0308ve approach"),
    ("naïve", "a naive one"),
    ("Ångström", "the angstrom"),
    ("Łukasz", "lukasz"),
    ("Straße", "STRASSE"),
    ("fi", "\ufb01"),
    ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ("full width", "\uff26\uff35\uff2c\uff2c\u3000\uff37\uff49\uff44\uff54\uff48"),
    ("state of the art", "State-of-the-Art"),
    ("state-of-the-art", "the state of the art"),
    ("state-of-the-art", "state\u2010of\u2011the\u2013art"),
    ("sim-to-real", "sim \u2014 to \u2014 real"),
    ("pretraining", "pre-training"),
    ("pre-training", "pretraining"),
    ("pre-training", "pre training"),
    ("pre training", "pre-training"),
    ("vision-language", "a vision language model"),
    ("3D", "3-D scenes"),
    ("3-D", "3D scenes"),
    ("3D", "in 3d."),
    ("GPT-4", "GPT4"),
    ("GPT4", "GPT-4"),
    ("GPT-4", "GPT 4"),
    ("C++", "in C++."),
    ("C++", "c++20 modules"),
    ("C++", "C/C++"),
    ("C#", "C#, F#"),
    ("C♯", "in C#"),
    ("F#", "(F#)"),
    ("Notepad++", "notepad++ users"),
    (".NET", "on .NET Core"),
    (".NET", ".net"),
    (".NET Core", "on .NET Core"),
    ("Bayes", "Bayes's rule"),
    ("Bayes", "Bayes\u2019s rule"),
    ("Parkinson", "Parkinson's disease"),
    ("Parkinson disease", "Parkinson's disease"),
    ("Parkinson's disease", "Parkinson disease"),
    ("Parkinson's disease", "Parkinson\u2019s disease"),
    ("diffus*", "diffusion"),
    ("diffus*", "diffus"),
    ("language model*", "Language-Modelling"),
    ("language model*", "language models"),
    ("pre-train*", "pretrained"),
    ("pretrain*", "pre-trained"),
    ("robot *", "robots"),
    ("robot**", "robots"),
    ("C++*", "C++"),
    ("学習", "機械学習の手法"),
    ("学習", "深層 学習"),
    ("학습", "기계학습을"),
    ("การเรียนรู้", "วิธีการเรียนรู้ของเครื่อง"),
    ("BERT", "日本語BERTモデル"),
    ("BERTモデル", "日本語BERTモデル"),
    ("हिन्दी", "यह हिन्दी है"),
    ("обучение", "Машинное ОБУЧЕНИЕ"),
    ("تعلم", "تَعَلُّم الآلة"),
    ("𝒪(n)", "O(n) time"),
    ("x_1", "x 1"),
    ("e-mail", "email"),
    ("AI", "A.I. and AI"),
    ("don't", "they don\u2019t"),
    ("R&D", "R & D"),
    ("naïve bayes", "Naive  \n Bayes"),
    ("soft\u00adware", "software"),
    ("vision language pretraining", "Vision-language pre-training"),
    ("vision-language pretraining", "vision language pre-training"),
    ("vision-language pre-training", "vision language pretraining"),
    ("state-of-the-art pre-training", "state of the art pretraining"),
    ("vision language pretrain*", "vision-language pre-trained"),
    ("vision-language pre-train*", "vision-language-pretraining"),
]

NOT_FOUND = [
    ("art", "a fresh start"),
    ("art", "arts"),
    ("diffusion", "diffusive"),
    ("diffus*", "transfusion"),
    ("usion*", "diffusion"),
    ("fusion", "diffusion"),
    ("robot", "robots"),
    ("language model", "model of language"),
    ("language model", "language of model"),
    ("language* model", "languages model"),
    ("C", "C++"),
    ("C++", "C"),
    ("C++", "C and ++"),
    ("C#", "C++"),
    ("C#", "C sharp"),
    ("F#", "F"),
    (".NET", "a neural net"),
    (".NET", "example.net"),
    ("net", "example.networks"),
    ("3D", "3 dimensions"),
    ("3D", "D3"),
    ("3D", "13D"),
    ("pre-training", "training"),
    ("pre-training", "pre- and post-training"),
    ("学習", "学校と習慣"),
    ("BERT", "BERTScore"),
    ("한국", "한반도 국가"),
    ("नमक", "नमकीन"),
    ("cs", "css"),
    ("vision language pretraining", "vision-language re-training"),
    ("pre training models", "pretraining models"),
    ("vision pretraining", "re-vision pre-trainings"),
    ("vision pretraining", "television pre-training"),
]


@pytest.mark.parametrize(("asked", "text"), FOUND)
def test_it_is_found_however_it_is_written(asked: str, text: str) -> None:
    assert finds(asked, text)
    assert finds(asked.upper() if asked.isascii() else asked, f"before {text} after")


@pytest.mark.parametrize(("asked", "text"), NOT_FOUND)
def test_it_is_not_found_in_what_only_looks_alike(asked: str, text: str) -> None:
    assert not finds(asked, text)
    assert not finds(asked, f"before {text} after")


@pytest.mark.parametrize(
    ("asked", "text", "told"),
    [
        ("Diffusion", "latent diffusion", "Diffusion"),
        ("diffus*", "Diffusive transport", "diffusive"),
        ("diffus*", "transport is diffusive", "diffusive"),
        ("language model*", "language-modelling", "language modelling"),
        ("pre-train*", "Pretrained", "pretrained"),
        ("C++ *", "C++", "C++"),
    ],
)
def test_it_tells_what_was_asked_for_or_what_a_star_stood_for(
    asked: str, text: str, told: str
) -> None:
    each = wanted(asked)
    assert each is not None
    assert each.found_in(words_of(text), 0) == told


def test_a_row_of_words_never_reaches_from_one_text_into_the_next() -> None:
    seen, each = words_of("Large language", "models of rain", "large language models"), wanted
    asked = each("language models")
    assert asked is not None
    assert [asked.found_in(seen, number) is not None for number in range(3)] == [False, False, True]
    assert not asked.are_in(words_of("Large language", "models of rain"))
    open_ended = wanted("language mod*")
    assert open_ended is not None
    assert not open_ended.are_in(words_of("Large language", "models of rain"))


def test_parted_and_closed_words_are_not_mixed_up() -> None:
    """What hyphens part is looked for on one side of the gap, what they close on the other."""
    seen = words_of("re-use", "case")
    asked = wanted("use reuse")
    assert asked is not None
    assert not asked.are_in(seen)


@pytest.mark.parametrize("asked", ["", " ", "*", "**", "...", "-", "—", "!?", "\u0301", "+", "( )"])
def test_what_holds_no_word_asks_for_nothing(asked: str) -> None:
    assert wanted(asked) is None


def test_what_is_asked_for_twice_is_looked_for_once() -> None:
    assert [each.said for each in all_wanted(["a b", "a  b", "", "*", "c*", "c"])] == [
        *("a b", "c", "c")
    ]


@pytest.mark.parametrize(
    ("asked", "category", "is_all"),
    [
        ("cs.CV", "cs.CV", True),
        ("cs.cv", "CS.CV", True),
        ("cs.*", "cs.RO", True),
        ("cs.*", "cs", True),
        ("cs.*", "css", False),
        ("cs*", "css", True),
        ("cs", "cs.CV", False),
        ("robotics", "soft robotics", False),
        ("soft robotics", "Soft-Robotics", True),
        ("soft*", "Soft-Robotics", True),
        ("astro-ph.*", "astro-ph.CO", True),
        ("astro-ph", "astro-ph.CO", False),
        ("stat.ML", "stat.ME", False),
    ],
)
def test_a_category_is_whole_or_begins_so(asked: str, category: str, is_all: bool) -> None:
    for asks in ((asked,), ("zebra", asked, "yak.*")):
        assert is_all <= AnyOf(asks).may_be_in(words_of("other", category))
        assert AnyOf(asks).are_all_of(words_of("other", category), 1) is is_all
        assert not AnyOf(asks).are_all_of(words_of("other", category), 0)
    assert not AnyOf(("zebra*", "*", "")).are_all_of(words_of(category), 0)
    assert not AnyOf(("*", ""))
    assert AnyOf((asked,))


# For any text -------------------------------------------------------------------------------

ALPHABET = "aAbé\u0301ß .-–+#*'’_/Cc3D.NET++|\n\t学習ไทย한हिन्𝒪ﬁ\ud800\x00\u200b\u0130ı"
TEXTS = st.text(st.sampled_from(ALPHABET), max_size=40) | st.text(max_size=40)


@given(TEXTS, TEXTS)
@example("a-b", "a-b-c")
@example("|", "a|b")
@example("\u0345", "x")
def test_any_text_is_found_in_itself_and_beside_others(asked: str, other: str) -> None:
    each = wanted(asked)
    if each is None:
        return
    for text in (each.said, f"{other} {each.said}", f"{each.said} , {other}"):
        assert each.are_in(words_of(text))
        assert each.found_in(words_of(text), 0) is not None


@given(TEXTS, TEXTS, TEXTS)
def test_however_it_is_looked_for_the_answer_is_one(asked: str, one: str, other: str) -> None:
    each, seen = wanted(asked), words_of(one, other)
    if each is None:
        return
    found = [each.found_in(seen, number) is not None for number in range(2)]
    assert each.are_in(seen) is any(found)
    if each.are_in(seen) and each.heads and not each.mixed:
        assert any(head in seen.known for head in each.heads)


@given(TEXTS)
def test_how_accents_are_encoded_does_not_count(text: str) -> None:
    assert folded(unicodedata.normalize("NFD", text)) == folded(text)
    assert folded(unicodedata.normalize("NFC", text)) == folded(text)


@given(st.text(st.sampled_from("aéCc+#.-_' 3D"), max_size=30))
def test_a_letter_beyond_ascii_changes_nothing_around_it(text: str) -> None:
    """There are two ways to part words, one of them quick and for plain letters alone.

    The other goes through what stands between blanks: wide ones are none, until they are folded.
    """
    beside = f"{text} \u03c9"
    for each in (beside, beside.replace(" ", "\u2003")):
        assert words_of(each).parted[0] == f"{words_of(text).parted[0].rstrip()} \u03c9 "


@given(TEXTS, TEXTS)
def test_what_stands_beside_a_text_does_not_change_its_words(one: str, other: str) -> None:
    """Texts are folded a part at a time: plain ASCII quickly, what is odd by itself."""
    apart = " ".join(filter(None, map(compounded, (one, other))))
    assert compounded(f"{one} {other}") == apart


@given(TEXTS)
def test_words_are_plain_and_single_blanks_stand_between_them(text: str) -> None:
    seen = words_of(text)
    for told in (*seen.parted, *seen.closed):
        assert told == " " or told == f" {' '.join(told.split())} "
        assert "|" not in told


@pytest.mark.parametrize(
    "text",
    ["a" * 9, "a-", "-a", "C++", "C+", "#", ".", ".a", "'s", "é", "学", "a\u0301", " ", "é.-"],
)
def test_looking_takes_a_time_that_grows_with_the_text_alone(text: str) -> None:
    def seconds(size: int) -> float:
        long = text * (size // len(text))
        asked = [wanted(each) for each in ("a a a b", "aaa*", "c++ c#", "x-y*", "学学学校")]
        times = []
        for _ in range(3):
            begun = time.process_time()
            seen = words_of(long)
            for each in asked:
                assert each is not None
                each.are_in(seen)
            times.append(time.process_time() - begun)
        return min(times)

    assert seconds(80_000) < 40 * max(seconds(8_000), 0.0005)
