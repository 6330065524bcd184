"""PROMISES 1, 2, 5 and 6: a run is killed or fails at a step, for every step, and is run again.

What is compared is all there is: every row of the store, every byte of the output, and where each
dump lies. Of the many alike steps of staging and linking pages only some are taken.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flow import AT, Letter, broken_links, make, page, rows, tree
from flow_faults import NO_FAULT, Fault, Outcome, run_apart

from digest.pipeline.changes import Press

STAGING_STRIDE = 15
FEW_STEPS = 200
LAST_STEPS = 4
TODAY = AT.date()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A newsletter before a run, what it is after one, and the steps of that."""

    root: Path
    press: Press
    steps: tuple[str, ...]
    after: tuple[object, ...]

    def open(self, root: Path) -> Letter:
        """Open a copy, with templates that are compiled already."""
        letter = make(root, AT)
        letter.__dict__["press"] = self.press
        return letter

    def copy(self, place: Path) -> Path:
        shutil.copytree(self.root, place)
        return place

    def run(self, root: Path, fault: Fault = NO_FAULT) -> Outcome:
        return run_apart(lambda: self.open(root), fault)

    def numbers(self, stride: int = 1) -> Iterator[int]:
        """The steps to let fail: one in `stride`, and the last, where the manifest is written.

        Of those that stage pages only a few are taken at all.
        """
        staging = 0
        for number, name in enumerate(self.steps, 1):
            is_staging = name in {"open", "fsync", "os.link"}
            staging += is_staging
            is_taken = (not is_staging or staging % STAGING_STRIDE == 1) and number % stride == 0
            if is_taken or number > len(self.steps) - LAST_STEPS:
                yield number


def first(letter: Letter) -> None:
    """Prepare a first run: there is neither a store nor an output yet."""
    letter.drop("a.txt", page(TODAY, (1, 2, 3)))


def later(letter: Letter) -> None:
    """Prepare a run that seals a day, reads a paper seen and one new, and refuses a file."""
    letter.at = AT - timedelta(days=1)
    letter.run(_2026_03_11_txt=page(letter.at.date(), (1, 2)))
    letter.at = AT
    letter.drop("b.txt", page(TODAY, (2, 3)))
    letter.drop("notes.txt", "Remember the milk.")


@pytest.fixture(scope="module", params=[first, later])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    prepare: Callable[[Letter], None] = request.param
    folder = tmp_path_factory.mktemp("scene")
    letter = make(folder / "before")
    prepare(letter)
    letter.close()
    begun = Scene(root=letter.root, press=letter.press, steps=(), after=())
    done = begun.copy(folder / "after")
    warm = begun.open(begun.copy(folder / "warm"))
    warm.run()  # in this process, so that its children need not load what a run does
    warm.close()
    outcome = begun.run(done)
    assert not outcome.error, outcome
    return Scene(root=letter.root, press=letter.press, steps=outcome.steps, after=everything(done))


def everything(root: Path) -> tuple[object, ...]:
    """All that a newsletter is, but for its store's chance name and hidden drafts of notes."""
    store_rows = rows(root)
    output = tree(root / "output")
    manifest = output.pop(".digest.json").decode().partition(', "store_id"')[0]
    inbox = {name: held for name, held in tree(root / "inbox").items() if ".reason-" not in name}
    return store_rows, output, manifest, inbox


def test_a_scene_has_every_kind_of_step(scene: Scene) -> None:
    files = {"open", "fsync", "os.link", "os.rename", "os.mkdir", "digest.flush", "digest.exchange"}
    assert files | {"COMMIT", "BEGIN IMMEDIATE"} <= set(scene.steps)
    assert len(list(scene.numbers())) > 60


def test_killed_before_each_step_and_run_again(scene: Scene, tmp_path: Path) -> None:
    for number in scene.numbers(stride=5 if len(scene.steps) < FEW_STEPS else 13):
        root = scene.copy(tmp_path / str(number))
        assert scene.run(root, Fault(at=number)).is_killed
        if number % 5 == 0:
            assert broken_links(root / "output") == [], number
        again = scene.run(root)
        assert not again.error, (number, again)
        assert everything(root) == scene.after, (number, scene.steps[number - 1])
        shutil.rmtree(root)


def test_killed_again_during_the_recovery(scene: Scene, tmp_path: Path) -> None:
    for number in scene.numbers(stride=61):
        for second in (31,):
            root = scene.copy(tmp_path / f"{number}-{second}")
            assert scene.run(root, Fault(at=number)).is_killed
            scene.run(root, Fault(at=second))
            assert broken_links(root / "output") == [], (number, second)
            assert not scene.run(root).error
            assert everything(root) == scene.after, (number, second)
            shutil.rmtree(root)


@pytest.mark.parametrize(
    ("error", "is_lasting"),
    [(errno.ENOSPC, True), (errno.EIO, False)],
    ids=["ENOSPC for ever", "EIO once"],
)
def test_an_error_at_a_step_is_told_and_mended_by_itself(
    scene: Scene, tmp_path: Path, error: int, is_lasting: bool
) -> None:
    for number in scene.numbers(stride=37):
        root = scene.copy(tmp_path / str(number))
        failed = scene.run(root, Fault(at=number, error=error, is_lasting=is_lasting))
        at = (number, scene.steps[number - 1], failed)
        assert failed.is_ours, failed.trace
        assert failed.error == "" or failed.hint, at
        assert failed.error or not is_lasting or number > len(scene.steps) - 3, at
        if number % 4 == 0:
            assert broken_links(root / "output") == [], at
        again = scene.run(root)
        assert not again.error, at
        assert everything(root) == scene.after, at
        shutil.rmtree(root)
