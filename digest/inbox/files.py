"""A file in the inbox: what it is, whether somebody is still writing it, and its bytes.

Only regular files are opened, for reading, and never through a link. Nothing here moves a file.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from digest.errors import DumpError, NotADump

SAFELY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

KINDS = (
    (stat.S_ISLNK, "it is a link: drop the file itself"),
    (stat.S_ISDIR, "it is a folder: drop the files themselves"),
    (stat.S_ISFIFO, "it is a pipe, not a file"),
    (stat.S_ISSOCK, "it is a socket, not a file"),
    (lambda mode: not stat.S_ISREG(mode), "it is a device, not a file"),
)


class Identity(NamedTuple):
    """What changes when a file is written to or replaced."""

    device: int
    inode: int
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A dump open for reading, and what it was when it was opened."""

    path: Path
    file: BufferedReader = field(repr=False)
    identity: Identity

    @property
    def size(self) -> int:
        """Its bytes when it was opened."""
        return self.identity.size

    def unchanged(self) -> bool:
        """Tell whether it is still the file of that name, and nobody has written to it since."""
        try:
            named = identity_of(os.lstat(self.path))
        except FileNotFoundError:
            return False
        return named == identity_of(os.fstat(self.file.fileno())) == self.identity


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a dump; raises `DumpError` where it is no regular file, or the disk fails to give it."""
    try:
        _insist_on_file(os.lstat(path))
        descriptor = os.open(path, SAFELY)
    except OSError as e:
        raise DumpError(f"it cannot be opened: {e.strerror}") from e
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        _insist_on_file(status)
        try:
            yield Opened(path=path, file=file, identity=identity_of(status))
        except OSError as e:
            raise DumpError(
                f"it cannot be read: {e.strerror}",
                hint="look at the disk and at the file, then drop it again",
            ) from e


def digest_of(file: BufferedReader) -> str:
    """Return the SHA-256 of all its bytes, in hex, and go back to its start."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest


def identity_of(status: os.stat_result) -> Identity:
    """Return the identity that a file of this status has."""
    return Identity(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def refusal_of(mode: int) -> str:
    """Say why a thing of this kind is not read; nothing for a regular file."""
    return next((reason for is_kind, reason in KINDS if is_kind(mode)), "")


def probe(path: Path) -> tuple[bool, str]:
    """Open a quiet file to tell whether nobody writes to it, and why it cannot be read, if so."""
    try:
        descriptor = os.open(path, SAFELY)
    except OSError as e:
        is_lasting = e.errno in {errno.EACCES, errno.EPERM, errno.EIO}
        return False, f"it cannot be opened: {e.strerror}" if is_lasting else ""
    try:
        is_written = _is_written(descriptor) and _tells_writers(path.parent)
    finally:
        os.close(descriptor)
    return not is_written, ""


def _insist_on_file(status: os.stat_result) -> None:
    if refusal := refusal_of(status.st_mode):
        raise NotADump(refusal)


def _is_written(descriptor: int) -> bool:
    """Tell whether any process has the file open for writing: Linux then grants no read lease.

    See F_SETLEASE in fcntl(2). Where leases are not to be had, nobody is said to write.
    """
    if sys.platform != "linux":
        return False
    import fcntl
    import signal

    try:
        # A writer that comes while we hold it breaks the lease by a signal; SIGIO would end us.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as e:
        return e.errno == errno.EAGAIN
    return False


def _tells_writers(folder: Path) -> bool:
    """Tell whether a refused lease means a writer: network folders refuse every lease that way.

    Tried on a file without a name, which those do not have either.
    """
    try:
        writing = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as e:
        return e.errno not in {errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT}
    try:
        reading = os.open(f"/proc/self/fd/{writing}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(writing)
    try:
        return not _is_written(reading)
    finally:
        os.close(reading)
