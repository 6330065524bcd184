"""Makes a line of text from a dump show as just that text in Slack, Discord and Telegram.

Each has its own markup, and makes links and mentions of what looks like some. Where it has no
escape for a sign, a sign of the same look takes its place, or an invisible one stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from digest.text.hygiene import clean

_JOINER = "\u2060"  # WORD JOINER: no width, no break, part of no name, tag or address

_SLACK_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SLACK_SIGNS = {"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb", ":": "\ua789"}
_SLACK_MARKS = re.compile(
    r"`|(?<![A-Za-z0-9])[*_~]|[*_~](?![A-Za-z0-9])|:(?=[a-z0-9_+'-]{1,100}:)"  # the last: a face
)

_DISCORD_MARKS = re.compile(r"([\\`*_~|<>#@\[\]()]|:(?=//|[A-Za-z0-9_+-]{1,100}:))")
_DISCORD_START = re.compile(r"^([-+]|\d+(?=\.))")

_TELEGRAM_JOINTS = re.compile(
    r"(?<=[@#$])(?=\w)"  # a mention, a tag
    r"|(?<![^\s])/(?=[A-Za-z])"  # a command
    r"|(?<=:)(?=//)"  # an address
    r"|(?<=[^\W_])\.(?=[^\W\d_]{2})"  # a domain
)


def slack_escape(text: str) -> str:
    """Write one line of text as Slack's mrkdwn, which has escapes for `&`, `<` and `>` only."""
    line = _SLACK_MARKS.sub(lambda found: _SLACK_SIGNS[found[0]], clean(text))
    start = _JOINER if line.startswith(">") else ""  # else a quotation
    return start + line.translate(_SLACK_ENTITIES)


def slack_target(address: str) -> str:
    """Write a web address as the target of a link in Slack's mrkdwn."""
    return address.replace("|", "%7C").translate(_SLACK_ENTITIES)


def discord_escape(text: str) -> str:
    """Write one line of text as Discord's Markdown."""
    line = _DISCORD_MARKS.sub(r"\\\1", clean(text))
    return _DISCORD_START.sub(_escaped_start, line)


def discord_target(address: str) -> str:
    """Write a web address as the target of a link in Discord's Markdown."""
    return address.replace("(", "%28").replace(")", "%29")


def telegram_plain(text: str) -> str:
    """Part what Telegram would take for a mention, a tag, a command or an address.

    It is not escaped: templates whose names end in `.html` do that.
    """
    return _TELEGRAM_JOINTS.sub(lambda found: found[0] + _JOINER, clean(text))


FILTERS: Mapping[str, Callable[..., object]] = {
    "slack_escape": slack_escape,
    "slack_target": slack_target,
    "discord_escape": discord_escape,
    "discord_target": discord_target,
    "telegram_plain": telegram_plain,
}


def _escaped_start(found: re.Match[str]) -> str:
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"
