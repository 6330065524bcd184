"""The catalogues that ship hold every text that readers are told, whole; `make words` gathers."""

from __future__ import annotations

from pathlib import Path

import pytest
import words
from babel.messages.pofile import read_po

from digest import catalogues

SHIPPED = sorted(words.FOLDER.glob("*.po"))
HINT = "call `make words`, and translate what is new"


def texts_of(path: Path) -> set[object]:
    with path.open("rb") as file:
        return {message.id for message in read_po(file) if message.id}


def test_the_template_holds_the_texts_there_are() -> None:
    gathered = {message.id for message in words.gathered() if message.id}
    assert texts_of(words.TEMPLATE) == gathered, HINT
    assert ("%(n)s vote", "%(n)s votes") in gathered
    assert {"Untitled", "Unsubscribe", "Check your inbox"} <= gathered
    assert not any("%(prog)s" in str(each) or "digest " in str(each) for each in gathered)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_catalogue_is_whole_and_nothing_in_it_is_stale(path: Path) -> None:
    assert texts_of(path) == texts_of(words.TEMPLATE), HINT
    assert words.untranslated(path) == []
    catalogues.read(path)  # every place and every element stands in both


def test_german_ships() -> None:
    assert [path.stem for path in SHIPPED] == ["de"]


def test_gathering_anew_changes_no_byte() -> None:
    template = words.gathered()
    assert words.written(template) == words.TEMPLATE.read_bytes(), HINT
    for path in SHIPPED:
        assert words.updated(path, template) == path.read_bytes(), HINT
