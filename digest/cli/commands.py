"""The commands, each a few lines: read the settings, do it, tell it, leave with a code.

Nothing heavy is imported until a command runs: `digest --help` stays quick.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest import __version__
from digest.cli import (
    admin,
    bounces,
    catch,
    channels,
    curate,
    deliver,
    keep,
    keys,
    ping,
    preview,
    search,
    serve,
    subscribers,
    templates,
    topics,
)
from digest.cli.context import NOTHING_NEW, AsJson, DryRun, Files, chosen, newsletter

app = typer.Typer(
    name="digest",
    help="Get trending papers in your inbox: dumps of paper listings in, a newsletter out.",
    epilog="Start with: digest init my-digest. Exit codes: 0 done, 1 failed, 2 usage, "
    "3 nothing new, 75 try later, 78 configuration.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"digest {__version__}")
        raise typer.Exit


@app.callback()
def choose(
    folder: Annotated[
        Path,
        typer.Option("--dir", "-C", envvar="DIGEST_DIR", help="The newsletter's folder."),
    ] = Path(),
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            envvar="DIGEST_CONFIG",
            help="Its settings, where they are not in digest.toml or config/digest.toml.",
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - typer calls _print_version
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Remember which newsletter is meant."""
    chosen.root, chosen.config = folder, config


@app.command(rich_help_panel="Start")
def init(
    folder: Annotated[
        Path, typer.Argument(help="Where to make it; the folder may exist.")
    ] = Path(),
    samples: Annotated[
        bool, typer.Option("--samples", help="Put invented sample dumps in the inbox.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make a new newsletter: a commented digest.toml, an inbox/ and a templates/ folder."""
    from digest.cli import shapes
    from digest.cli.start import make, plan
    from digest.cli.words import say

    steps = plan(folder, with_samples=samples)
    if not dry_run:
        make(steps)
    if as_json:
        shapes.put({"made": [str(path) for path, _ in steps]})
        return
    for path, _ in steps:
        say(f"{'would make' if dry_run else 'made'} {path}")
    say(f"Now drop dumps into {folder / 'inbox'}, and: digest --dir {folder} run")


@app.command(rich_help_panel="Every day")
def run(files: Files = None, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Read what has arrived, publish it, send out what is due, and leave (3: nothing is new)."""
    from digest.cli import shapes, work
    from digest.cli.errands import run_once
    from digest.cli.words import say, tell_run

    letter = newsletter()
    report = work.rehearse(letter, files) if dry_run else work.run(letter, files)
    sent, failed = ({}, []) if dry_run else run_once(letter)
    if as_json:
        shapes.put(shapes.run(report) | {key: told.json for key, told in sent.items()})
    else:
        tell_run(report, letter.settings.paths.output)
        for line in (line for told in sent.values() for line in told.lines):
            say(line)
    if failed:
        raise failed[0]
    is_idle = all(told.exit_code for told in sent.values())
    raise typer.Exit(NOTHING_NEW if report.quiet and is_idle else 0)


@app.command(rich_help_panel="Every day")
def watch() -> None:
    """Stay, and publish each dump as it is dropped; Ctrl-C or SIGTERM ends it cleanly."""
    from digest.cli.stay import watch as stay

    stay(newsletter())


@app.command(rich_help_panel="Step by step")
def ingest(files: Files = None, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Read what has arrived into the store; publish nothing (3: nothing is new)."""
    from digest.cli import shapes, work
    from digest.cli.words import tell_run

    letter = newsletter()
    report = work.rehearse(letter, files) if dry_run else work.ingest(letter, files)
    if as_json:
        shapes.put(shapes.run(report))
    else:
        tell_run(report, letter.settings.paths.output)
    raise typer.Exit(NOTHING_NEW if report.quiet else 0)


@app.command(rich_help_panel="Step by step")
def diff(
    files: Annotated[list[Path], typer.Argument(help="Dumps to compare with what is known.")],
    as_json: AsJson = False,
) -> None:
    """Tell what of these dumps is new, without recording anything (3: nothing is new)."""
    from digest.cli import shapes, work
    from digest.cli.words import tell_diff

    found = work.compare(chosen.root, chosen.config, files)
    if as_json:
        shapes.put([shapes.diff(report, papers) for report, papers in found])
    else:
        tell_diff(found)
    is_new = any(papers.new or papers.revised for _, papers in found)
    raise typer.Exit(0 if is_new else NOTHING_NEW)


@app.command(rich_help_panel="Step by step")
def publish(
    everything: Annotated[
        bool, typer.Option("--all", help="Render everything again, and say what differs.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Write what changed in the store to the output folder."""
    from digest.cli import shapes, work
    from digest.cli.words import tell_published

    letter = newsletter()
    found = work.differ(letter, everything=everything, is_dry=dry_run)
    if as_json:
        shapes.put(shapes.published(found))
    else:
        tell_published(found, letter.settings.paths.output, in_full=everything, is_dry=dry_run)


app.command("deliver", rich_help_panel="Step by step")(deliver.deliver)
app.command("ping", rich_help_panel="Step by step")(ping.ping)
app.add_typer(curate.app, name="edition", rich_help_panel="Step by step")
app.add_typer(subscribers.app, name="subscribers", rich_help_panel="Every day")
app.command("preview", rich_help_panel="Every day")(preview.preview)
app.command("serve", rich_help_panel="Every day")(serve.serve)
app.command("search", rich_help_panel="Every day")(search.search)
app.command("bounces", rich_help_panel="Every day")(bounces.bounces)
app.command("dev-smtp", rich_help_panel="Look after it")(catch.dev_smtp)
app.command("status", rich_help_panel="Look after it")(keep.status)
app.command("doctor", rich_help_panel="Look after it")(keep.doctor)
app.command("backup", rich_help_panel="Look after it")(keep.backup)
app.command("restore", rich_help_panel="Look after it")(keep.restore)
app.add_typer(keep.config_app, name="config", rich_help_panel="Look after it")
app.add_typer(admin.app, name="admin", rich_help_panel="Look after it")
app.add_typer(keys.app, name="keys", rich_help_panel="Look after it")
app.add_typer(channels.app, name="channels", rich_help_panel="Look after it")
app.add_typer(topics.app, name="topics", rich_help_panel="Look after it")
app.add_typer(templates.app, name="templates", rich_help_panel="Look after it")
