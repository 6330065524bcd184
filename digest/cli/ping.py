"""`digest ping`: hubs are told of the feeds that changed, once these are where readers see them."""

from __future__ import annotations

import typer

from digest.cli.context import AsJson, DryRun, newsletter
from digest.errors import UsageError


def ping(dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Tell hubs which feeds changed (3: they know all; 75: a hub takes nothing now)."""
    from digest.cli import hubs, shapes
    from digest.cli.words import say
    from digest.pipeline.pinging import ping_due

    letter = newsletter()
    if not letter.site.hubs:
        raise UsageError("no hub is set", hint="name one as feeds.hub in the settings")
    place = hubs.exchange(letter)
    answer = hubs.would(place) if dry_run else hubs.told(ping_due(place))
    if as_json:
        shapes.put(answer.json)
    else:
        for line in answer.lines or ("the hubs know all feeds, or are left alone for now",):
            say(line)
    raise typer.Exit(answer.exit_code)
