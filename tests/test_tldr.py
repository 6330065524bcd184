"""TL;DR: the sentence that states the result, or none; the same each time, at its leisure never."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digest.text.sentences import sentences
from digest.text.tldr import choose_tldr

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

BACKGROUND = (
    "Small language models have achieved remarkable success in many tasks.",
    "However, existing methods often rely on costly labels and improve by 3% at best.",
)
MADE = "We propose Lanterns, a method which asks a model what it does not know."
CLOSING = (
    "We hope that this paves the way for future work on small models.",
    "Code and weights are publicly available at https://example.org/lanterns with 90% of the data.",
)
RESULTS = [
    "Experiments on seven benchmarks show that Lanterns is right more often than its teachers.",
    "Lanterns outperforms all open baselines, among them those of its own authors.",
    "On QuietBench, it reduces the error by 31%, at a cost that is 4.5× lower.",
    "We find that larger models are worse at saying what they do not know.",
    "We asked 830 readers again after a month and found that few had understood.",
    "Our analysis of 40 models reveals that none of them knows when to stop.",
    "Lanterns achieves state-of-the-art accuracy of 81.5% with a tenth of the data.",
    "The speedup is 3.8× over the best kernel (e.g. Driftwood), improving throughput too.",
]


@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize("place", [0, 2, 3, 5])
def test_the_result_is_found_wherever_it_stands(result: str, place: int) -> None:
    parts = [*BACKGROUND, MADE, *CLOSING]
    parts.insert(place, result)
    assert choose_tldr(" ".join(parts)) == result


def test_what_was_made_stands_in_where_no_result_is_told() -> None:
    assert choose_tldr(" ".join((*BACKGROUND, MADE, *CLOSING))) == MADE


@pytest.mark.parametrize(
    "abstract",
    [
        "",
        RESULTS[0],
        RESULTS[0].rstrip("."),
        " ".join(BACKGROUND),
        " ".join((*BACKGROUND, *CLOSING)),
        "Here we ask a question. Do we show that models outperform people by 50%?",
        "It is so. We show it. We win.",
        "A first sentence of no weight. We show that this sentence was cut off by 50%...",
        "A first sentence of no weight. We show that " + "nothing " * 60 + "is gained by 50%.",
        "漢字。" * 50,
        "We show that it outperforms all. " * 5000,
    ],
)
def test_there_is_none_where_no_sentence_is_good(abstract: str) -> None:
    assert choose_tldr(abstract) == ""


def test_of_equals_the_first_is_taken() -> None:
    lead = "Nothing is said by this one. Nor by this one here."
    first = "Here we show that this one is the first of two."
    second = "Here we show that that one is the second of two."
    assert choose_tldr(f"{lead} {first} {second}") == first
    assert choose_tldr(f"{lead} {second} {first}") == second


def test_a_sentence_that_leans_on_another_gives_way() -> None:
    leaning = "These results show that lanterns are brighter than candles at night."
    standing = "We show that lanterns are brighter than candles when the night is long."
    assert choose_tldr(f"{leaning} {standing}") == standing
    assert choose_tldr(f"{standing} {leaning}") == standing


def test_a_dull_promise_gives_way_to_what_was_made() -> None:
    dull = "Extensive experiments demonstrate the effectiveness of our approach in this setting."
    assert choose_tldr(f"{BACKGROUND[0]} {MADE} {dull}") == MADE


@pytest.mark.skipif(not DATA.is_dir(), reason="the real dumps of ../shared/data are not here")
def test_nearly_every_real_abstract_has_one_and_it_is_no_background() -> None:
    paths = [*sorted(DATA.glob("pages/*.truth.json")), *sorted(DATA.glob("rebuilt/*.truth.json"))]
    texts = {
        entry["abstract"]
        for path in paths
        for entry in json.loads(path.read_text("utf-8"))["entries"]
    }
    chosen = {text: choose_tldr(text) for text in texts}
    assert sum(map(bool, chosen.values())) > 0.9 * len(texts)
    assert all(tldr == "" or tldr in sentences(text) for text, tldr in chosen.items())
    places = [
        sentences(text).index(tldr) / len(sentences(text)) for text, tldr in chosen.items() if tldr
    ]
    assert sum(place >= 0.4 for place in places) > 0.8 * len(places)
    assert not any("github.com" in tldr for tldr in chosen.values())
