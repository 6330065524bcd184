"""The settings of one channel: what kind it is, where it is, what is posted there and when."""

from __future__ import annotations

import base64
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from digest.settings import checks
from digest.settings.kinds import Count, Line, Section

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{10,100}")
_NEEDED = {
    "slack": ("url",),
    "discord": ("url",),
    "telegram": ("token", "chat"),
    "webhook": ("url",),
}
_OF_SOME = ("url", "token", "chat", "secret")  # `papers` and the others are of all


def _name(value: str) -> str:
    """Refuse a name that no variable of the environment could hold."""
    if not _NAME.fullmatch(value) or len(value) > 40:
        raise ValueError("must be a name of small letters, digits and single underscores")
    return value


def _address(value: str) -> str:
    """Refuse what is no plain https address; nothing is allowed too."""
    return checks.hub(value) if value else value


def _token(value: str) -> str:
    """Refuse what is no token of a Telegram bot; nothing is allowed too."""
    if value and not _TOKEN.fullmatch(value):
        raise ValueError("must be a bot's token: digits, a colon, letters and digits")
    return value


def _secret(value: str) -> str:
    """Refuse what says that it is base64 (Standard Webhooks) and is not."""
    if value.startswith("whsec_"):
        try:
            base64.b64decode(value.removeprefix("whsec_"), validate=True)
        except ValueError as e:
            raise ValueError("must be base64 after whsec_, or not begin with it") from e
    return value


ChannelName = Annotated[str, AfterValidator(_name)]


class ChannelSettings(Section):
    """Another place where editions are told of, under a name of yours; see docs/channels.md."""

    kind: Literal["slack", "discord", "telegram", "webhook"] = Field(
        description="What it is: slack, discord, telegram, or webhook for a server of your own.",
    )
    url: Annotated[str, AfterValidator(_address)] = Field(
        default="",
        repr=False,
        json_schema_extra={"is_secret": True},
        description="Its https address: an incoming webhook of Slack or Discord, or your server. "
        "Whoever knows it can post there.",
    )
    token: Annotated[str, AfterValidator(_token)] = Field(
        default="",
        repr=False,
        json_schema_extra={"is_secret": True},
        description="Telegram: the bot's token.",
    )
    chat: Line = Field(
        default="", description='Telegram: the chat, as "@name" or as a number in quotes.'
    )
    secret: Annotated[str, AfterValidator(_secret)] = Field(
        default="",
        repr=False,
        json_schema_extra={"is_secret": True},
        description="Webhook: what posts are signed with. If empty, they are not signed.",
    )
    cadence: Literal["daily", "weekly", "monthly"] = Field(
        default="daily", description="Which editions are posted: daily, weekly or monthly ones."
    )
    papers: Count = Field(
        default=10,
        le=100,
        description="Most papers to list; of how many more there are, and where, is told.",
    )
    network: Literal["public", "private"] = Field(
        default="public",
        description="Where its address may lead: only to public addresses, or also into a private "
        "network (10.x, 192.168.x, fd00::). Never to this machine itself or to link-local ones.",
    )

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> ChannelSettings:
        needed = _NEEDED[self.kind]
        missing = [name for name in needed if not getattr(self, name)]
        if missing:
            raise ValueError(f"is of the kind {self.kind}, which needs {' and '.join(missing)}")
        may = (*needed, "secret") if self.kind == "webhook" else needed
        idle = [name for name in _OF_SOME if getattr(self, name) and name not in may]
        if idle:
            raise ValueError(f"is of the kind {self.kind}, which has no {' and no '.join(idle)}")
        return self
