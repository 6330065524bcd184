"""A tree made the same as another, by hard links: folders of its own, and the other's files.

Where both were the same at a time that is known, only folders that changed since are compared:
whoever adds, removes or replaces a file changes its folder's ctime, and cannot set that back. So
it costs a `stat` for each folder. A file that is written over in place is the same in both anyway.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from digest.output.trees import link

_LEAF = 2
"""Links to a folder that holds no folder: its name, and its own `.` (where these are counted)."""


def mirror(source: str, target: str, since_ns: int | None, leave: str) -> None:
    """Make `target` hold what `source` holds, but for what is named `leave` at its top.

    `since_ns` is a time at which both were the same, None where there is none.
    """
    _compare(source, target, since_ns, leave)


def _follow(source: str, target: str, since_ns: int | None) -> None:
    """Go on in a folder below the top; if it did not change, only with those that lie in it."""
    told = os.lstat(source)
    if since_ns is None or told.st_ctime_ns >= since_ns:
        _compare(source, target, since_ns, "")
    elif told.st_nlink != _LEAF:
        with os.scandir(source) as found:
            folders = [entry.name for entry in found if entry.is_dir(follow_symlinks=False)]
        for name in folders:
            _follow(f"{source}/{name}", f"{target}/{name}", since_ns)


def _compare(source: str, target: str, since_ns: int | None, leave: str) -> None:
    _alike(source, target)
    here, there = _entries(source), _entries(target)
    here.pop(leave, None)
    _remove(here, there)
    for name, entry in here.items():
        path = f"{target}/{name}"
        if not entry.is_dir(follow_symlinks=False):
            if name not in there or there[name].inode() != entry.inode():
                link(entry.path, path)
        elif name in there:
            _follow(entry.path, path, since_ns)
        else:
            os.mkdir(path)
            _follow(entry.path, path, None)


def _remove(here: Mapping[str, os.DirEntry[str]], there: dict[str, os.DirEntry[str]]) -> None:
    """Remove what is not wanted, or is a folder where a file goes, or the other way round."""
    for name, entry in tuple(there.items()):
        is_folder = entry.is_dir(follow_symlinks=False)
        if name in here and here[name].is_dir(follow_symlinks=False) == is_folder:
            continue
        if is_folder:
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
        del there[name]


def _entries(folder: str) -> dict[str, os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return {entry.name: entry for entry in found}


def _alike(source: str, target: str) -> None:
    """Give a folder the owner, the rights and the labels of another. `OSError` if it may not."""
    wanted, told = os.lstat(source), os.lstat(target)
    if (wanted.st_uid, wanted.st_gid) != (told.st_uid, told.st_gid):
        os.chown(target, wanted.st_uid, wanted.st_gid)
    shutil.copystat(source, target)
