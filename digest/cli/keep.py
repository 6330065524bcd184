"""Looking after a newsletter: status, doctor, backup and restore, and the check of its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.context import AsJson, DryRun, newsletter

config_app = typer.Typer(help="The settings.", no_args_is_help=True)


@config_app.command("check")
def check(as_json: AsJson = False) -> None:
    """Read the settings and show them all; what is wrong is told all at once (78)."""
    from digest.cli import shapes
    from digest.cli.words import tell_settings

    letter = newsletter()
    if as_json:
        shapes.put(letter.settings.shown())
    else:
        tell_settings(letter.settings.shown())
    if not letter.speaks_its_language:
        from digest.cli.examine import language

        typer.echo(f"site.language: {language(letter)}", err=True)


def status(as_json: AsJson = False) -> None:
    """Tell what was read when, what waits, what was rejected and why, and what comes next."""
    from digest.cli import shapes
    from digest.cli.state import state_of
    from digest.cli.words import tell_state

    state = state_of(newsletter())
    if as_json:
        shapes.put(shapes.state(state))
    else:
        tell_state(state)


def doctor(as_json: AsJson = False) -> None:
    """Examine everything the newsletter stands on, and say what to do about what is wrong (1)."""
    from digest.cli import shapes
    from digest.cli.examine import examine
    from digest.cli.words import tell_findings

    findings = tuple(examine(newsletter))
    if as_json:
        shapes.put([shapes.finding(each) for each in findings])
    else:
        tell_findings(findings)
    raise typer.Exit(0 if all(each.is_well for each in findings) else 1)


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; replaced if it is there.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Write the whole store to one file, also while others work with it."""
    from digest.cli import shapes
    from digest.cli.words import say
    from digest.store import backup as back_up

    letter = newsletter()
    _ = letter.store.id  # refused, as everywhere, where it is missing or damaged
    if not dry_run:
        back_up(letter.settings.store.url, file)
    if as_json:
        shapes.put({"backup": str(file)})
    elif dry_run:
        say(f"would write the store to {file}")
    else:
        say(f"the store is kept in {file}; digest restore {file} brings it back")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `digest backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace a store that holds papers.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make the store what a backup holds; then publish everything again."""
    from digest.cli import shapes
    from digest.cli.words import say
    from digest.store import open_store
    from digest.store import restore as bring_back

    letter = newsletter()
    if dry_run:
        open_store(f"sqlite:///{file.absolute()}", create=False).close()
    else:
        bring_back(letter.settings.store.url, file, force)
    if as_json:
        shapes.put({"restored": str(file)})
    elif dry_run:
        say(f"{file} is a sound backup; it would become the store")
    else:
        say(f"the store is what {file} held. Now: digest publish --all")
