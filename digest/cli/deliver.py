"""`digest deliver`: what is due goes out, or what would go out is shown, tried, or decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from digest.cli.context import AsJson, DryRun, newsletter
from digest.errors import UsageError

Resolve = Annotated[
    Literal["resend", "sent"] | None,
    typer.Option(help="Decide on held deliveries: send them (again), or count them as sent."),
]


def deliver(  # noqa: PLR0913, PLR0917 - the options of one command
    edition: Annotated[
        str | None, typer.Option(help="This edition, now, whatever the hour: 2026-03-11.")
    ] = None,
    to: Annotated[
        list[str] | None, typer.Option(help="Only to these subscribers, by address.")
    ] = None,
    include_stale: Annotated[
        bool, typer.Option("--include-stale", help="Also what is older than deliver.max_age_hours.")
    ] = False,
    test: Annotated[
        str | None, typer.Option(help="Send one copy to this address, subscribed or not.")
    ] = None,
    eml: Annotated[
        Path | None, typer.Option(help="Write the mails that are due to this folder; send none.")
    ] = None,
    resolve: Resolve = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Mail what is due (3: nothing is; 75: the server takes nothing now)."""
    if sum((test is not None, eml is not None, resolve is not None, dry_run)) > 1:
        raise UsageError("of --test, --eml, --resolve and --dry-run, only one can be asked for")
    from digest.cli import mailing

    ask = mailing.Ask(edition=edition, to=tuple(to or ()), include_stale=include_stale)
    letter = newsletter()
    if test is not None:
        told = mailing.test(letter, ask, test)
    elif resolve is not None:
        told = mailing.resolve(letter, ask, resend=resolve == "resend")
    elif eml is not None or dry_run:
        told = mailing.rehearse(letter, ask, eml)
    else:
        told = mailing.send(letter, ask)
    mailing.tell(told, as_json=as_json)
    raise typer.Exit(told.exit_code)
