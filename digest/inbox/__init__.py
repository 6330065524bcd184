"""The folder that dumps are dropped into: which are whole, and where they go once dealt with.

    inbox/2026-03-11.txt ──▶ look ──▶ read ──▶ accept ──▶ inbox/done/
                               └───────┴─────▶ reject ──▶ inbox/rejected/, with a .reason.txt

A file is whole when it lies unchanged for a while *and* no process has it open for writing. Nothing
here knows what is in a dump, waits, or reads the clock. Links, pipes and devices are never opened.
Each step can be killed at any instant and repeated.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digest.errors import ConfigError, DigestError
from digest.inbox.files import Identity, Opened, digest_of, identity_of, opened, probe, refusal_of
from digest.inbox.places import REASON, free_place, legible, move, sync, write_note

__all__ = ["Arrivals", "Inbox", "Opened", "digest_of", "is_ignored"]

DONE, REJECTED = "done", "rejected"
OURS = frozenset({DONE, REJECTED, "lost+found"})
UNFINISHED_NAMES = (".part", ".partial", ".filepart", ".tmp", ".crdownload", ".download", "~")
NEXT = "Mend or replace it and drop it into the inbox again, or delete it together with this note."


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What lies in the inbox, each by name: to be read, to wait for, to be rejected and why."""

    whole: tuple[Path, ...] = ()
    unfinished: tuple[Path, ...] = ()
    refused: tuple[tuple[Path, str], ...] = ()


def is_ignored(name: str) -> bool:
    """Tell whether a name in the inbox is ours, hidden, or that of a file still on its way."""
    folded = name.casefold()
    return name in OURS or name.startswith(".") or folded.endswith((REASON, *UNFINISHED_NAMES))


class Inbox:
    """The inbox `folder`. `settle_seconds` is how long a file must lie unchanged to be whole."""

    def __init__(self, folder: Path, settle_seconds: float) -> None:
        self.folder = folder
        self._settle_seconds = settle_seconds
        self._seen: dict[str, tuple[Identity, float]] = {}  # and since when it is so

    def look(self, now: datetime) -> Arrivals:
        """Tell what lies in the inbox; remembers it, to know next time what has changed since.

        Raises `ConfigError` where there is no such folder, or it may not be read.
        """
        whole: list[Path] = []
        unfinished: list[Path] = []
        refused: list[tuple[Path, str]] = []
        seen = self._seen
        self._seen = {}
        for name, status in self._entries():
            path = self.folder / name
            is_quiet = self._is_quiet(name, status, now.timestamp(), seen)
            refusal = refusal_of(status.st_mode)
            if not refusal and is_quiet:
                is_free, refusal = probe(path)
                is_quiet = is_free
            if refusal:
                refused.append((path, refusal))
            else:
                (whole if is_quiet else unfinished).append(path)
        return Arrivals(whole=tuple(whole), unfinished=tuple(unfinished), refused=tuple(refused))

    @staticmethod
    def read(path: Path) -> AbstractContextManager[Opened]:
        """Open a dump; raises `DumpError` where it is no regular file or cannot be opened."""
        return opened(path)

    def accept(self, path: Path) -> Path:
        """Move a dump that is dealt with to `done/`, and return its new place.

        One that somebody took away meanwhile is left at that.
        """
        with self._moving(path, DONE) as folder:
            target = free_place(folder, path.name)
            move(path, target)
        return target

    def reject(self, path: Path, reason: str, *, hint: str = NEXT) -> Path:
        """Move what cannot be read to `rejected/` and return its new place.

        The reason stands beside it before it is there, so nothing ever lies there unexplained.
        """
        with self._moving(path, REJECTED) as folder:
            target = free_place(folder, path.name)
            if os.path.lexists(path):
                write_note(target, path.name, reason, hint)
                move(path, target)
        return target

    def _entries(self) -> list[tuple[str, os.stat_result]]:
        """Return what is no concern of others, by name, with what the names stand for."""
        entries = []
        try:
            with os.scandir(self.folder) as found:
                for entry in found:
                    if not is_ignored(entry.name):
                        try:
                            entries.append((entry.name, entry.stat(follow_symlinks=False)))
                        except FileNotFoundError:
                            continue  # taken away between the two calls
        except OSError as e:
            raise self._unusable(e) from e
        return sorted(entries, key=lambda entry: entry[0])

    def _is_quiet(
        self,
        name: str,
        status: os.stat_result,
        now: float,
        seen: dict[str, tuple[Identity, float]],
    ) -> bool:
        """Tell whether a file was last changed long enough ago, by its own time or by ours.

        Its own may lie in the future, or ours may be set back: then what we saw ourselves counts.
        """
        identity = identity_of(status)
        before, since = seen.get(name, (identity, now))
        since = min(since, now) if before == identity else now
        self._seen[name] = (identity, since)
        return max(now - status.st_mtime, now - since) >= self._settle_seconds

    @contextmanager
    def _moving(self, path: Path, name: str) -> Iterator[Path]:
        """Make the folder `name` if need be, and wrap what goes wrong while moving there."""
        folder = self.folder / name
        try:
            folder.mkdir(exist_ok=True)
            yield folder
            sync(folder)
        except OSError as e:
            if not self.folder.is_dir():
                raise self._unusable(e) from e
            raise DigestError(
                f"{legible(path.name)} cannot be moved there: {e.strerror}",
                at=str(folder),
                hint="See that it is a folder with free space, on one disk with the inbox, that "
                "this user may write to. The file stays in the inbox and is not read twice.",
            ) from e

    def _unusable(self, error: OSError) -> ConfigError:
        return ConfigError(
            f"the inbox cannot be used: {error.strerror}",
            at=str(self.folder),
            hint="Make the folder and let this user read and write it, or correct paths.inbox.",
        )
