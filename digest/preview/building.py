"""Building the site into a folder of its own, from the settings and templates as they are now.

The newsletter is put together anew for each build, so that every change of its settings counts; its
address is the preview's, so that links in feeds and mail lead there. A folder is shown once it is
whole, and goes when it has been out of use for a build.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from digest.cli.newsletter import Newsletter
from digest.models import Approval, Rendered
from digest.output import Output
from digest.pipeline.preview import galley
from digest.settings import load
from digest.store import Store, open_store

Track = Callable[[Iterable[Rendered]], Iterable[Rendered]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A whole site in a folder, how many files that are, which editions are drafts still."""

    folder: Path
    count: int
    drafts: Mapping[str, Approval | None]
    latest: str | None


class Builder:
    """Builds the newsletter in `root` below `folder`, as if it were published at `address`."""

    def __init__(self, root: Path, config: Path | None, folder: Path, address: str) -> None:
        self._root = root
        self._config = config
        self._folder = folder
        self._address = address
        self._number = 0

    def build(self, show: Callable[[Build], None], track: Track) -> None:
        """Build all, `show` it once the pages are there, then paint the pictures into it."""
        self._number += 1
        folder = self._place(self._number)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        environ = {**os.environ, "DIGEST_SITE__URL": self._address}
        letter = Newsletter(self._root, load(self._root, self._config, environ))
        store = self._store(letter)
        try:
            self._fill(letter, store, folder, show, track)
        finally:
            store.close()
        shutil.rmtree(self._place(self._number - 2), ignore_errors=True)

    def _fill(
        self,
        letter: Newsletter,
        store: Store,
        folder: Path,
        show: Callable[[Build], None],
        track: Track,
    ) -> None:
        with galley(store, letter.press, Output(folder), self._held) as made:
            count = sum(_write(folder, file) for file in track(made.pages))
            show(Build(folder=folder, count=count, drafts=made.drafts, latest=made.latest))
            for file in track(made.pictures):
                _write(folder, file)

    def _store(self, letter: Newsletter) -> Store:
        """Return the newsletter's store; an empty one of our own where there is none yet."""
        if letter.has_store:
            return letter.store
        return open_store(f"sqlite:///{self._folder / 'empty.db'}")

    def _held(self, path: str) -> bytes | None:
        """Return what the build before had at a path, so that no picture is painted twice."""
        held = self._place(self._number - 1) / path
        return held.read_bytes() if held.is_file() else None

    def _place(self, number: int) -> Path:
        return self._folder / f"{number}"


def _write(folder: Path, file: Rendered) -> int:
    target = folder / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(file.content)
    return 1
