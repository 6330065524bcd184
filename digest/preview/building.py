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
from digest.errors import DigestError
from digest.models import Approval, Rendered
from digest.output import Output
from digest.pipeline.preview import galley
from digest.settings import Settings, load
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
    """Builds the newsletter in `root` below `folder`, as if it were published at `address`.

    One store is open at a time: closing any file of SQLite's lets go of the locks that another
    connection of the same process has on it.
    """

    def __init__(
        self, root: Path, config: Path | None, settings: Settings, folder: Path, address: str
    ) -> None:
        self.settings = settings
        self._root = root
        self._config = config
        self._folder = folder
        self._address = address
        self._number = 0
        self._whole: Path | None = None
        self._letter: Newsletter | None = None
        self._store: Store | None = None

    def open(self) -> None:
        """Put the newsletter together by its settings as they are now, and open its store."""
        environ = {**os.environ, "DIGEST_SITE__URL": self._address}
        settings = load(self._root, self._config, environ)
        self.close()
        self.settings = settings
        letter = self._letter = Newsletter(self._root, settings)
        empty = f"sqlite:///{self._folder / 'empty.db'}"
        self._store = letter.store if letter.has_store else open_store(empty)

    def close(self) -> None:
        """Let go of the store."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def change(self) -> int | None:
        """Return the store's change number, None where that cannot be told now."""
        if self._letter is None or self._store is None or not self._letter.has_store:
            return None
        try:
            return self._store.change
        except DigestError:
            return None

    def build(self, show: Callable[[Build], None], track: Track) -> None:
        """Build all, `show` it once the pages are there, then add what takes longer."""
        if self._letter is None or self._store is None:
            return
        self._number += 1
        folder = self._place(self._number)
        folder.mkdir(parents=True)
        before = self._whole or folder
        with galley(self._store, self._letter.press, Output(before)) as made:
            count = sum(_write(folder, file) for file in track(made.pages))
            show(Build(folder=folder, count=count, drafts=made.drafts, latest=made.latest))
            self._leave(folder)
            for file in track(made.later):
                _write(folder, file)
        self._whole = folder

    def _leave(self, shown: Path) -> None:
        """Remove what is neither shown nor wanted for the next build."""
        for place in self._folder.glob("[0-9]*"):
            if place not in {shown, self._whole}:
                shutil.rmtree(place, ignore_errors=True)

    def _place(self, number: int) -> Path:
        return self._folder / f"{number}"


def _write(folder: Path, file: Rendered) -> int:
    target = folder / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(file.content)
    return 1
