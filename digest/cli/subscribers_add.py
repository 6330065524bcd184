"""`digest subscribers add`: an address put down, pending or confirmed, and what it wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from digest.cli.context import AsJson, DryRun, newsletter

if TYPE_CHECKING:
    from digest.addresses import Address
    from digest.cli.newsletter import Newsletter
    from digest.subscribing.acts import Change
    from digest.subscribing.wishes import Wishes

Cadences = Literal["daily", "weekly", "monthly"]
Mailbox = Annotated[str, typer.Argument(metavar="ADDRESS", help="An e-mail address.")]
Source = Annotated[
    str, typer.Option(help='How they said so, for the record: "paper form at the group meeting".')
]
Which = Annotated[Cadences | None, typer.Option(help="Which editions; if none, daily.")]
Hour = Annotated[int | None, typer.Option(min=0, max=23, help="The hour of their day; if none, 7.")]
Zone = Annotated[
    str | None, typer.Option(help="Their time zone: Europe/Berlin. If none, the newsletter's.")
]
Topics = Annotated[
    list[str] | None, typer.Option(help="A topic of the settings; if none, everything.")
]
Muted = Annotated[
    list[str] | None, typer.Option(help="A word or phrase: papers that say it are left out.")
]
Cap = Annotated[int | None, typer.Option(min=0, help="Most papers in a mail; 0 sets no limit.")]
Empty = Annotated[
    bool | None, typer.Option("--empty/--no-empty", help="A mail also where nothing matches.")
]
Confirmed = Annotated[
    bool, typer.Option("--confirmed", help="They asked for it themselves: mail goes from now on.")
]
Update = Annotated[
    bool, typer.Option("--update", help="Change the wishes of who is there already.")
]


def add(  # noqa: PLR0913, PLR0917 - the options of one command
    address: Mailbox,
    cadence: Which = None,
    hour: Hour = None,
    zone: Zone = None,
    topic: Topics = None,
    mute: Muted = None,
    cap: Cap = None,
    empty: Empty = None,
    confirmed: Confirmed = False,
    source: Source = "",
    update: Update = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Add an address: pending, or active with --confirmed and --source."""
    from digest.addresses import parse
    from digest.cli.people import need_source, tell
    from digest.subscribing.wishes import read

    letter = newsletter()
    who = parse(address)
    need_source(source, is_needed=confirmed)
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
    flags = (confirmed, update, dry_run)
    tell(_add(letter, who, wishes, source, flags), as_json=as_json, is_dry=dry_run)


def _add(
    letter: Newsletter, who: Address, wishes: Wishes, source: str, flags: tuple[bool, bool, bool]
) -> Change:
    """Add, or change who is there; flags are `--confirmed`, `--update` and `--dry-run`."""
    from digest.cli.people import registry
    from digest.errors import UsageError
    from digest.models import SubscriberState
    from digest.subscribing.acts import Way

    is_confirmed, is_update, is_dry = flags
    place = registry(letter)
    found = place.find(who)
    way = Way(source=source or "digest subscribers add")
    is_there = found is not None and found.state in {
        SubscriberState.PENDING,
        SubscriberState.ACTIVE,
    }
    if found is not None and is_there and not is_update:
        hint = "--update changes what they wish"
        if found.state is SubscriberState.PENDING:
            hint = "`digest subscribers confirm ADDRESS --source …` lets mail go there"
        raise UsageError(f"this address is there already: {found.state}", hint=hint)
    if is_confirmed:
        return place.enrol(who, wishes, way, letter.now(), is_dry=is_dry)
    if is_there:
        return place.prefer(who, wishes, is_dry=is_dry)
    return place.propose(who, wishes, way, letter.now(), is_dry=is_dry)
