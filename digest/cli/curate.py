"""`digest edition …`: the curator's desk on the command line, while an edition is a draft."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.context import AsJson, DryRun, newsletter

if TYPE_CHECKING:
    from digest.pipeline.curating import Curator, Done

app = typer.Typer(
    help="See editions; pin, hide and annotate papers of drafts; approve what may go out.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="A day 2026-03-11, a week 2026-W11, a month 2026-03.")]
PaperName = Annotated[
    str, typer.Argument(help="A paper's key, arXiv id, DOI or address: arxiv:2407.21783.")
]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the editions, latest first."""
    from digest.cli import shapes
    from digest.cli.words import edition_in_words, say
    from digest.pipeline.run import count

    letter = newsletter()
    with letter.store.reading() as tx:
        names = [record.name for record in tx.editions()]
    reports = count(letter.store, names, letter.rules)
    if as_json:
        shapes.put([shapes.edition(report) for report in reports])
        return
    for report in reports:
        say(edition_in_words(report))
    if not reports:
        say("There is no edition yet: drop a dump into the inbox, and digest run.")


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Show what stands in an edition, with each paper's key, reason and score."""
    from digest.approval import approval_of
    from digest.cli import shapes
    from digest.cli.words import tell_edition
    from digest.errors import EditionError
    from digest.pipeline.sealing import edition_of
    from digest.render import to_json
    from digest.render.matches import Matcher

    letter = newsletter()
    with letter.store.reading() as tx:
        record = tx.edition(name)
        if record is None:
            raise EditionError(f"there is no edition {name}", hint="see: digest edition list")
        edition = edition_of(tx, record, letter.rules)
    approval = approval_of(record, letter.rules)
    if as_json:
        document = to_json.document(edition, letter.site, Matcher(letter.topics.values()))
        shapes.put(document | ({"approval": approval} if approval else {}))
    else:
        tell_edition(edition, approval)


@app.command()
def pin(
    name: Name,
    paper: PaperName,
    place: Annotated[
        int | None, typer.Option(min=1, help="Its place among the pinned, from 1; else the last.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Put a paper first; the next one pinned comes after it."""
    _tell(_curator(dry_run).pin(name, paper, place), dry_run, as_json)


@app.command()
def unpin(name: Name, paper: PaperName, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Let a pinned paper stand where its score puts it."""
    _tell(_curator(dry_run).unpin(name, paper), dry_run, as_json)


@app.command()
def order(
    name: Name,
    papers: Annotated[list[str], typer.Argument(help="Papers as for `pin`, the first first.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Pin papers in this order; others that are pinned come after them."""
    _tell(_curator(dry_run).order(name, papers), dry_run, as_json)


@app.command()
def hide(name: Name, paper: PaperName, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Leave a paper out of the edition."""
    _tell(_curator(dry_run).hide(name, paper), dry_run, as_json)


@app.command()
def unhide(name: Name, paper: PaperName, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Take a hidden paper back in."""
    _tell(_curator(dry_run).unhide(name, paper), dry_run, as_json)


@app.command()
def note(
    name: Name,
    paper: Annotated[
        str | None, typer.Argument(help="The paper the note is on; none: the edition's own note.")
    ] = None,
    text: Annotated[str, typer.Option("--text", "-t", help="The note, in Markdown.")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="Read the note from a file.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Set the editor's note on an edition or one of its papers; an empty one removes it."""
    told = _read(file) if file is not None else text
    _tell(_curator(dry_run).note(name, paper or None, told), dry_run, as_json)


@app.command()
def approve(name: Name, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Let an edition go out by mail and to channels, as it stands now (docs/curation.md)."""
    _tell(_curator(dry_run).approve(name), dry_run, as_json, then="digest deliver")


@app.command()
def hold(name: Name, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Let nothing (more) of an edition go out until it is approved."""
    _tell(_curator(dry_run).hold(name), dry_run, as_json, then="")


def _curator(is_dry: bool) -> Curator:
    from digest.pipeline.curating import Curator

    letter = newsletter()
    return Curator(letter.store, letter.rules, letter.now(), "cli", is_dry=is_dry)


def _tell(did: Done, is_dry: bool, as_json: bool, then: str = "digest publish") -> None:
    from digest.cli import shapes
    from digest.cli.words import say

    if as_json:
        shapes.put({"edition": did.edition, "paper": did.paper, "done": did.done})
        return
    if did.withdrew:
        then = f"{then}, and digest edition approve {did.edition} again"
    would = " (dry run: nothing was changed)" if is_dry else f". Now: {then}" * bool(then)
    say(f"{did.paper or 'the edition'} {did.done} in {did.edition}{would}")


def _read(file: Path) -> str:
    from digest.errors import UsageError

    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the note cannot be read: {error}", at=str(file)) from error
