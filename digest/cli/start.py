"""Making a new newsletter: its folder, its commented settings, its inbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

from digest.errors import UsageError
from digest.settings import shipped_config

SAMPLES = "samples"


def init(folder: Path, *, with_samples: bool) -> Iterator[Path]:
    """Make what is missing in the folder, and yield it; what is there stays as it is."""
    config = folder / "digest.toml"
    if config.exists() and not with_samples:
        raise UsageError(
            "there is a newsletter already", at=str(config), hint="run it: digest --dir … run"
        )
    for part in (folder, folder / "inbox", folder / "templates", folder / "output"):
        if not part.exists():
            part.mkdir(parents=True)
            yield part
    if not config.exists():
        config.write_text(shipped_config(), encoding="utf-8")
        yield config
    if with_samples:
        for sample in sorted(_samples().iterdir()):
            if sample.name != "README.md":
                yield Path(copyfile(sample, folder / "inbox" / sample.name))


def _samples() -> Path:
    """Return the folder of invented dumps: in the installed package, or in a checkout."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "config" / SAMPLES
    return packaged if packaged.is_dir() else package.parent / "config" / SAMPLES
