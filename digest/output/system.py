"""What Python lacks of the system: two names exchanged at once, a file system flushed whole.

Each tells Python's audit hooks that it is called, as the functions of `os` do.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

Exchange = Callable[[Path, Path], None]

_LIBC = ctypes.CDLL(None, use_errno=True)
_FROM_HERE = -100  # AT_FDCWD of <fcntl.h>
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux and RENAME_SWAP of macOS


def has_exchange() -> bool:
    """Tell whether the system has a call that exchanges two names."""
    return hasattr(_LIBC, "renameat2") or hasattr(_LIBC, "renamex_np")


def exchange(one: Path, other: Path) -> None:
    """Exchange what lies at two paths, in one instant (renameat2(2)); `OSError` where it cannot."""
    sys.audit("digest.exchange", str(one), str(other))
    names = os.fsencode(one), os.fsencode(other)
    if hasattr(_LIBC, "renameat2"):
        _call("renameat2", one, _FROM_HERE, names[0], _FROM_HERE, names[1], _EXCHANGE)
    elif hasattr(_LIBC, "renamex_np"):
        _call("renamex_np", one, *names, _EXCHANGE)
    else:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(one))


def flush(folder: Path) -> None:
    """Put all that was written to a folder's file system onto its disk, with one call (sync(2)).

    One call for many files: flushing each by itself takes as long again for each.
    """
    sys.audit("digest.flush", str(folder))
    if not hasattr(_LIBC, "syncfs"):
        os.sync()
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _call("syncfs", folder, descriptor)
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """Put a folder's own entries onto the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _call(name: str, path: Path, *arguments: int | bytes) -> None:
    ctypes.set_errno(0)
    if getattr(_LIBC, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(path))
