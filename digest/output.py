"""The output folder: what is published, each file whole at every instant.

A changed file is written beside its place under a temporary name, flushed to the disk, and renamed
over the old one; unchanged bytes are not touched. Files become visible in the order given, and the
folders of one kind of page (`papers/…`, then `editions/…`, …) are on the disk before the first page
of the next kind appears: whoever gives leaves first and the index last has no page that points at
one not yet there, whenever the process is killed or the power goes. The manifest, written last,
says which state of the store the folder shows.

Flushing is what costs: it runs in a few threads, so that the file system joins the flushes of many
files into one commit of its journal. What they hold, and in which order, is the renderers' matter.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from digest.errors import OutputError
from digest.models import Rendered

_MANIFEST = ".digest.json"
_TEMPORARY = re.compile(r"\.digest-[0-9a-f]{16}\.tmp")
_BATCH = 256
_THREADS = 4
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an output folder shows: which store, up to which change, by which templates.

    While a publish is under way it says so; where that was killed, the next has to finish it.
    """

    store_id: str
    change: int
    fingerprint: str
    is_finished: bool = True


class Output:
    """A folder of published files. Several processes may write to it, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._is_swept = False

    @property
    def exists(self) -> bool:
        """Whether something was ever published here, even if its manifest cannot be read."""
        with _reported(self.folder):
            editions = self.folder / "editions"
            has_editions = editions.is_dir() and any(path.is_dir() for path in editions.iterdir())
            return has_editions or os.path.lexists(self.folder / _MANIFEST)

    def manifest(self) -> Manifest | None:
        """Return what the last finished publish left, None where there is none or it is damaged."""
        try:
            manifest = Manifest(**json.loads(self.held(_MANIFEST) or b""))
        except (ValueError, TypeError, RecursionError):
            return None
        told = (manifest.store_id, manifest.change, manifest.fingerprint, manifest.is_finished)
        return manifest if [type(value) for value in told] == [str, int, str, bool] else None

    def held(self, path: str) -> bytes | None:
        """Return what lies at a path, None where that is nothing, or cannot be read."""
        with suppress(OSError):
            return self._target(path).read_bytes()
        return None

    def names(self, folder: str) -> frozenset[str]:
        """Name what lies in a folder of the output."""
        with _reported(target := self._target(folder)):
            return frozenset(p.name for p in target.iterdir()) if target.is_dir() else frozenset()

    def write(self, files: Iterable[Rendered]) -> list[str]:
        """Publish `files` in their order, and return the paths whose bytes changed."""
        with self._writing():
            return [path for batch in _batches(files) for path in self._change(batch)]

    def differing(self, files: Iterable[Rendered]) -> list[str]:
        """Return the paths that `write` would change, and change nothing."""
        with _reported(self.folder):
            return [file.path for batch in _batches(files) for file in self._changed(batch)]

    def create(self, files: Iterable[Rendered]) -> list[str]:
        """Publish those of `files` that are not there yet; the others stay as they are."""
        return self.write(file for file in files if not os.path.lexists(self._target(file.path)))

    def remove(self, paths: Iterable[str]) -> list[str]:
        """Remove files, and the folders that this leaves empty; return what was there."""
        with self._writing():
            return [path for path in paths if self._remove(self._target(path))]

    @property
    def is_unfinished(self) -> bool:
        """Whether a publish began to change what another had finished, and did not end."""
        manifest = self.manifest()
        return manifest is not None and not manifest.is_finished

    def finish(self, manifest: Manifest) -> None:
        """Record what the folder now shows. Call it last, when all is written and removed."""
        with self._writing():
            self._publish(self._changed([_rendered(manifest)]))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the folder against other processes; sweep away what a killed one left."""
        with _reported(self.folder):
            for parent in _make(self.folder):
                _sync(parent)
            lock = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                with suppress(OSError):  # some network file systems have no locks
                    fcntl.flock(lock, fcntl.LOCK_EX)
                self._sweep()
                yield
            finally:
                os.close(lock)

    def _sweep(self) -> None:
        if self._is_swept:
            return
        for folder, _, names in os.walk(self.folder):
            for name in names:
                if _TEMPORARY.fullmatch(name):
                    Path(folder, name).unlink(missing_ok=True)
        self._is_swept = True

    def _target(self, path: str) -> Path:
        """Return where a path of ours lies, or refuse one that leads out of the folder."""
        pieces = path.split("/")
        if not path.isprintable() or "\\" in path or any(p in ("", ".", "..") for p in pieces):
            hint = "this is a mistake in the program, please report it"
            raise OutputError("this is no path of a published file", at=repr(path), hint=hint)
        target = self.folder.joinpath(*pieces)
        root = os.path.realpath(self.folder)
        parent = os.path.realpath(target.parent)
        if os.path.commonpath((root, parent)) != root:
            raise OutputError(
                "a symbolic link leads out of the output folder",
                at=str(target.parent),
                hint="remove the link, or set the folder it leads to as the output folder",
            )
        return target

    def _change(self, batch: list[Rendered]) -> list[str]:
        """Publish what differs of a batch; return its paths."""
        changed = self._changed(batch)
        if changed:
            self._begin()
        return self._publish(changed)

    def _changed(self, files: list[Rendered]) -> list[Rendered]:
        return [file for file in files if not _holds(self._target(file.path), file.content)]

    def _begin(self) -> None:
        """Say in the manifest that something is about to change, until `finish` takes it back."""
        manifest = self.manifest()
        if manifest is not None and manifest.is_finished:
            self._publish([_rendered(replace(manifest, is_finished=False))])

    def _publish(self, files: list[Rendered]) -> list[str]:
        """Make files visible in their order, then durable; return their paths."""
        drafts = [
            _Draft(path=file.path, target=self._target(file.path), content=file.content)
            for file in files
        ]
        touched = {draft.target.parent for draft in drafts}
        for folder in tuple(touched):
            touched.update(_make(folder))
        try:
            with ThreadPoolExecutor(_THREADS) as pool:
                list(pool.map(_stage, drafts))
                for draft in drafts:
                    draft.temporary.replace(draft.target)
                list(pool.map(_sync, touched))
        finally:
            for draft in drafts:
                with suppress(OSError):
                    draft.temporary.unlink(missing_ok=True)
        return [draft.path for draft in drafts]

    def _remove(self, target: Path) -> bool:
        if not os.path.lexists(target):
            return False
        self._begin()
        target.unlink()
        folder = target.parent
        while folder != self.folder and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent
        _sync(folder)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A file to publish, and the name it has until it is whole."""

    path: str
    target: Path
    content: bytes
    token: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def temporary(self) -> Path:
        return self.target.with_name(f".digest-{self.token}.tmp")


def _rendered(manifest: Manifest) -> Rendered:
    content = json.dumps(asdict(manifest), sort_keys=True).encode() + b"\n"
    return Rendered(path=_MANIFEST, content=content)


def _batches(files: Iterable[Rendered]) -> Iterator[list[Rendered]]:
    """Cut at each change of kind: of first folder or of depth. No batch has a path twice."""
    batch: dict[str, Rendered] = {}
    kind = None
    for file in files:
        depth = file.path.count("/")
        its_kind = (depth, file.path.partition("/")[0] if depth else "")
        if batch and (its_kind != kind or len(batch) == _BATCH or file.path in batch):
            yield list(batch.values())
            batch.clear()
        batch[file.path] = file
        kind = its_kind
    if batch:
        yield list(batch.values())


def _holds(target: Path, content: bytes) -> bool:
    try:
        status = target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    is_alike = stat.S_ISREG(status.st_mode) and status.st_size == len(content)
    return is_alike and target.read_bytes() == content


def _make(folder: Path) -> Iterator[Path]:
    """Create a folder and those above it; yield each folder that got a new entry."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        yield folder.parent


def _stage(draft: _Draft) -> None:
    """Write a draft under its temporary name, with the rights the umask gives, onto the disk."""
    with _reported(draft.target), draft.temporary.open("xb") as file:
        file.write(draft.content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _reported(place: Path) -> Iterator[None]:
    """Turn what the system refuses into an `OutputError` at the file at fault, or at `place`."""
    try:
        yield
    except OSError as error:
        name = str(error.filename2 or error.filename or place)
        at = str(place) if _TEMPORARY.fullmatch(Path(name).name) else name
        hint = _HINTS.get(error.errno or 0, "mend it and run again: each file is whole as it is")
        raise OutputError(
            f"this cannot be written: {error.strerror or error}", at=at, hint=hint
        ) from error
