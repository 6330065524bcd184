"""Making a new newsletter: its folder, its commented settings, its inbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from shutil import copyfile

from digest.errors import UsageError
from digest.settings import shipped_config

SAMPLES = "samples"

Step = tuple[Path, Callable[[], object]]
"""A file or folder to make, and how."""


def plan(folder: Path, *, with_samples: bool) -> tuple[Step, ...]:
    """Return what is missing in the folder, in order; what is there stays as it is."""
    config = folder / "digest.toml"
    if config.exists() and not with_samples:
        raise UsageError(
            "there is a newsletter already", at=str(config), hint="run it: digest --dir … run"
        )
    folders = (folder, folder / "inbox", folder / "templates", folder / "output")
    steps: list[Step] = [
        (part, partial(part.mkdir, parents=True)) for part in folders if not part.exists()
    ]
    if not config.exists():
        steps.append((config, partial(config.write_text, shipped_config(), encoding="utf-8")))
    if with_samples:
        dumps = sorted(path for path in _samples().iterdir() if path.name != "README.md")
        copies = [(folder / "inbox" / dump.name, dump) for dump in dumps]
        steps += [(copy, partial(copyfile, dump, copy)) for copy, dump in copies]
    return tuple(steps)


def make(steps: Sequence[Step]) -> None:
    """Take the steps; raises `UsageError` where the folder cannot be written."""
    for path, step in steps:
        try:
            step()
        except OSError as error:
            raise UsageError(
                f"cannot be made: {error.strerror}",
                at=str(path),
                hint="choose a folder you may write to",
            ) from error


def _samples() -> Path:
    """Return the folder of invented dumps: in the installed package, or in a checkout."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "config" / SAMPLES
    return packaged if packaged.is_dir() else package.parent / "config" / SAMPLES
