"""A mailbox: mails out of an mbox file, a Maildir, a folder of `.eml` files, or a pipe.

Of each mail only the start is kept. Nothing is written but the mark of what was read in a Maildir:
a mail goes from `new` to `cur`, seen. What a mail says is not looked at.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from digest.errors import MailboxBusy, MailboxError, UsageError

_SAFELY: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK: Final = 64 * 1024
_QUOTED: Final = re.compile(rb">+From ")
_HINT: Final = "Name an mbox file, a Maildir, a folder of .eml files, or - for a pipe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail, or the start of one, and where it was. `fault` says why it could not be read.

    `file` is where it lies in a Maildir, to be marked as seen; None elsewhere.
    """

    name: str
    content: bytes = field(default=b"", repr=False)
    file: Path | None = None
    fault: str = ""


def mails_in(
    path: Path, most_bytes: int, *, seen_too: bool = False, patience_seconds: float = 5.0
) -> Iterator[Mail]:
    """Yield the mails at `path`, the first `most_bytes` of each.

    Of a Maildir those that nobody has seen, unless `seen_too`. Raises `UsageError` where there is
    nothing to read, `MailboxBusy` where another program holds an mbox for longer than
    `patience_seconds`, `MailboxError` where it cannot be read. A file in a folder that cannot be
    read is a mail with a `fault`.
    """
    if path.is_dir():
        yield from _in_folder(path, most_bytes, seen_too)
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as e:
        raise UsageError(f"it cannot be opened: {e.strerror}", at=str(path), hint=_HINT) from e
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UsageError("it is neither a file nor a folder", at=str(path), hint=_HINT)
        if file.peek(5)[:5] == b"From ":
            with _copied(file, path, patience_seconds) as copy:
                yield from _in_mbox(copy, path.name, most_bytes)
        else:
            yield Mail(name=path.name, content=file.read(most_bytes))


def mail_in(stream: BinaryIO, most_bytes: int) -> Mail:
    """Read the one mail that a mail server writes into a pipe, to its end."""
    content = stream.read(most_bytes)
    while stream.read(_CHUNK):
        pass  # a server whose pipe breaks would try again
    return Mail(name="-", content=content)


def put_away(mails: Iterable[Mail]) -> None:
    """Mark mails of a Maildir as seen: what is in `new` goes to `cur` (Maildir's own rules)."""
    for mail in mails:
        if mail.file is None:
            continue
        name, _, flags = mail.file.name.partition(":2,")
        seen = f"{name}:2,{''.join(sorted({*flags, 'S'}))}"
        try:
            mail.file.rename(mail.file.parent.parent / "cur" / seen)
        except FileNotFoundError:
            continue  # another program has moved it
        except OSError as e:
            raise MailboxError(
                f"what was read cannot be marked as seen: {e.strerror}",
                at=str(mail.file.parent),
                hint="Give the user who runs `digest` the right to move files there",
            ) from e


def _in_folder(path: Path, most_bytes: int, seen_too: bool) -> Iterator[Mail]:
    """Yield the mails of a Maildir or of a folder of files, by their names."""
    is_maildir = (path / "new").is_dir() and (path / "cur").is_dir()
    for folder in (path / "new", path / "cur") if is_maildir else (path,):
        for file in _files(folder):
            flags = file.name.partition(":2,")[2]
            is_wanted = seen_too or "S" not in flags if is_maildir else file.suffix == ".eml"
            if is_wanted:
                yield from _in_file(file, most_bytes, is_maildir)


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if not file.name.startswith("."))
    except OSError as e:
        raise MailboxError(f"it cannot be read: {e.strerror}", at=str(folder)) from e


def _in_file(file: Path, most_bytes: int, is_maildir: bool) -> Iterator[Mail]:
    """Yield the mail of a file of its own; nothing where the file is gone."""
    try:
        descriptor = os.open(file, _SAFELY)
        with os.fdopen(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                yield Mail(name=file.name, fault="it is no file")
                return
            content = opened.read(most_bytes)
    except FileNotFoundError:
        return
    except OSError as e:
        yield Mail(name=file.name, fault=f"it cannot be read: {e.strerror}")
        return
    yield Mail(name=file.name, content=content, file=file if is_maildir else None)


@contextmanager
def _copied(file: BinaryIO, path: Path, patience_seconds: float) -> Iterator[BinaryIO]:
    """Copy an mbox while nobody writes to it, so that it is held for a moment only."""
    with tempfile.TemporaryFile() as copy:
        _hold(file, path, patience_seconds)
        try:
            shutil.copyfileobj(file, copy, 1024 * 1024)
        except OSError as e:
            hint = "Look at the disk, and whether the folder for temporary files has room"
            raise MailboxError(f"it cannot be copied: {e.strerror}", at=str(path), hint=hint) from e
        finally:
            fcntl.lockf(file, fcntl.LOCK_UN)
        copy.seek(0)
        yield copy


def _hold(file: BinaryIO, path: Path, patience_seconds: float) -> None:
    """Lock an mbox as mail servers do: by fcntl, and not while the file NAME.lock is there."""
    until = time.monotonic() + patience_seconds
    while True:
        try:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as e:
            if not isinstance(e, BlockingIOError | PermissionError):
                raise MailboxError(f"it cannot be locked: {e.strerror}", at=str(path)) from e
        else:
            if not path.with_name(path.name + ".lock").exists():
                return
            fcntl.lockf(file, fcntl.LOCK_UN)
        if time.monotonic() > until:
            raise MailboxBusy(
                "another program is writing to it", at=str(path), hint="Try again in a moment"
            )
        time.sleep(0.05)


def _in_mbox(file: BinaryIO, name: str, most_bytes: int) -> Iterator[Mail]:
    """Yield the mails of an mbox (RFC 4155), their quoted `>From ` lines as they were."""
    kept: list[bytes] = []
    size, count, is_after_gap, is_start = 0, 0, True, True
    for line in iter(lambda: file.readline(_CHUNK), b""):
        if is_start and is_after_gap and line.startswith(b"From "):
            if count:
                yield Mail(name=f"{name}#{count}", content=b"".join(kept))
            kept, size, count = [], 0, count + 1
        elif size < most_bytes:
            told = line[1:] if is_start and _QUOTED.match(line) else line
            kept.append(told[: most_bytes - size])
            size += len(told)
        is_after_gap = is_start and not line.strip(b"\r\n")
        is_start = line.endswith(b"\n")
    if count:
        yield Mail(name=f"{name}#{count}", content=b"".join(kept))
