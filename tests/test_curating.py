"""The curator's acts: the paper that was typed is found, and what is asked is done or undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flow import AT, Letter, api, make
from store_values import NOON, record_new, record_seen
from typer.testing import CliRunner

from digest.cli.commands import app
from digest.errors import EditionError
from digest.models import Curation
from digest.pipeline.curating import Curator, Done
from digest.store import Store
from digest.trending import Rules

DAY = "2026-03-11"
KEYS = tuple(f"title:{number:04}" for number in range(1, 6))


def curator(store: Store, *, is_dry: bool = False) -> Curator:
    return Curator(store, Rules(), NOON, "cli", is_dry=is_dry)


def pinned(store: Store, name: str = DAY) -> tuple[str, ...]:
    with store.reading() as tx:
        return tx.curation(name).pinned


def test_papers_are_pinned_at_a_place_among_the_pinned(store: Store) -> None:
    record_new(store, range(1, 6))
    own = curator(store)
    own.pin(DAY, KEYS[0])
    own.pin(DAY, KEYS[1])
    own.pin(DAY, KEYS[2], place=1)
    assert pinned(store) == (KEYS[2], KEYS[0], KEYS[1])
    own.pin(DAY, KEYS[0], place=9)
    assert pinned(store) == (KEYS[2], KEYS[1], KEYS[0])
    own.pin(DAY, KEYS[2])
    assert pinned(store) == (KEYS[1], KEYS[0], KEYS[2])


def test_an_order_pins_what_it_names_and_lets_the_others_follow(store: Store) -> None:
    record_new(store, range(1, 6))
    own = curator(store)
    own.order(DAY, KEYS[:3])
    assert own.order(DAY, [KEYS[3], KEYS[1], KEYS[3]]).done == "in the order asked for"
    assert pinned(store) == (KEYS[3], KEYS[1], KEYS[0], KEYS[2])
    with pytest.raises(EditionError, match="no paper is known as nothing"):
        own.order(DAY, [KEYS[4], "nothing"])
    assert pinned(store) == (KEYS[3], KEYS[1], KEYS[0], KEYS[2])


def test_a_pinned_paper_moves_among_those_of_its_section(store: Store) -> None:
    record_new(store, [5], NOON.date() - timedelta(days=9))
    record_new(store, range(1, 5))
    record_seen(store, [5], NOON.date(), "again")
    own = curator(store)
    own.order(DAY, [KEYS[0], KEYS[4], KEYS[1]])  # the one in the middle stands in another section
    own.move(DAY, KEYS[1], up=True)
    assert pinned(store) == (KEYS[1], KEYS[4], KEYS[0])
    own.move(DAY, KEYS[1], up=True)
    own.move(DAY, KEYS[4], up=False)
    own.move(DAY, KEYS[3], up=True)  # not pinned
    assert pinned(store) == (KEYS[1], KEYS[4], KEYS[0])
    own.move(DAY, KEYS[1], up=False)
    assert pinned(store) == (KEYS[0], KEYS[4], KEYS[1])


ACTS: list[tuple[Callable[[Curator], Done], Curation, str]] = [
    (lambda own: own.pin(DAY, KEYS[0]), Curation(pinned=KEYS[:1]), "pinned"),
    (lambda own: own.hide(DAY, KEYS[0]), Curation(hidden=frozenset(KEYS[:1])), "hidden"),
    (
        lambda own: own.note(DAY, KEYS[0], " Read. "),
        Curation(notes={KEYS[0]: "Read."}),
        "annotated",
    ),
    (lambda own: own.note(DAY, None, "Quiet."), Curation(note="Quiet."), "annotated"),
    (lambda own: own.note(DAY, None, " \n"), Curation(), "without a note"),
]


@pytest.mark.parametrize(("act", "asked", "done"), ACTS)
def test_an_act_is_done_and_told_and_a_dry_one_is_undone(
    store: Store, act: Callable[[Curator], Done], asked: Curation, done: str
) -> None:
    record_new(store, [1])
    before = store.change
    dry = act(curator(store, is_dry=True))
    with store.reading() as tx:
        assert tx.curation(DAY) == Curation()
    assert store.change == before
    assert act(curator(store)) == dry
    with store.reading() as tx:
        assert tx.curation(DAY) == asked
    assert (dry.edition, dry.done) == (DAY, done)


def test_what_was_done_is_taken_back(store: Store) -> None:
    record_new(store, [1])
    own = curator(store)
    for act in (own.pin, own.hide, own.unpin, own.unhide):
        assert act(DAY, KEYS[0]).paper == KEYS[0]
    own.note(DAY, KEYS[0], "Read.")
    own.note(DAY, KEYS[0], "")
    with store.reading() as tx:
        assert tx.curation(DAY) == Curation()


def test_an_act_on_what_is_not_there_is_refused_with_a_hint(store: Store) -> None:
    record_new(store, [1])
    own = curator(store)
    for act in (
        lambda: own.pin("2026-01-01", KEYS[0]),
        lambda: own.approve("2026-01-01"),
        lambda: own.hold("2026-01-01"),
        lambda: own.hide(DAY, "title:9999"),
    ):
        with pytest.raises(EditionError) as refused:
            act()
        assert refused.value.hint


def test_an_approval_is_of_what_was_shown_and_told_when_it_is_taken_back(store: Store) -> None:
    record_new(store, [1])
    own = curator(store)
    seen = store.change
    assert not own.hide(DAY, KEYS[0]).withdrew
    with pytest.raises(EditionError, match="changed since it was shown"):
        own.approve(DAY, seen)
    own.approve(DAY, store.change)
    assert own.unhide(DAY, KEYS[0]).withdrew
    assert not own.hold(DAY).withdrew
    assert not own.hide(DAY, KEYS[0]).withdrew


@pytest.fixture
def letter(tmp_path: Path) -> Letter:
    """A newsletter with three papers that have ids."""
    own = make(tmp_path)
    own.run(_2026_03_12_json=api((1, 2, 3)))
    own.close()
    return own


def digest(letter: Letter, *words: str, code: int = 0) -> str:
    told = CliRunner().invoke(app, ["--dir", str(letter.root), *words])
    assert told.exit_code == code, told.output
    return told.stdout


@pytest.mark.parametrize(
    "typed",
    ["arxiv:2603.00002", "2603.00002", "2603.00002v3", "https://arxiv.org/abs/2603.00002"],
)
def test_the_command_finds_a_paper_by_whatever_names_it(letter: Letter, typed: str) -> None:
    told = digest(letter, "edition", "pin", "2026-03-12", typed, "--json")
    assert json.loads(told) == {
        "edition": "2026-03-12",
        "paper": "arxiv:2603.00002",
        "done": "pinned",
    }


def test_the_command_approves_holds_orders_and_says_so(letter: Letter) -> None:
    day = "2026-03-12"
    edition = ("edition", "approve", day)
    assert "dry run" in digest(letter, *edition, "--dry-run")
    assert "approved" not in digest(letter, "edition", "list")
    assert digest(letter, *edition) == f"the edition approved in {day}. Now: digest deliver\n"
    assert "sealed" not in digest(letter, "edition", "list")
    assert "(draft, approved)" in digest(letter, "edition", "show", day)
    told = digest(letter, "edition", "order", day, "2603.00003", "2603.00001")
    assert f"digest edition approve {day} again" in told
    shown = json.loads(digest(letter, "edition", "show", day, "--json"))
    assert [paper["arxiv_id"] for paper in shown["new"]][:2] == ["2603.00003", "2603.00001"]
    assert "approval" not in shown
    digest(letter, "edition", "pin", day, "2603.00001", "--place", "1")
    digest(letter, "edition", "hold", day)
    shown = json.loads(digest(letter, "edition", "show", day, "--json"))
    assert shown["approval"] == "held"
    assert [paper["arxiv_id"] for paper in shown["new"]][:2] == ["2603.00001", "2603.00003"]
    listed = json.loads(digest(letter, "edition", "list", "--json"))
    assert [each.get("approval") for each in listed if each["name"] == day] == ["held"]
    assert f"edition {day}: 3 new, 0 trending again, 0 revised, held" in digest(letter, "status")
    assert AT.date().isoformat() == day
