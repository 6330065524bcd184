"""What a publish will change: each file that differs, whole, in a folder where nobody looks.

Nothing of the live folder changes here. A file is compared with what is there; what is the same is
left out. Where no file could go, because a folder stands there, is found out here too.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from digest.models import Rendered
from digest.output.failures import refusal, reported
from digest.output.paths import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The paths at which a publish changes something. Where it was refused, nothing changed.

    `is_repair` says that nothing had changed that the output depends on: somebody else did.
    """

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    is_repair: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """All of them."""
        return self.new + self.changed + self.removed


class Stage:
    """The changes of one publish. `folder` is where files are kept; without one, none is."""

    def __init__(self, live: Path, folder: Path | None) -> None:
        self._live = live
        self._folder = folder
        self._root = str(live)
        self._places = Places(live)
        self._numbers = count()
        self._sources: dict[str, str] = {}
        self._new: dict[str, str] = {}
        self._changed: dict[str, str] = {}
        self._gone: dict[str, str] = {}

    def add(self, files: Iterable[Rendered]) -> None:
        """Take in files; of a path that is given twice, the last."""
        with reported(self._live, self._folder):
            for file in files:
                try:
                    self._add(file)
                except OSError as error:
                    raise refusal(error, self._live / file.path, self._folder) from error

    def remove(self, paths: Iterable[str]) -> None:
        """Let files be removed, where there are any."""
        with reported(self._live, self._folder):
            for path in paths:
                with suppress(FileExistsError):  # a file where its folder would be
                    place = self._places.of(path)
                    if os.path.lexists(f"{self._root}/{place}"):
                        self._gone[place] = path

    @property
    def paths(self) -> tuple[str, ...]:
        """Where files are to be put, relative to the live folder, by no link."""
        return (*self._new, *self._changed)

    @property
    def gone(self) -> tuple[str, ...]:
        """Where files are to be removed."""
        paths = {*self._new, *self._changed}
        return tuple(place for place in self._gone if place not in paths)

    def source(self, place: str) -> str:
        """Name the file that is to be put at a place."""
        return self._sources[place]

    @property
    def difference(self) -> Difference:
        """What would change, as it was named, in the order given."""
        return Difference(
            new=tuple(self._new.values()),
            changed=tuple(self._changed.values()),
            removed=tuple(self._gone[place] for place in self.gone),
        )

    def _add(self, file: Rendered) -> None:
        place = self._places.of(file.path)
        target = f"{self._root}/{place}"
        told = _status(target)
        for held in (self._new, self._changed):
            held.pop(place, None)
        if told is not None and _holds(target, told, file.content):
            return
        self._keep(place, file.content)
        (self._new if told is None else self._changed)[place] = file.path

    def _keep(self, place: str, content: bytes) -> None:
        if self._folder is not None:
            source = self._sources[place] = f"{self._folder}/{next(self._numbers)}"
            _write(source, content)


def _write(target: str, content: bytes) -> None:
    """Write a file that is not there yet."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def _status(target: str) -> os.stat_result | None:
    """Return what lies at a place, None for nothing. A folder is refused: a page goes there."""
    try:
        told = os.lstat(target)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(told.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), target)
    return told


def _holds(target: str, told: os.stat_result, content: bytes) -> bool:
    if not stat.S_ISREG(told.st_mode) or told.st_size != len(content):
        return False
    with open(target, "rb", buffering=0) as file:
        return file.read() == content
