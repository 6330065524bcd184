"""The twin of an output folder: all of it a second time, by hard links, one publish behind.

    brought up to date ─▶ what is new put into it ─▶ flushed ─▶ exchanged with the live folder

It lies beside the output, in `.<name>.next/`, and may be removed at any time. A mark beside it says
of which live folder it is the twin, and what changed with the last exchange. The mark is true only
for these two folders in these two places: it is written before they are exchanged, and is untrue if
that is never done. Until the next publish nothing changes in the folder that was live: who reads
there by a descriptor goes on reading one state of the site.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from digest.output.mirror import mirror
from digest.output.system import Exchange, flush, flush_folder
from digest.output.trees import link, put, remove

_FOR_US_ALONE = 0o700
_MANY = 1000
"""More changes than these are repeated in the twin at once, fewer by the next publish."""
_REFUSALS = (
    *("EPERM", "EACCES", "EROFS", "EXDEV", "EINVAL", "ENOSYS", "EBUSY", "EMLINK"),
    *("ENOTSUP", "EOPNOTSUPP"),
)
_IMPOSSIBLE = frozenset(getattr(errno, name) for name in _REFUSALS)
"""What a system says that has no such call, or does not allow it here; not that a disk is full."""


class Twin:
    """The twin of a live folder. What is named `leave` at the live one's top is not in it."""

    def __init__(self, live: Path, exchange: Exchange, leave: str) -> None:
        self.home = home_of(live)
        self._live = live
        self._tree = self.home / "tree"
        self._mark = self.home / "mark.json"
        self._exchange = exchange
        self._leave = leave
        self._lock: int | None = None

    def receive(self, stage: Path) -> Path | None:
        """Take a folder out of the live one, and return where it is; None if there can be no twin.

        A folder that cannot be moved here is on another file system, or below another mount. And a
        repository in the live folder must stay: who stands in it with a shell would commit to the
        folder that was exchanged for it.
        """
        beside = self.home / "stage"
        try:
            if os.path.lexists(self._live / ".git"):
                self._mark.unlink(missing_ok=True)
                return None
            self.home.mkdir(mode=_FOR_US_ALONE, exist_ok=True)
            self._tree.mkdir(exist_ok=True)
            self._lock = lock(self._tree)
            shutil.rmtree(beside, ignore_errors=True)
            return stage.rename(beside)
        except OSError as error:
            _pass(error)
            return None

    def close(self) -> None:
        """Let others have the twin, which they find where the live folder was."""
        if self._lock is not None:
            os.close(self._lock)

    def publish(
        self, paths: Sequence[str], source: Callable[[str], Path], gone: Sequence[str]
    ) -> bool:
        """Let a folder with these files, and without those `gone`, take the place of the live one.

        `source` names the file that is to lie at a path. Returns whether it was done: false where
        the system cannot, and all is as it was.
        """
        try:
            self._publish(paths, source, gone)
        except OSError as error:
            _pass(error)
            return False
        return True

    def _publish(
        self, paths: Sequence[str], source: Callable[[str], Path], gone: Sequence[str]
    ) -> None:
        self._catch_up()
        self._mark.unlink(missing_ok=True)
        put(self._tree, paths, lambda path: link(source(path), self._tree / path))
        remove(self._tree, gone)
        flush(self.home)
        self._swap((*paths, *gone))
        flush_folder(self._live.parent)
        if len(paths) + len(gone) > _MANY:
            self._catch_up()
            self._tell(live=self._live, twin=self._tree, behind=())

    def _catch_up(self) -> None:
        """Make the twin the same as the live folder, whatever happened to either."""
        told = self._told()
        since_ns = None
        if told is not None:
            behind, since_ns = told
            there = [path for path in behind if _is_file(self._live / path)]
            put(self._tree, there, lambda path: link(self._live / path, self._tree / path))
            remove(self._tree, sorted(set(behind).difference(there)))
        mirror(str(self._live), str(self._tree), since_ns, self._leave)

    def _told(self) -> tuple[list[str], int] | None:
        """Read what changed with the last exchange, and when; None where the mark is not true."""
        try:
            with self._mark.open("rb") as file:
                told = json.load(file)
                since_ns = os.fstat(file.fileno()).st_mtime_ns
            is_true = told["live"] == _identity(self._live) and told["twin"] == _identity(
                self._tree
            )
            return (list(told["behind"]), since_ns) if is_true else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _swap(self, behind: Sequence[str]) -> None:
        self._tell(live=self._tree, twin=self._live, behind=behind)
        try:
            self._exchange(self._live, self._tree)
        except OSError:
            self._tell(live=self._live, twin=self._tree, behind=behind)
            raise

    def _tell(self, live: Path, twin: Path, behind: Sequence[str]) -> None:
        """Say which folders they will be once all is done, and where these will differ."""
        told = {"live": _identity(live), "twin": _identity(twin), "behind": behind}
        beside = self._mark.with_suffix(".new")
        beside.unlink(missing_ok=True)
        beside.write_text(json.dumps(told), encoding="utf-8")
        beside.replace(self._mark)


def home_of(live: Path) -> Path:
    """Return where the twin of a live folder lies."""
    return live.parent / f".{live.name}.next"


def lock(folder: Path) -> int:
    """Hold a folder against other processes, waiting for them, until this descriptor is closed."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    with suppress(OSError):  # some network file systems have no locks
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _identity(folder: Path) -> list[int]:
    told = folder.stat()
    return [told.st_dev, told.st_ino]


def _is_file(path: Path) -> bool:
    return os.path.lexists(path) and (path.is_symlink() or not path.is_dir())


def _pass(error: OSError) -> None:
    """Go on after what only says that two folders cannot be exchanged here."""
    if error.errno not in _IMPOSSIBLE:
        raise error
