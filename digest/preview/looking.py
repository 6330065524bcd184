"""Looking whether the site has to be made anew: templates, settings, the store's change number.

What the system tells of folders (watchfiles) only says when to look; where it tells nothing, every
half a second is often enough. Of the inbox it is only told what waits there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from watchfiles import watch

from digest.inbox import is_ignored
from digest.preview.building import Builder
from digest.settings import PLACES
from digest.theme import folders_of

PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What templates and settings there are, and the store's change number."""

    files: tuple[object, ...]
    change: int | None


class Looker:
    """Looks at what the newsletter in `root` is made of, as `builder` last put it together."""

    def __init__(
        self, root: Path, config: Path | None, builder: Builder, say: Callable[[str], None]
    ) -> None:
        self._root = root
        self._config = config
        self._builder = builder
        self._say = say
        self._said = ""

    def look(self) -> Look:
        """Return what is equal only where nothing has changed."""
        return Look(files=self.files(), change=self._builder.change())

    def files(self) -> tuple[object, ...]:
        """Return what tells of each template and of the settings whether it is another."""
        settings = (_stamp(path) for path in self._settings_files())
        return (*settings, *sorted(_files(self._folders())))

    def waiting(self) -> str:
        """Say which dumps wait in the inbox; nothing where none does."""
        dumps = self._dumps()
        if not dumps:
            return ""
        names = ", ".join(dumps[:3]) + (", …" if len(dumps) > 3 else "")
        return f"in the inbox: {names}; shown once `digest ingest` has read them"

    def wait(self, seen: Look, stop: threading.Event) -> None:
        """Return once `look` is no longer what was seen, or `stop` is set."""
        while not stop.is_set() and self.look() == seen:
            self._tell_of_dumps()
            try:
                self._wait_for_news(seen, stop)
            except (OSError, RuntimeError):  # a folder is gone, or inotify's limits are reached
                stop.wait(PAUSE_SECONDS)

    def _wait_for_news(self, seen: Look, stop: threading.Event) -> None:
        news = watch(
            *self._places(),
            stop_event=stop,
            debounce=50,
            step=10,
            rust_timeout=int(PAUSE_SECONDS * 1000),
            yield_on_timeout=True,
            recursive=False,
            watch_filter=None,
        )
        for _ in news:
            if stop.is_set() or self.look() != seen:
                return
            self._tell_of_dumps()

    def _tell_of_dumps(self) -> None:
        waiting = self.waiting()
        if waiting and waiting != self._said:
            self._say(waiting)
        self._said = waiting

    def _places(self) -> Iterator[Path]:
        """Yield the folders of which the system is to tell: all that hold what is looked at."""
        yield from {path.parent for path in self._settings_files() if path.parent.is_dir()}
        for folder in self._folders():
            yield from (folder, *(path for path in folder.rglob("*") if path.is_dir()))
        if self._inbox.is_dir():
            yield self._inbox

    def _settings_files(self) -> list[Path]:
        if self._config is not None:
            return [self._config]
        return [self._root / place for place in PLACES]

    def _folders(self) -> tuple[Path, ...]:
        return folders_of(self._builder.settings.paths.templates)

    @property
    def _inbox(self) -> Path:
        return self._builder.settings.paths.inbox

    def _dumps(self) -> list[str]:
        files = (path for path in self._inbox.glob("*") if path.is_file())
        return sorted(path.name for path in files if not is_ignored(path.name))


def _files(folders: tuple[Path, ...]) -> Iterator[tuple[object, ...]]:
    for folder in folders:
        yield from (_stamp(path) for path in folder.rglob("*") if not path.name.startswith("."))


def _stamp(path: Path) -> tuple[object, ...]:
    try:
        told = path.stat()
    except OSError:
        return (str(path), None)
    return (str(path), told.st_mtime_ns, told.st_size, told.st_ino)
