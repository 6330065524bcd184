"""The settings of the curator's desk: who may sign in, and how often one may try."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from digest.settings import checks
from digest.settings.kinds import Section

_MANY = 1_000_000


class AdminSettings(Section):
    """The curator's desk at `/admin` (`digest serve`); see docs/admin.md. Off unless one is set."""

    password_hash: Annotated[str, AfterValidator(checks.password_hash)] = Field(
        default="",
        repr=False,
        json_schema_extra={"is_secret": True},
        description="What is kept of its password: the line that `digest admin password` prints. "
        "Another one ends all sessions.",
    )
    proxy_header: Annotated[str, AfterValidator(checks.header_name)] = Field(
        default="",
        max_length=100,
        description='The header by which a proxy says who is signed in there, as "Remote-User". '
        "Believed only from web.trusted_proxies; whoever it names may do everything.",
    )
    key_hash: Annotated[str, AfterValidator(checks.key_hash)] = Field(
        default="",
        repr=False,
        json_schema_extra={"is_secret": True},
        description="What is kept of the key of scripts: the line that `digest admin key` prints.",
    )
    session_hours: int = Field(
        default=12,
        ge=1,
        le=720,
        description="How many hours after signing in the password is asked for again.",
    )
    tries_per_hour: int = Field(
        default=10,
        ge=0,
        le=_MANY,
        description="Most passwords an hour that one network may try. 0 sets no limit, nor does "
        "it below.",
    )
    tries_per_hour_in_all: int = Field(
        default=100,
        ge=0,
        le=_MANY,
        description="Most passwords an hour that all together may try. While it is used up, nobody "
        "signs in; who is signed in stays so.",
    )

    @property
    def is_on(self) -> bool:
        """Whether there is a desk: somebody could sign in, or a script has a key."""
        return bool(self.password_hash or self.proxy_header or self.key_hash)
