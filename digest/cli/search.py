"""`digest search`: the papers that match, the same as on the page and in the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.context import NOTHING_NEW, AsJson, newsletter

if TYPE_CHECKING:
    from digest.models import Paper


def search(
    query: Annotated[
        list[str], typer.Argument(help='What to look for: words, "phrases", author:name, an id.')
    ],
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=1000, help="How many papers to show.")
    ] = 10,
    as_json: AsJson = False,
) -> None:
    """Find papers by their words (docs/search.md); 3: none was found. `--` before a -word."""
    from digest.cli import shapes, work
    from digest.cli.words import say
    from digest.query import parse
    from digest.render.to_json import paper_json

    asked = parse(" ".join(query))
    letter = newsletter()
    work.index(letter)
    with letter.store.reading() as tx:
        hits = tx.search(asked, limit)
    if as_json:
        found = [paper_json(each, each.key, n) for n, each in enumerate(hits.papers, 1)]
        shapes.put({"query": asked.text, "total": hits.total, "papers": found})
    else:
        for each in hits.papers:
            say(_line(each))
        if left := hits.total - len(hits.papers):
            say(f"and {left} more: --limit {min(hits.total, 1000)} shows them")
        if not hits.total:
            none = (
                "There is no word in this to look for." if asked.is_empty else "No paper matches."
            )
            say(f"{none} docs/search.md tells what can be asked.")
    raise typer.Exit(0 if hits.total else NOTHING_NEW)


def _line(paper: Paper) -> str:
    from digest.render.text import one_line
    from digest.text.legible import legible

    day = (paper.published or "")[:10]
    return f"{one_line(day):10}  {one_line(legible(paper.title))}  ({paper.key})"
