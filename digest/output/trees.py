"""Files put into a tree, each whole, in an order in which no page ever leads to nothing.

    new ones ─▶ replaced ones, the entrances last ─▶ removed ones

Nothing leads to a new page before a replaced one does, and to a removed page nothing does any more
once all are replaced. Paths are relative to a tree, POSIX, without a link on the way.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

Put = Callable[[str], None]
"""Puts the file of a path into its place, where its folder is by then."""

_LINKED = ".digest-linked.tmp"


def put(tree: Path, paths: Iterable[str], put_one: Put) -> None:
    """Put files into a tree in the order that is safe for who reads there."""
    made: set[str] = set()
    new: list[str] = []
    replaced: list[str] = []
    for path in paths:
        (replaced if os.path.lexists(tree / path) else new).append(path)
    for path in (*new, *sorted(replaced, key=_nearness)):
        folder = path.rpartition("/")[0]
        if folder not in made:
            (tree / folder).mkdir(parents=True, exist_ok=True)
            made.add(folder)
        put_one(path)


def remove(tree: Path, paths: Iterable[str]) -> None:
    """Remove files from a tree, and the folders that this leaves empty."""
    for path in paths:
        target = tree / path
        with suppress(FileNotFoundError, NotADirectoryError):
            target.unlink()
        _prune(tree, target.parent)


def link(source: Path, target: Path) -> None:
    """Let a file be at a second place too; what is there is replaced, at one instant."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        if os.path.samestat(source.lstat(), target.lstat()):
            return
        beside = target.with_name(_LINKED)
        beside.unlink(missing_ok=True)
        os.link(source, beside, follow_symlinks=False)
        beside.replace(target)


def _nearness(path: str) -> tuple[int, bool]:
    """Order what is near the first page after what is far from it, and that itself last."""
    return -path.count("/"), path == "index.html"


def _prune(tree: Path, folder: Path) -> None:
    while folder != tree:
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return
        folder = folder.parent
