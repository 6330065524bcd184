"""Sentences: parted where a reader would, and nowhere else; nothing lost; linear in time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.sentences import sentences

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# Each with " | " where its sentences part, "|" where not even a space is there.
TEXTS = [
    "We show it. | It works.",
    "One sentence only",
    "",
    "Is it so? | It is! | We think so… | Perhaps.",
    "We use tools, e.g. Lanterns, i.e. The Lamp, cf. Smith. | They work.",
    "Smith et al. (2020) and Jones et al. showed it. | Unlike Smith et al. | We do not.",
    "As in Fig. 3 and Figs. A and B. | The rest in Eq. (2), Sec. 4 and Tab. 5 for it.",
    "It rises by 3.5 points to 0.91. | In v1.5 it fell to .2. | GPT-4.1 did not.",
    "J. R. R. Tolkien, J.-P. Serre and D. Knuth met A. | The rest left.",
    "Scenes are made in 3D. | Videos are in 2D. | 4D comes next.",
    "See https://example.org/a.b?c=d. | We release it at example.org/x.html today.",
    'They ask "Who is it? A friend." and leave. | He said "Go." | She went.',
    "He said “Stop. Now.” twice. | She (as ever. Always.) stayed. | They [sic. All] went.",
    "Models such as vLLM are quick. | xLSTM is quicker. | t-SNE is not. | k-NN is fine.",
    "We train on images, text, etc. | Models improve. | They see dogs, cats, etc. in parks.",
    "It is the case w.r.t. Theorem 2, i.i.d. Samples and a.k.a. Names. | We end.",
    "The U.S. Government and the E.U. | The rule holds.",
    "Three steps: 1. We cut. | 2. We paste. | 3. We look.",
    "The answer is no. | No. 3 is the best. | So is no. 7 there.",
    "It runs in 61 ms. | Accuracy rises. | See Sec. IV, App. (b) and Thm. 3. | We do.",
    "Latency falls to 5 ms. | We ask why. | A mobile app. | We made one.",
    "By Dr. Who and Prof. Dr. Why vs. Mrs. What. | The end.",
    "What is $f(x. Y)$? | We say 50\\%. | Then (see (a. B) or C). | The end.",
    "No space follows.|We go on. | See node.Js and a.B for that.",
    "Yahoo! answers and Jeopardy! questions are old. | Where? there.",
    "A stray ( bracket. | And one more [ here. | And a quote \" too.",
    "A vowel of T\\\"ULU 3. | With T\\\"ULU 3, we go on. | The end.",
    "La Niña comes. | Él Niño too. | Ärger folgt.",
    "我们提出了方法。|它很好！|真的吗？|是",
    "a. b. c. d.",
    "...",
    "Wait... what? | Wait... | We will.",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_parted_where_a_reader_would(text: str) -> None:
    expected = [part.strip() for part in text.split("|") if part.strip()]
    assert list(sentences(text.replace(" | ", " ").replace("|", ""))) == expected


ODDITIES = st.sampled_from([*'.!?…"“”()[]{} $\\\n。aAé1', "e.g. ", " We ", "et al. "])


@given(st.lists(ODDITIES, max_size=60).map("".join) | st.text(max_size=80))
def test_only_white_space_is_lost(text: str) -> None:
    parts = sentences(text)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part == part.strip() != "" for part in parts)


@pytest.mark.parametrize("unit", [".", "a. ", "(", '"a ', "!)", "a.B", "abc.The", "1. ", "(a. B) "])
def test_long_texts_take_their_time_and_no_more(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.skipif(not DATA.is_dir(), reason="the real dumps of ../shared/data are not here")
def test_real_abstracts_have_sentences_of_the_usual_length() -> None:
    texts = [
        entry["abstract"]
        for path in sorted(DATA.glob("pages/*.truth.json"))
        for entry in json.loads(path.read_text("utf-8"))["entries"]
    ]
    parts = [part for text in texts for part in sentences(text)]
    assert 7 < len(parts) / len(texts) < 11
    assert sum(len(part) < 30 for part in parts) < 0.005 * len(parts)
    assert sum(len(part) > 450 for part in parts) < 0.02 * len(parts)
