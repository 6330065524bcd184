"""Rendering with a helper: the same files, whatever becomes of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import flow
import pytest

from digest.models import Edition, EditionRecord
from digest.output import Output
from digest.pipeline.changes import Changes, Helpers
from digest.pipeline.easel import Easel
from digest.pipeline.hands import Hands
from digest.pipeline.run import Newsroom

DAYS = ("2026-03-09", "2026-03-10", "2026-03-11")
WEEK = "2026-W11"


def opened(root: Path) -> Newsroom:
    return flow.make(root).room


def killed_at_once(root: Path) -> Newsroom:
    os.kill(os.getpid(), signal.SIGKILL)
    return opened(root)


def failing(root: Path) -> Newsroom:
    """A room whose last template is not there: most has been sent by then."""
    room = opened(root)
    load = room.press.templates.get_template

    def get_template(name: str, *rest: object) -> object:
        return load("gone.html" if name in ("site/index.html", "site/topics.html") else name)

    room.press.templates.get_template = get_template
    return room


needs_two_cores = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="one core has no helpers"
)


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> flow.Letter:
    made = flow.make(tmp_path_factory.mktemp("hands"))
    for n, day in enumerate(DAYS):
        made.drop(f"{day}.txt", flow.page(day, range(3 * n, 3 * n + 4)))
    made.run()
    return made


def rendered(
    letter: flow.Letter,
    helpers: Helpers | None,
    ahead: int = 0,
    watched: Callable[[Changes], object] = lambda _: None,
    since: int = 0,
) -> dict[str, bytes]:
    press = letter.press
    output = letter.output if since else Output(letter.folder.parent / "nothing")
    easel = Easel(press.painter, press.site, press.templates, output.held)
    with letter.store.reading() as tx, easel:
        changes = Changes(tx, press, since, output, easel)
        watched(changes)
        files = list(Hands(changes, helpers, letter.store.change + ahead).files())
    return {file.path: file.content for file in files}


def helpers(letter: flow.Letter, room: Callable[[Path], Newsroom] = opened) -> Helpers:
    return Helpers(open_room=partial(room, letter.root), fewest_papers=1)


@needs_two_cores
@pytest.mark.parametrize("room", [opened, killed_at_once, failing])
def test_a_helper_changes_no_byte(letter: flow.Letter, room: Callable[[Path], Newsroom]) -> None:
    assert rendered(letter, helpers(letter, room)) == rendered(letter, None)


@needs_two_cores
def test_a_helper_renders_what_changed_and_no_more(letter: flow.Letter) -> None:
    since = letter.store.change // 2
    of_late = rendered(letter, None, since=since)
    assert 0 < len(of_late) < len(rendered(letter, None))
    assert rendered(letter, helpers(letter), since=since) == of_late


@needs_two_cores
def test_a_helper_that_reads_another_state_is_not_listened_to(letter: flow.Letter) -> None:
    here: list[str] = []
    rendered(letter, helpers(letter), ahead=1, watched=partial(watch, here))
    assert WEEK in here, "the week was not rendered in this process"


@needs_two_cores
def test_a_helper_does_its_share(letter: flow.Letter) -> None:
    here: list[str] = []
    rendered(letter, helpers(letter), watched=partial(watch, here))
    assert WEEK not in here


def test_a_few_papers_are_rendered_without_a_helper(letter: flow.Letter) -> None:
    here: list[str] = []
    many = Helpers(open_room=partial(opened, letter.root))
    rendered(letter, many, watched=partial(watch, here))
    assert WEEK in here


def watch(here: list[str], changes: Changes) -> None:
    """Note which editions are asked for in this process."""
    edition = changes.edition

    def noted(record: EditionRecord) -> Edition:
        here.append(record.name)
        return edition(record)

    changes.edition = noted
