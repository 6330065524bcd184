"""What the system refused, told as what to do about it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digest.errors import OutputError

_HINTS = {
    errno.ENOSPC: "free some room on the disk and run again",
    errno.EDQUOT: "free some room within the quota and run again",
    errno.EROFS: "mount the file system for writing, or set another output folder",
    errno.EACCES: "give the user who runs digest the right to write there",
    errno.EPERM: "give the user who runs digest the right to write there",
    errno.EISDIR: "a folder stands where a page goes: move it away",
    errno.ENOTDIR: "a file stands where a folder goes: move it away",
    errno.EEXIST: "a file stands where a folder goes: move it away",
}


@contextmanager
def reported(place: Path, hidden: Path | None = None) -> Iterator[None]:
    """Turn what the system refuses into an `OutputError` at the file at fault, or at `place`.

    What lies in a `hidden` folder is named to nobody: the fault is at `place` then, too.
    """
    try:
        yield
    except OSError as error:
        raise refusal(error, place, hidden) from error


def refusal(error: OSError, place: Path, hidden: Path | None) -> OutputError:
    """Tell what the system refused; what is given is as of `reported`."""
    at = Path(str(error.filename2 or error.filename or place))
    if hidden is not None and at.is_relative_to(hidden):
        at = place
    hint = _HINTS.get(error.errno or 0, "mend it and run again: each file is whole as it is")
    return OutputError(f"this cannot be written: {error.strerror or error}", at=str(at), hint=hint)
