"""`digest edition …`: the curator's desk on the command line, while an edition is a draft."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.context import AsJson, DryRun, newsletter

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
    from digest.render.matches import Matcher

    letter = newsletter()
    with letter.store.reading() as tx:
        record = tx.edition(name)
        if record is None:
            raise EditionError(f"there is no edition {name}", hint="see: digest edition list")
        edition = edition_of(tx, record, letter.rules)
    if as_json:
        (document,) = to_json.render(edition, letter.site, Matcher(letter.topics.values()))
        say(document.content.decode().rstrip())
    else:
        tell_edition(edition)


@app.command()
def pin(name: Name, paper: PaperName, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Put a paper first; the next one pinned comes after it."""
    wish = Wish(name=name, paper=paper, done="pinned")
    _curate(wish, lambda tx, key: tx.curate_pin(name, str(key), True), dry_run, as_json)


@app.command()
def unpin(name: Name, paper: PaperName, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Let a pinned paper stand where its score puts it."""
    wish = Wish(name=name, paper=paper, done="unpinned")
    _curate(wish, lambda tx, key: tx.curate_pin(name, str(key), False), dry_run, as_json)


@app.command()
def hide(name: Name, paper: PaperName, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Leave a paper out of the edition."""
    wish = Wish(name=name, paper=paper, done="hidden")
    _curate(wish, lambda tx, key: tx.curate_hide(name, str(key), True), dry_run, as_json)


@app.command()
def unhide(name: Name, paper: PaperName, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Take a hidden paper back in."""
    wish = Wish(name=name, paper=paper, done="shown again")
    _curate(wish, lambda tx, key: tx.curate_hide(name, str(key), False), dry_run, as_json)


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
    told = (_read(file) if file is not None else text).strip()
    wish = Wish(name=name, paper=paper, done="annotated" if told else "without a note")
    _curate(wish, lambda tx, key: tx.curate_note(name, key, told), dry_run, as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the curator asks for: in which edition, of which paper (or of the edition itself)."""

    name: str
    paper: str | None
    done: str


class _UndoneError(Exception):
    """Ends a dry run's transaction without keeping it."""


def _curate(
    wish: Wish, act: Callable[[Writing, str | None], None], dry_run: bool, as_json: bool
) -> None:
    from digest.cli import shapes
    from digest.cli.words import say

    key = None
    with suppress(_UndoneError), newsletter().store.writing() as tx:
        key = _key(tx, wish.paper) if wish.paper else None
        act(tx, key)
        if dry_run:
            raise _UndoneError
    if as_json:
        shapes.put({"edition": wish.name, "paper": key, "done": wish.done})
        return
    would = " (dry run: nothing was changed)" if dry_run else ". Now: digest publish"
    say(f"{key or 'the edition'} {wish.done} in {wish.name}{would}")


def _read(file: Path) -> str:
    from digest.errors import UsageError

    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the note cannot be read: {error}", at=str(file)) from error


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
