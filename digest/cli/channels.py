"""`digest channels …`: where else editions are told of, and whether it works."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.context import AsJson, DryRun, newsletter

if TYPE_CHECKING:
    from digest.models import Channel, Notice, PostRecord

app = typer.Typer(
    help="Slack, Discord, Telegram and webhooks: list them, try them.", no_args_is_help=True
)

ChannelName = Annotated[str, typer.Argument(help="A channel of the settings: [channels.NAME].")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the channels, and what became of the last post to each."""
    from digest.cli import shapes
    from digest.cli.noticeboard import channels
    from digest.cli.words import say

    letter = newsletter()
    known = channels(letter)
    with letter.store.reading_post() as post:
        counts = post.channels.counts()
        found = [(each, post.channels.latest_of(each.name)) for each in known]
    if as_json:
        shapes.put([_shape(each, last, counts.get(each.name, {})) for each, last in found])
        return
    for channel, last in found:
        say(_line(channel, last))
    if not found:
        say("There is no channel: docs/channels.md tells how to set one.")


@app.command("test")
def try_(
    name: ChannelName,
    edition: Annotated[
        str | None, typer.Option(help="Which edition; if none, the latest that has papers.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Post an edition now, as a trial, or show with --dry-run what would be posted (1: refused)."""
    from digest.cli import shapes
    from digest.cli.noticeboard import board
    from digest.cli.words import say
    from digest.pipeline.announce import edition_named
    from digest.pipeline.answers import in_words
    from digest.render import to_channels

    letter = newsletter()
    place = board(letter)
    channel = _named(name, place.channels)
    told = edition_named(place, edition)
    notice = to_channels.render(
        told, place.site, place.templates, channel, letter.now(), is_trial=True
    )
    if dry_run:
        _show(notice, as_json)
        return
    answer = place.send(notice)
    said = in_words(answer, notice.secrets)
    if as_json:
        done = {"channel": name, "edition": told.name, "posted": not said}
        shapes.put(done | {"code": answer.code, "said": said})
    elif said:
        say(f"{name}: {told.name} was not posted: {said}")
    else:
        say(f"{name}: {told.name} was posted (HTTP {answer.code})")
    raise typer.Exit(1 if said else 0)


def _named(name: str, channels: tuple[Channel, ...]) -> Channel:
    from digest.errors import UsageError

    found = next((each for each in channels if each.name == name), None)
    if found is None:
        known = ", ".join(each.name for each in channels) or "none"
        raise UsageError(
            f"the settings name no channel {name}",
            hint=f"they name: {known}; docs/channels.md tells how to set one",
        )
    return found


def _show(notice: Notice, as_json: bool) -> None:
    from digest.cli import shapes

    body = json.loads(notice.body)
    shapes.put({"body": body, "bytes": len(notice.body)} if as_json else body)


def _line(channel: Channel, last: PostRecord | None) -> str:
    private = ", also in a private network" * channel.may_be_private
    cadence = {"day": "daily", "week": "weekly", "month": "monthly"}[channel.cadence.value]
    about = f"{channel.name}: {channel.kind.value}, {cadence}, {channel.papers} papers{private}"
    if last is None:
        return f"{about}; nothing was posted yet"
    again = f", again at {last.due_at:%Y-%m-%d %H:%M} UTC" * (last.state.value == "pending")
    said = f": {last.said}" * bool(last.said)
    return f"{about}; last {last.edition}: {last.state.value}{again}{said}"


def _shape(channel: Channel, last: PostRecord | None, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "name": channel.name,
        "kind": channel.kind.value,
        "cadence": channel.cadence.value,
        "papers": channel.papers,
        "network": "private" if channel.may_be_private else "public",
        "counts": counts,
        "last": _last(last) if last else None,
    }


def _last(last: PostRecord) -> dict[str, Any]:
    return {
        "edition": last.edition,
        "state": last.state.value,
        "attempts": last.attempts,
        "planned": last.planned_at.isoformat(),
        "due": last.due_at.isoformat() if last.state.value == "pending" else None,
        "done": last.done_at.isoformat() if last.done_at else None,
        "code": last.code,
        "said": last.said,
    }
