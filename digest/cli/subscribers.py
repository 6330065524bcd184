"""`digest subscribers …`: who gets mail, what they wish, how they came, what is held on them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from digest.cli import subscribers_add, subscribers_import
from digest.cli.context import NOTHING_NEW, AsJson, DryRun, newsletter
from digest.cli.subscribers_add import Cadences, Mailbox, Source

app = typer.Typer(
    help="Who gets mail: add, list, import, export, confirm, remove, erase.", no_args_is_help=True
)

States = Literal["pending", "active", "unsubscribed", "bounced", "complained", "erased"]


app.command("add")(subscribers_add.add)
app.command("import")(subscribers_import.import_)


@app.command("list")
def list_(
    state: Annotated[
        States | None, typer.Option(help="Only those in this state; if none, all but erased.")
    ] = None,
    cadence: Annotated[Cadences | None, typer.Option(help="Only those of this cadence.")] = None,
    topic: Annotated[str | None, typer.Option(help="Only those who chose this topic.")] = None,
    address: Annotated[
        str | None, typer.Option(help="Only addresses that hold this: a name, a domain.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="Most to list; 0 for all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List subscribers in order of arrival, and count them by state."""
    from digest.cli import rolls
    from digest.models import SubscriberState
    from digest.subscribing.wishes import CADENCES

    wanted = rolls.Wanted(
        state=SubscriberState(state) if state else None,
        cadence=CADENCES[cadence] if cadence else None,
        topic=topic,
        part=address,
        limit=limit,
    )
    store = newsletter().store
    if as_json:
        rolls.put(store, wanted)
    else:
        rolls.tell(store, wanted)


@app.command()
def export(
    address: Annotated[
        str | None, typer.Argument(metavar="[ADDRESS]", help="All that is held on this one.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Write to this file, for you alone to read.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write all subscribers as CSV (with --json as JSON), or all that is held on one as JSON."""
    from digest.addresses import parse
    from digest.cli import rolls
    from digest.cli.people import registry
    from digest.subscribing.telling import shape_holding

    letter = newsletter()
    if address is not None:
        held = shape_holding(registry(letter).tell_all(parse(address)))
        rolls.write(to, lambda stream: rolls.put_json(stream, held))
    elif as_json:
        rolls.write(to, lambda stream: rolls.put_records(stream, letter.store))
    else:
        rolls.write(to, lambda stream: rolls.put_table(stream, letter.store))


@app.command()
def confirm(
    address: Mailbox, source: Source = "", dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Let mail go to who is pending, or whose address works again; needs --source."""
    from digest.cli.people import meant, need_source, registry, tell
    from digest.subscribing.acts import Way

    letter = newsletter()
    place = registry(letter)
    need_source(source, is_needed=True)
    who = meant(place, address)
    tell(
        place.confirm(who, Way(source=source), letter.now(), is_dry=dry_run),
        as_json=as_json,
        is_dry=dry_run,
    )


@app.command()
def remove(
    address: Mailbox,
    source: Source = "digest subscribers remove",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Unsubscribe an address: no further mail starts, and no list brings it back."""
    from digest.cli.people import meant, registry, tell
    from digest.subscribing.acts import Way

    letter = newsletter()
    place = registry(letter)
    who = meant(place, address)
    tell(
        place.leave(who, Way(source=source), letter.now(), is_dry=dry_run),
        as_json=as_json,
        is_dry=dry_run,
    )


@app.command()
def erase(
    address: Mailbox,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Erase all that is held on an address, for good; a keyed hash keeps it from coming back."""
    from digest.addresses import parse
    from digest.cli import shapes
    from digest.cli.people import nobody, registry
    from digest.cli.words import say
    from digest.errors import StoreBusy

    letter = newsletter()
    who = parse(address)
    place = registry(letter)
    held = place.tell_all(who)
    if held.subscriber is None and held.suppression is None:
        raise nobody(place, who)
    if dry_run:
        told = {"erased": held.subscriber is not None, "files_clean": None}
        words = "would erase all that is held on this address"
        shapes.put(told) if as_json else say(words)
        return
    if not yes:
        _ask_first()
    done = place.erase(who, letter.now())
    if as_json:
        shapes.put({"erased": bool(done.number), "files_clean": done.is_clean})
    elif done.number:
        say(f"erased: of subscriber {done.number} only this number is left, and a keyed hash")
    else:
        say("nobody has this address (any more): only a keyed hash of it is held")
    if not done.is_clean:
        raise StoreBusy(
            "it is erased, but another process keeps traces in the database file from going",
            hint="run this again when `digest watch`, a backup or a long export has ended",
        )
    raise typer.Exit(0 if done.number else NOTHING_NEW)


@app.command()
def consent(address: Mailbox, as_json: AsJson = False) -> None:
    """Tell how an address came to be here: the record of its consent."""
    from digest.addresses import parse
    from digest.cli import shapes
    from digest.cli.people import nobody, registry
    from digest.cli.words import say
    from digest.subscribing.telling import consent_in_words, shape_consent

    letter = newsletter()
    who = parse(address)
    place = registry(letter)
    held = place.tell_all(who)
    if held.subscriber is None:
        raise nobody(place, who)
    if as_json:
        state = held.subscriber.state.value
        shapes.put({"state": state, "consents": [shape_consent(line) for line in held.consents]})
        return
    say(f"{held.subscriber.address} is {held.subscriber.state}")
    for line in held.consents:
        say(f"  {consent_in_words(line)}")


def _ask_first() -> None:
    from digest.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("this cannot be undone", hint="add --yes to do it without being asked")
    typer.confirm("Erase all that is held on this address, for good?", abort=True, err=True)
