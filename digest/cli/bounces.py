"""`digest bounces`: what came back by mail, from a mailbox or from the mail server's pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.context import AsJson, DryRun, newsletter

if TYPE_CHECKING:
    from digest.mailbox import Mail
    from digest.models.returns import Handled

TRY_LATER = 75
"""EX_TEMPFAIL of sysexits.h: the mail server keeps the mail, and tries again."""

_PIPE = Path("-")

Places = Annotated[
    list[Path],
    typer.Argument(help="mbox files, Maildirs, folders of .eml files, single mails; - for a pipe."),
]
SentTo = Annotated[
    str,
    typer.Option(
        "--to",
        envvar="ORIGINAL_RECIPIENT",
        show_default=False,
        help="With -: the address the mail was sent to, if its head does not tell.",
    ),
]
SeenToo = Annotated[
    bool, typer.Option("--all", help="Of a Maildir also what was read before; it counts once.")
]


def bounces(
    places: Places,
    sent_to: SentTo = "",
    seen_too: SeenToo = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Deal with mail that came back: failures, complaints, wishes to leave (docs/bounces.md)."""
    from digest.errors import DigestError

    is_pipe = _PIPE in places
    try:
        handled = tuple(_deal(places, sent_to if is_pipe else "", seen_too, dry_run))
    except DigestError as error:
        if is_pipe:  # whatever is wrong here, the mail is not to be lost for it
            error.exit_code = TRY_LATER
        raise
    _tell(handled, as_json)
    if any(each.fault for each in handled):
        raise typer.Exit(1)


def _deal(places: list[Path], sent_to: str, seen_too: bool, is_dry: bool) -> Iterator[Handled]:
    from digest.pipeline.returns import Desk
    from digest.store import open_store
    from digest.tokens import Signer

    letter = newsletter()
    # Never made here: a new one would know nobody, and the mail would be lost on it.
    store = open_store(letter.settings.store.url, create=False)
    try:
        signer, most_soft = Signer(*store.keys), letter.settings.deliver.soft_bounces
        desk = Desk(store=store, signer=signer, most_soft=most_soft)
        mails = chain.from_iterable(_mails(place, seen_too) for place in places)
        yield from desk.deal(mails, letter.now(), sent_to=sent_to, is_dry=is_dry)
    finally:
        store.close()


def _mails(place: Path, seen_too: bool) -> Iterator[Mail]:
    from digest.mail.parts import MOST_BYTES
    from digest.mailbox import mail_in, mails_in

    if place == _PIPE:
        yield mail_in(sys.stdin.buffer, MOST_BYTES)
    else:
        yield from mails_in(place, MOST_BYTES, seen_too=seen_too)


def _tell(handled: tuple[Handled, ...], as_json: bool) -> None:
    from digest.cli import shapes
    from digest.cli.words import say

    if as_json:
        shapes.put(shape(handled))
        return
    for each in handled:
        if each.subscriber_id or each.fault:
            say(in_words(each))
    kinds = ", ".join(f"{count} {kind}" for kind, count in _counted(handled, "kind").items())
    unsigned = sum(each.effect == "unsigned" for each in handled)
    say(f"{len(handled)} read: {kinds or 'none'}; {unsigned} without a token of ours")


def in_words(handled: Handled) -> str:
    """Say what became of a mail, on one line, with the subscriber's number."""
    if handled.fault:
        return f"{handled.name}: {handled.fault}"
    about = f"subscriber {handled.subscriber_id}"
    what = " ".join(filter(None, (handled.kind, handled.status, handled.edition)))
    row = f", {handled.row} in a row" if handled.row else ""
    return f"{handled.name}: {about}: {handled.effect} ({what}{row})"


def shape(handled: tuple[Handled, ...]) -> dict[str, object]:
    """Return what `--json` prints: no address stands in it."""
    return {
        "read": len(handled),
        "kinds": _counted(handled, "kind"),
        "effects": _counted(handled, "effect"),
        "mails": [
            {
                "name": each.name,
                "kind": each.kind,
                "status": each.status,
                "subscriber": each.subscriber_id or None,
                "edition": each.edition or None,
                "effect": each.effect,
                "row": each.row,
                "fault": each.fault,
            }
            for each in handled
        ],
    }


def _counted(handled: tuple[Handled, ...], name: str) -> dict[str, int]:
    """Count by kind or effect, in the order of the words' own list."""
    from digest.models.returns import ReturnEffect, ReturnKind

    words = ReturnKind if name == "kind" else ReturnEffect
    found = [getattr(each, name) for each in handled]
    return {word.value: found.count(word) for word in words if word in found}
