"""The twin of an output folder: all of it a second time, by hard links, one publish behind.

    brought up to date ─▶ what is new moved into it ─▶ flushed ─▶ exchanged with the live folder

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
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from digest.output.mirror import mirror
from digest.output.system import Exchange, flush, flush_folder
from digest.output.trees import link, put, remove

Source = Callable[[str], str]

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

    def publish(self, paths: Sequence[str], source: Source, gone: Sequence[str]) -> bool:
        """Let a folder with these files, and without those `gone`, take the place of the live one.

        `source` names the file that is to be moved to a path. Returns whether it was done: false
        where the system cannot, and the live folder is as it was; then `taken` has the files that
        are no longer where they were.
        """
        try:
            self._catch_up()
            self._mark.unlink(missing_ok=True)
            put(str(self._tree), paths, lambda path: os.replace(source(path), self.taken(path)))
            remove(str(self._tree), gone)
            flush(self.home)
            self._swap((*paths, *gone))
        except OSError as error:
            _pass(error)
            return False
        self._settle((*paths, *gone))
        return True

    def taken(self, path: str) -> str:
        """Name a file that was moved here, as long as it was not published."""
        return f"{self._tree}/{path}"

    def _settle(self, changed: Sequence[str]) -> None:
        """Let what is seen last, and repeat it here if it is much; where not, the next will."""
        try:
            flush_folder(self._live.parent)
            told = self._told() if len(changed) > _MANY else None
            if told is not None:
                self._repeat(changed)
                self._tell(live=self._live, twin=self._tree, behind=(), since_ns=told[1])
        except OSError as error:
            _pass(error)
            flush(self._live)

    def _catch_up(self) -> None:
        """Make the twin the same as the live folder, whatever happened to either."""
        told = self._told()
        since_ns = None
        if told is not None:
            behind, since_ns = told
            self._repeat(behind)
        mirror(str(self._live), str(self._tree), since_ns, self._leave)

    def _repeat(self, changed: Sequence[str]) -> None:
        """Let what lies at some paths be as it is in the live folder."""
        live, tree = str(self._live), str(self._tree)
        there = [path for path in changed if _is_file(f"{live}/{path}")]
        put(tree, there, lambda path: link(f"{live}/{path}", f"{tree}/{path}"))
        remove(tree, sorted(set(changed).difference(there)))

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

    def _tell(
        self, live: Path, twin: Path, behind: Sequence[str], since_ns: int | None = None
    ) -> None:
        """Say which folders they will be once all is done, and where these will differ.

        `since_ns` is when that was so, but for what others did since; without it, that is now.
        """
        told = {"live": _identity(live), "twin": _identity(twin), "behind": behind}
        beside = self._mark.with_suffix(".new")
        beside.unlink(missing_ok=True)
        beside.write_text(json.dumps(told), encoding="utf-8")
        if since_ns is not None:
            os.utime(beside, ns=(since_ns, since_ns))
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


def _is_file(path: str) -> bool:
    with suppress(OSError):
        return not stat.S_ISDIR(os.lstat(path).st_mode)
    return False


def _pass(error: OSError) -> None:
    """Go on after what only says that two folders cannot be exchanged here."""
    if error.errno not in _IMPOSSIBLE:
        raise error
