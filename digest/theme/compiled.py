"""The shipped templates, compiled, kept where Python keeps this program's own bytecode.

Compiling all that a run needs takes a third of a second. A file that is stale, cannot be read or
cannot be written is done without; users' own templates are compiled each time. Where Python is told
to write no bytecode, none is written here either.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from pickle import PickleError

from jinja2.bccache import Bucket, FileSystemBytecodeCache

_BYTECODE = Path(cache_from_source(__file__)).parent


class Compiled(FileSystemBytecodeCache):
    """Keeps the templates below `folder`, as they are compiled with `filters`.

    `said` stands for what they say, in which tongue; `kept_in` is where they are kept.
    """

    def __init__(
        self,
        folder: Path,
        filters: Mapping[str, object],
        said: str = "",
        kept_in: Path = _BYTECODE,
    ) -> None:
        super().__init__(str(kept_in), "%s.template")
        self._folder = folder
        kinds = [f"{name} {getattr(each, 'jinja_pass_arg', '')}" for name, each in filters.items()]
        program = [path.stat().st_mtime_ns for path in sorted(Path(__file__).parent.glob("*.py"))]
        self._salt = f"{said} {sorted(kinds)} {program} "
        self._ours: set[str] = set()

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return the name of a template's file; remember whether it is one of ours."""
        key = super().get_cache_key(name, filename)
        if filename and Path(filename).is_relative_to(self._folder):
            self._ours.add(key)
        return key

    def get_source_checksum(self, source: str) -> str:
        """Return what tells whether a file is of this source, in this tongue, by this program."""
        return super().get_source_checksum(f"{self._salt}{source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a template of ours, if it is there."""
        if bucket.key in self._ours:
            with suppress(OSError, EOFError, ValueError, TypeError, PickleError):
                super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a template of ours, if that is possible."""
        if bucket.key in self._ours and not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)
