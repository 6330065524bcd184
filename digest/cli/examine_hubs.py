"""What `digest doctor` looks at of the hubs that are told of feeds (WebSub). It asks none."""

from __future__ import annotations

from digest.cli.hubs import exchange
from digest.cli.newsletter import Newsletter
from digest.errors import DigestError
from digest.models import DeliveryState
from digest.pipeline.pinging import due, troubles


def hubs(letter: Newsletter) -> str:
    """Tell what hubs do not know yet, and insist that they took what they were told."""
    if not letter.site.hubs:
        return "none is set (feeds.hub): who reads a feed asks for it now and then"
    told = ", ".join(letter.site.hubs)
    if letter.output.manifest() is None:
        return f"{told}; nothing was published yet"
    place = exchange(letter)
    for failed in troubles(place):
        is_over = failed.state is DeliveryState.FAILED
        what = f"it did not take {failed.feed}: {failed.said}"
        raise DigestError(what, at=failed.hub, hint=_REFUSED if is_over else _WAITS)
    left = len(due(place))
    if not left:
        return f"{told}; told of all feeds"
    by = "the next run" if letter.settings.feeds.ping else "`digest ping`"
    return f"{told}; to be told of {left} {'feed' if left == 1 else 'feeds'} by {by}"


_REFUSED = "look at feeds.hub and site.url; it is told again once the feed changes"
_WAITS = "it is told again later, or by `digest ping` once its time has come; see docs/feeds.md"
