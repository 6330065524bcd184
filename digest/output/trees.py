"""Files put into a tree, each whole, in an order in which no page ever leads to nothing.

    new ones ─▶ replaced ones, the entrances last ─▶ removed ones

Nothing leads to a new page before a replaced one does, and to a removed page nothing does any more
once all are replaced. Paths are relative to a tree, POSIX, without a link on the way.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress

Put = Callable[[str], None]
"""Puts the file of a path into its place, where its folder is by then."""

_LINKED = ".digest-linked.tmp"


def put(tree: str, paths: Iterable[str], put_one: Put) -> None:
    """Put files into a tree in the order that is safe for who reads there."""
    made = {""}
    new: list[str] = []
    replaced: list[str] = []
    for path in paths:
        (replaced if os.path.lexists(f"{tree}/{path}") else new).append(path)
    for path in new:
        _make(tree, path.rpartition("/")[0], made)
        put_one(path)
    for path in sorted(replaced, key=_nearness):
        put_one(path)


def remove(tree: str, paths: Iterable[str]) -> None:
    """Remove files from a tree, and the folders that this leaves empty."""
    for path in paths:
        with suppress(FileNotFoundError, NotADirectoryError):
            os.unlink(f"{tree}/{path}")
        _prune(tree, path.rpartition("/")[0])


def link(source: str, target: str) -> None:
    """Let a file be at a second place too; what is there is replaced, at one instant."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        if os.path.samestat(os.lstat(source), os.lstat(target)):
            return
        beside = f"{os.path.dirname(target)}/{_LINKED}"
        try:
            os.link(source, beside, follow_symlinks=False)
        except FileExistsError:  # left by who was killed here
            os.unlink(beside)
            os.link(source, beside, follow_symlinks=False)
        os.replace(beside, target)


def _make(tree: str, folder: str, made: set[str]) -> None:
    """Make a folder, and those that it lies in, if they are not there; each is tried once."""
    if folder not in made:
        _make(tree, folder.rpartition("/")[0], made)
        with suppress(FileExistsError):
            os.mkdir(f"{tree}/{folder}")
        made.add(folder)


def _nearness(path: str) -> tuple[int, bool]:
    """Order what is near the first page after what is far from it, and that itself last."""
    return -path.count("/"), path == "index.html"


def _prune(tree: str, folder: str) -> None:
    while folder:
        try:
            os.rmdir(f"{tree}/{folder}")
        except FileNotFoundError:
            pass
        except OSError:
            return
        folder = folder.rpartition("/")[0]
