"""`digest subscribers …`: who gets mail, what they wish, how they came, what is held on them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from digest.cli.context import NOTHING_NEW, AsJson, DryRun, newsletter

if TYPE_CHECKING:
    from digest.addresses import Address
    from digest.pipeline.subscribing import Registry
    from digest.subscribing.acts import Change
    from digest.subscribing.wishes import Wishes

app = typer.Typer(
    help="Who gets mail: add, list, import, export, confirm, remove, erase.", no_args_is_help=True
)

Cadences = Literal["daily", "weekly", "monthly"]
States = Literal["pending", "active", "unsubscribed", "bounced", "complained", "erased"]
Mailbox = Annotated[str, typer.Argument(metavar="ADDRESS", help="An e-mail address.")]
Source = Annotated[
    str, typer.Option(help='How they said so, for the record: "paper form at the group meeting".')
]


@app.command()
def add(  # noqa: PLR0913, PLR0917 - the options of one command
    address: Mailbox,
    cadence: Annotated[
        Cadences | None, typer.Option(help="Which editions; if none, daily.")
    ] = None,
    hour: Annotated[
        int | None, typer.Option(min=0, max=23, help="The hour of their day; if none, 7.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="Their time zone: Europe/Berlin. If none, the newsletter's.")
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="A topic of the settings; if none, everything.")
    ] = None,
    mute: Annotated[
        list[str] | None, typer.Option(help="A word or phrase: papers that say it are left out.")
    ] = None,
    cap: Annotated[
        int | None, typer.Option(min=0, help="Most papers in a mail; 0 sets no limit.")
    ] = None,
    empty: Annotated[
        bool | None, typer.Option("--empty/--no-empty", help="A mail also where nothing matches.")
    ] = None,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="They asked for it themselves: mail goes from now.")
    ] = False,
    source: Source = "",
    update: Annotated[
        bool, typer.Option("--update", help="Change the wishes of who is there already.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Add an address: pending, or active with --confirmed and --source."""
    from digest.cli.people import registry
    from digest.subscribing.wishes import read

    letter = newsletter()
    who = _address(address)
    _need_source(source, is_needed=confirmed)
    wishes = read(
        known=letter.topics,
        cadence=cadence,
        hour=hour,
        zone=zone,
        topics=topic,
        muted=mute,
        cap=cap,
        wants_empty=empty,
    )
    change = _add(registry(letter), who, wishes, source, (confirmed, update, dry_run))
    _tell(change, as_json, dry_run)


def _add(
    place: Registry, who: Address, wishes: Wishes, source: str, flags: tuple[bool, bool, bool]
) -> Change:
    """Add, or with `--update` change; flags are `--confirmed`, `--update`, `--dry-run`."""
    from digest.errors import UsageError
    from digest.models import SubscriberState
    from digest.subscribing.acts import Way

    is_confirmed, is_update, is_dry = flags
    found = place.find(who)
    way = Way(source=source or "digest subscribers add")
    now = newsletter().now()
    states = {SubscriberState.PENDING, SubscriberState.ACTIVE}
    if found is not None and found.state in states and not is_update:
        if found.state is SubscriberState.PENDING:
            hint = "`digest subscribers confirm ADDRESS --source …` lets mail go there"
        else:
            hint = "--update changes what they wish"
        raise UsageError(f"this address is there already: {found.state}", hint=hint)
    if is_confirmed:
        return place.enrol(who, wishes, way, now, is_dry=is_dry)
    if found is not None and found.state in states:
        return place.prefer(who, wishes, is_dry=is_dry)
    return place.propose(who, wishes, way, now, is_dry=is_dry)


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
    from digest.cli import rolls
    from digest.cli.people import registry, shape_holding

    letter = newsletter()
    if address is not None:
        held = shape_holding(registry(letter).tell_all(_address(address)))
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
    from digest.cli.people import nobody, registry
    from digest.subscribing.acts import Way

    letter = newsletter()
    who = _address(address)
    _need_source(source, is_needed=True)
    place = registry(letter)
    if place.find(who) is None:
        raise nobody(place, who)
    _tell(place.confirm(who, Way(source=source), letter.now(), is_dry=dry_run), as_json, dry_run)


@app.command()
def remove(
    address: Mailbox,
    source: Source = "digest subscribers remove",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Unsubscribe an address: no further mail starts, and no list brings it back."""
    from digest.cli.people import nobody, registry
    from digest.subscribing.acts import Way

    letter = newsletter()
    who = _address(address)
    place = registry(letter)
    if place.find(who) is None:
        raise nobody(place, who)
    _tell(place.leave(who, Way(source=source), letter.now(), is_dry=dry_run), as_json, dry_run)


@app.command()
def erase(
    address: Mailbox,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Erase all that is held on an address, for good; a keyed hash keeps it from coming back."""
    from digest.cli import shapes
    from digest.cli.people import nobody, registry
    from digest.cli.words import say
    from digest.errors import StoreBusy

    letter = newsletter()
    who = _address(address)
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
    from digest.cli import shapes
    from digest.cli.people import consent_in_words, nobody, registry, shape_consent
    from digest.cli.words import say

    letter = newsletter()
    who = _address(address)
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


def _address(said: str) -> Address:
    from digest.addresses import parse

    return parse(said)


def _need_source(source: str, *, is_needed: bool) -> None:
    """Refuse what could not stand in the record of consent."""
    from digest.errors import UsageError

    if source and not source.isprintable():
        raise UsageError("--source must be one line without control characters")
    if is_needed and not source.strip():
        hint = 'such as --source "paper form at the group meeting"'
        raise UsageError("--source must say how they consented", hint=hint)


def _ask_first() -> None:
    from digest.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("this cannot be undone", hint="add --yes to do it without being asked")
    typer.confirm("Erase all that is held on this address, for good?", abort=True, err=True)


def _tell(change: Change, as_json: bool, is_dry: bool) -> None:
    from digest.cli import shapes
    from digest.cli.people import shape_change, wants_in_words
    from digest.cli.words import say
    from digest.models import SubscriberState

    if as_json:
        shapes.put(shape_change(change))
        return
    now = change.subscriber
    is_word = "would be" if is_dry else "is"
    as_before = "" if change.is_change else " as before"
    say(f"{now.address} {is_word} {now.state}{as_before}: {wants_in_words(now.preferences)}")
    if now.state is SubscriberState.PENDING:
        say("No mail goes there yet. Once they confirmed:")
        say(f"  digest subscribers confirm {now.address} --source …")
