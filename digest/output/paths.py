"""Where published files lie below a folder, whatever links there are in it, and never outside."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from digest.errors import OutputError

_NO_NAMES = frozenset(("", ".", ".."))


class Places:
    """The places of published files below a folder; each folder on the way is looked at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folders: dict[str, str] = {"": ""}

    def of(self, path: str) -> str:
        """Return where a path of ours lies, relative to the root, by no link but at its end.

        Refuses one that leads out of the root. `OSError` if a file stands where a folder goes.
        """
        is_path = _NO_NAMES.isdisjoint(path.split("/"))
        if not is_path or not path.isprintable() or "\\" in path:
            hint = "this is a mistake in the program, please report it"
            raise OutputError("this is no path of a published file", at=repr(path), hint=hint)
        folder, _, name = path.rpartition("/")
        return _joined(self._folder(folder), name)

    def target(self, path: str) -> Path:
        """Return where a path of ours lies."""
        return self.root / self.of(path)

    def _folder(self, folder: str) -> str:
        found = self._folders.get(folder)
        if found is None:
            above, _, name = folder.rpartition("/")
            found = self._folders[folder] = self._resolved(_joined(self._folder(above), name))
        return found

    def _resolved(self, folder: str) -> str:
        """Follow the link that a folder may be; those above it were followed before."""
        target = self.root / folder
        try:
            mode = target.lstat().st_mode
        except FileNotFoundError:
            return folder
        if stat.S_ISLNK(mode):
            return self._followed(target)
        if not stat.S_ISDIR(mode):
            raise OSError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        return folder

    def _followed(self, link: Path) -> str:
        root, end = os.path.realpath(self.root), os.path.realpath(link)
        if os.path.commonpath((root, end)) != root:
            raise OutputError(
                "a symbolic link leads out of the output folder",
                at=str(link),
                hint="remove the link, or set the folder it leads to as the output folder",
            )
        return "" if end == root else os.path.relpath(end, root)


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
