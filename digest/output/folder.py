"""The output folder as the pipeline uses it: read, and changed by one publish after the other.

Changed files are kept aside until all are there and on the disk. Then a folder that holds them
takes the place of the live one (`twin`); a publish that is killed or refused before has changed
nothing. Where two folders cannot be exchanged (the output is a mount point, lies in a folder that
may not be written, on a network, or is a repository), the files are moved into the live folder one
by one in a safe order (`trees`): each is whole, and none leads to one that is not there. While that
lasts the manifest says that all is to be made anew, for nobody else knows how far it came.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from digest.models import Rendered
from digest.output import manifest as manifests
from digest.output.failures import reported
from digest.output.manifest import Manifest
from digest.output.obstacles import obstacle
from digest.output.paths import Places
from digest.output.stage import Difference, Stage
from digest.output.system import Exchange, exchange, flush
from digest.output.trees import put, remove
from digest.output.twin import Twin, home_of, lock

_INSIDE = ".digest-stage"
"""Where files are kept inside of the live folder, if they cannot be kept beside it."""


class Output:
    """A folder of published files. Several processes may publish to it, one after the other.

    `exchange` is the system's call that exchanges two folders.
    """

    def __init__(self, folder: Path, exchange: Exchange = exchange) -> None:
        self.folder = folder
        self._exchange = exchange

    @property
    def exists(self) -> bool:
        """Whether something was ever published here, even if its manifest cannot be read."""
        with reported(self.folder):
            editions = self.folder / "editions"
            has_editions = editions.is_dir() and any(path.is_dir() for path in editions.iterdir())
            return has_editions or os.path.lexists(self.folder / manifests.PATH)

    @property
    def obstacle(self) -> str:
        """What keeps a publish from being seen at one instant, as far as can be told; or nothing.

        Files are put one by one then.
        """
        live = Path(os.path.realpath(self.folder))
        return obstacle(live, home_of(live))

    def manifest(self) -> Manifest | None:
        """Return what the last publish left, None where there is none or it is damaged."""
        return manifests.read(self.held(manifests.PATH) or b"")

    def held(self, path: str) -> bytes | None:
        """Return what lies at a path, None where that is nothing, or cannot be read."""
        with suppress(OSError):
            return Places(self.folder).target(path).read_bytes()
        return None

    def names(self, folder: str) -> frozenset[str]:
        """Name what lies in a folder of the output."""
        with reported(self.folder / folder):
            target = Places(self.folder).target(folder)
            return frozenset(p.name for p in target.iterdir()) if target.is_dir() else frozenset()

    @contextmanager
    def publishing(self) -> Iterator[Publication]:
        """Hold the folder against other processes, and take in what is to change there."""
        with reported(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        with _held(self.folder) as live:
            twin = Twin(live, self._exchange, leave=_INSIDE)
            with closing(twin), _stage(twin, live) as (stage, is_beside):
                yield Publication(self.folder, live, stage, twin if is_beside else None)

    def rehearsal(self) -> Stage:
        """Take in what would be changed, and keep none of it."""
        return Stage(self.folder, None)

    def write(self, files: Iterable[Rendered], gone: Iterable[str] = ()) -> list[str]:
        """Publish `files`, and remove those `gone`; return the paths where something changed."""
        with self.publishing() as publication:
            publication.stage.add(files)
            publication.stage.remove(gone)
            publication.finish()
            return list(publication.stage.difference.paths)


class Publication:
    """One change of the live folder: what is taken into its `stage` becomes visible at its end."""

    def __init__(self, folder: Path, live: Path, kept: Path, twin: Twin | None) -> None:
        self.stage = Stage(folder, kept)
        self._live = live
        self._kept = kept
        self._twin = twin

    def finish(self, manifest: Manifest | None = None) -> Difference:
        """Let all be seen, with the manifest; return what was changed besides that."""
        stage, difference = self.stage, self.stage.difference
        if manifest is not None:
            stage.add([manifest.rendered()])
        if stage.paths or stage.gone:
            with reported(self._live, self._twin.home if self._twin else self._kept):
                is_done = self._twin and self._twin.publish(stage.paths, stage.source, stage.gone)
                if not is_done:
                    self._put_one_by_one(manifest)
        return difference

    def _put_one_by_one(self, manifest: Manifest | None) -> None:
        """Move the files into the live folder; meanwhile the manifest says that nothing is sure."""
        flush(self._live)
        if manifest is not None:
            self._tell(manifest.unsure())
        paths = [path for path in self.stage.paths if path != manifests.PATH]
        put(str(self._live), paths, self._move)
        remove(str(self._live), self.stage.gone)
        if manifest is not None:
            self._tell(manifest)
        flush(self._live)

    def _tell(self, manifest: Manifest) -> None:
        beside = self._kept / manifests.PATH
        beside.write_bytes(manifest.rendered().content)
        beside.replace(self._live / manifests.PATH)

    def _move(self, path: str) -> None:
        """Move a file into the live folder, out of the twin where that has taken it."""
        source = self.stage.source(path)
        if self._twin and not os.path.lexists(source):
            source = self._twin.taken(path)
        os.replace(source, f"{self._live}/{path}")


@contextmanager
def _stage(twin: Twin, live: Path) -> Iterator[tuple[Path, bool]]:
    """Make a folder for files, if possible beside the live one; they get the rights of that."""
    with reported(live):
        inside = live / _INSIDE
        shutil.rmtree(inside, ignore_errors=True)
        inside.mkdir()
        beside = twin.receive(inside)
    try:
        yield beside or inside, beside is not None
    finally:
        shutil.rmtree(beside or inside, ignore_errors=True)


@contextmanager
def _held(folder: Path) -> Iterator[Path]:
    """Hold a folder, wherever it lies; after waiting, another one may lie there."""
    while True:
        with reported(folder):
            live = Path(os.path.realpath(folder))
            descriptor = lock(live)
        try:
            if os.path.samestat(os.fstat(descriptor), live.stat()):
                yield live
                return
        finally:
            os.close(descriptor)
