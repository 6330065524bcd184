"""What every command shares: which newsletter is meant, and the options they have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from digest.cli.newsletter import Newsletter

NOTHING_NEW = 3

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout (docs/cli.md).")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would be done, and do nothing.")]
Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Files to read where they lie, instead of the inbox.", show_default=False),
]


class Chosen:
    """The newsletter that the options before the command name."""

    root: Path = Path()
    config: Path | None = None


chosen = Chosen()


def newsletter() -> Newsletter:
    """Return the chosen newsletter; its settings are read now, everything else when it is used."""
    from digest.cli.logs import set_up
    from digest.cli.newsletter import Newsletter
    from digest.settings import load

    settings = load(chosen.root, chosen.config)
    set_up(settings.log.format, settings.log.level)
    return Newsletter(chosen.root, settings)
