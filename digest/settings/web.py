"""The settings of the pages that `digest serve` answers with: where, behind what, how much."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from digest.settings import checks
from digest.settings.kinds import Hosts, Networks, Origins, Section

_MANY = 1_000_000


class WebSettings(Section):
    """The pages where readers join, choose and leave (`digest serve`); see docs/serving.md."""

    url: Annotated[str, AfterValidator(checks.secure_address)] = Field(
        default="",
        max_length=500,
        description="Their https address (http only of localhost, to try them). Mails link there "
        "for preferences and to unsubscribe, also by the button of mail programs. If empty, a "
        "reader leaves by mail.",
    )
    hosts: Hosts = Field(
        default=(),
        description="Other names by which they are asked for, besides that of the address and this "
        "machine's own; a request for any other is refused.",
    )
    embedded_on: Origins = Field(
        default=(),
        description="Other sites whose pages hold the form to subscribe, as "
        "https://www.example.org; the site's own is always among them.",
    )
    trusted_proxies: Networks = Field(
        default=(),
        description="The proxies in front, as addresses or networks (unix for a socket in the "
        "file system). Only what these say of who asked is believed.",
    )
    forwarded: Literal["x-forwarded", "forwarded"] = Field(
        default="x-forwarded",
        description="How they say it: by X-Forwarded-For, -Proto and -Host, or by Forwarded "
        "(RFC 7239). The other is not looked at.",
    )
    serves_output: bool = Field(
        default=False,
        description="Whether the published folder is served too; else by a web server of yours.",
    )
    metrics_for: Networks = Field(
        default=(),
        description="Who may read /metrics (Prometheus), as addresses or networks. If empty, "
        "nobody.",
    )
    max_body_kib: int = Field(
        default=64, ge=4, le=1024, description="Most that a form may send, in KiB."
    )
    connections: int = Field(
        default=200,
        ge=2,
        le=10_000,
        description="Most requests at a time; beyond, the answer is 503.",
    )
    requests_per_minute: int = Field(
        default=600,
        ge=0,
        le=_MANY,
        description="Most requests a minute from one network (IPv4 /24, IPv6 /48). 0 sets no "
        "limit, nor does it below.",
    )
    asks_per_hour: int = Field(
        default=20,
        ge=0,
        le=_MANY,
        description="Most times an hour that one network may ask to subscribe.",
    )
    asks_per_hour_in_all: int = Field(
        default=2_000,
        ge=0,
        le=_MANY,
        description="Most times an hour that all together may ask to subscribe.",
    )
    forms_per_hour: int = Field(
        default=200,
        ge=0,
        le=_MANY,
        description="Most other forms an hour from one network. To leave is never limited.",
    )
