"""Files put in place whole: written beside under another name, synced, then renamed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from digest.errors import StoreError


@contextmanager
def temporary(path: Path) -> Iterator[Path]:
    """Give an empty file beside `path`, its owner's alone; what stands there afterwards is removed.

    Nobody else may read it, once it has its name: readers' addresses and the key stand in it.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    try:
        beside.touch(mode=0o600, exist_ok=False)
        yield beside
    except OSError as error:
        hint = "Check that the folder exists, may be written and has room"
        what = f"cannot be written ({error.strerror or error})"
        raise StoreError(what, at=str(path), hint=hint) from error
    finally:
        for name in (beside, *journals(beside)):
            with suppress(OSError):  # what went wrong before is what is told
                name.unlink(missing_ok=True)


def place(beside: Path, path: Path, *, over: bool) -> None:
    """Sync the file and give it its name; without `over`, one that came meanwhile stays."""
    _sync(beside)
    if over:
        beside.replace(path)
    else:
        _link(beside, path)
    _sync(path.parent)


def journals(path: Path) -> tuple[Path, ...]:
    """Return the names of what SQLite may leave beside a file."""
    return tuple(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))


def _link(beside: Path, path: Path) -> None:
    """Name the file where no other has the name."""
    try:
        path.hardlink_to(beside)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        if not path.exists():
            beside.rename(path)


def _sync(path: Path) -> None:
    """Wait until the file's bytes, or the folder's names, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
