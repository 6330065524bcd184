"""`digest keys …`: the keys that sign the links in mails, and a new one for those to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from digest.cli.context import AsJson, DryRun, newsletter

if TYPE_CHECKING:
    from digest.cli.newsletter import Newsletter

app = typer.Typer(help="The keys that sign the links in mails.", no_args_is_help=True)

_ON_ITS_WAY = ("leased", "sending", "held")


@app.command("rotate")
def rotate(dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Sign with a new key from now on; links in mails that went out stay good."""
    from digest.cli import shapes
    from digest.cli.words import say

    letter = newsletter()
    _insist_on_rest(letter)
    count = len(letter.store.keys) + 1 if dry_run else letter.store.add_key()
    if as_json:
        shapes.put({"keys": count})
        return
    signs = "would sign" if dry_run else "signs"
    say(f"a new key {signs}; {count - 1} before it {'is' if count == 2 else 'are'} still believed")
    if not dry_run:
        say("Now start `digest serve` and `digest watch` anew, where they run.")


def _insist_on_rest(letter: Newsletter) -> None:
    """Refuse while mails are on their way: one that is repeated must be the same, byte for byte."""
    from digest.errors import UsageError

    with letter.store.reading_post() as post:
        states = post.outbox.counts().values()
    count = sum(each.get(state, 0) for each in states for state in _ON_ITS_WAY)
    if count:
        hint = "wait until `digest deliver` is done, or decide on what is held: --resolve"
        raise UsageError(f"{count} mails are on their way or in doubt", hint=hint)
