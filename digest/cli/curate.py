"""`digest edition …`: the curator's desk on the command line, while an edition is a draft."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.context import AsJson, newsletter

if TYPE_CHECKING:
    from digest.store import Writing

app = typer.Typer(
    help="See editions; pin, hide and annotate papers while an edition is a draft.",
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
    from digest.cli.words import say, tell_edition
    from digest.errors import EditionError
    from digest.pipeline.sealing import edition_of
    from digest.render import to_json

    letter = newsletter()
    with letter.store.reading() as tx:
        record = tx.edition(name)
        if record is None:
            raise EditionError(f"there is no edition {name}", hint="see: digest edition list")
        edition = edition_of(tx, record, letter.rules)
    if as_json:
        (document,) = to_json.render(edition, letter.site)
        say(document.content.decode().rstrip())
    else:
        tell_edition(edition)


@app.command()
def pin(name: Name, paper: PaperName) -> None:
    """Put a paper first; the next one pinned comes after it."""
    _curate(name, paper, lambda tx, key: tx.curate_pin(name, key, True), "pinned")


@app.command()
def unpin(name: Name, paper: PaperName) -> None:
    """Let a pinned paper stand where its score puts it."""
    _curate(name, paper, lambda tx, key: tx.curate_pin(name, key, False), "unpinned")


@app.command()
def hide(name: Name, paper: PaperName) -> None:
    """Leave a paper out of the edition."""
    _curate(name, paper, lambda tx, key: tx.curate_hide(name, key, True), "hidden")


@app.command()
def unhide(name: Name, paper: PaperName) -> None:
    """Take a hidden paper back in."""
    _curate(name, paper, lambda tx, key: tx.curate_hide(name, key, False), "shown again")


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
) -> None:
    """Set the editor's note on an edition or one of its papers; an empty one removes it."""
    from digest.cli.words import say
    from digest.errors import UsageError

    letter = newsletter()
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"the note cannot be read: {error}", at=str(file)) from error
    with letter.store.writing() as tx:
        tx.curate_note(name, _key(tx, paper) if paper else None, text.strip())
    say(f"note {'set' if text.strip() else 'removed'}. Now: digest publish")


def _curate(name: str, paper: str, act: Callable[[Writing, str], None], done: str) -> None:
    from digest.cli.words import say

    letter = newsletter()
    with letter.store.writing() as tx:
        key = _key(tx, paper)
        act(tx, key)
    say(f"{key} {done} in {name}. Now: digest publish")


def _key(tx: Writing, text: str) -> str:
    """Return the public key of the paper that the curator named."""
    from digest.errors import EditionError
    from digest.identity import parse_arxiv_id, parse_doi

    arxiv, doi = parse_arxiv_id(text), parse_doi(text)
    names = [text, f"arxiv:{arxiv[0]}" if arxiv else "", f"doi:{doi}" if doi else ""]
    found = (tx.paper_by_key(name) for name in names if name)
    paper = next((paper for paper in found if paper), None)
    if paper is None:
        raise EditionError(f"no paper is known as {text}", hint="see: digest edition show NAME")
    return paper.key
