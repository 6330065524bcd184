"""The settings of mail: what is written, when and by which server it goes out, how it is signed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from digest.settings import checks
from digest.settings.kinds import Count, Line, Section


class MailSettings(Section):
    """The mail that is written for each edition."""

    sender: Annotated[str, AfterValidator(checks.address)] = Field(
        default="digest@localhost", alias="from", description="The address it comes from."
    )
    list_id: Annotated[str, AfterValidator(checks.list_id)] = Field(
        default="digest.localhost",
        description="The newsletter's lasting name, under a domain of yours: mail programs sort by "
        "it (RFC 2919), and the ids of feed entries are made from it. Decide it before the first "
        "reader comes.",
    )
    postal_address: Line = Field(
        default="",
        description="A postal address for the foot of the mail, which many countries ask of a "
        "newsletter. May stay empty.",
    )
    unsubscribe: Annotated[str, AfterValidator(checks.way_out)] = Field(
        default="",
        description="Where a reader leaves the list: an https address, or mailto:. If empty, it is "
        'a mail to the address above with the subject "unsubscribe".',
    )
    return_path: Annotated[str, AfterValidator(checks.return_path)] = Field(
        default="",
        description="Where bounces go: bounces@example.org, as bounces+TOKEN@example.org with a "
        "token that tells `digest bounces` whose they are. The server there must take what follows "
        "the plus. If empty, they go to the address above, and nobody can tell whose they are.",
    )
    max_html_bytes: int = Field(
        default=80_000,
        ge=10_000,
        le=100_000,
        description="Largest HTML part, in bytes; the rest stands on the web. Gmail cuts at about "
        "102,000.",
    )


class DeliverSettings(Section):
    """When editions are mailed, and what becomes of those that did not go through."""

    at: Annotated[str, AfterValidator(checks.local_time)] = Field(
        default="",
        description="When, in the newsletter's time zone, a day's edition is closed and goes out: "
        '"16:30". What is found later on that day stands in the next, marked late. If empty, it is '
        "closed when its day is over.",
    )
    max_age_hours: float = Field(
        default=48.0,
        gt=0,
        le=8784,
        allow_inf_nan=False,
        description="An edition closed longer ago is published, but not mailed unless asked: "
        "`digest deliver --include-stale`.",
    )
    on_doubt: Literal["resend", "hold"] = Field(
        default="resend",
        description="What becomes of a mail that a server may have taken when the connection or "
        "this program died: resend it, the same bytes under the same Message-ID, or hold it for "
        "`digest deliver --resolve`.",
    )
    soft_bounces: int = Field(
        default=5,
        ge=1,
        le=1000,
        description="After so many mails in a row that came back for a passing reason (a full "
        "mailbox, a server out of order) a reader counts as bounced. See `digest bounces`.",
    )
    rate_per_second: float = Field(
        default=0.0,
        ge=0,
        le=100_000,
        allow_inf_nan=False,
        description="Most mails a second, all servers together. 0 sets no limit.",
    )
    domain_per_minute: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="Most mails a minute to the addresses of one domain. 0 sets no limit.",
    )


class SubscribersSettings(Section):
    """How long is kept what is known of readers; see docs/subscribers.md."""

    keep_pending_days: int = Field(
        default=90,
        ge=0,
        le=36_500,
        description="Who asked and did not confirm is erased after so many days. 0 keeps them.",
    )
    keep_gone_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="Who unsubscribed, bounced or complained is erased after so many days; a keyed "
        "hash of the address is left. 0 keeps them, with the record of their consent.",
    )
    keep_network_days: int = Field(
        default=90,
        ge=0,
        le=36_500,
        description="After so many days the record of consent forgets from which network address "
        "somebody asked. 0 keeps it.",
    )


class SmtpSettings(Section):
    """The mail server that takes the mail (submission or relay)."""

    host: Line = Field(
        default="", description="Its name. If empty, nothing is mailed by `digest run` and `watch`."
    )
    port: int = Field(
        default=587, ge=1, le=65_535, description="Its port: 587, 465 with tls = implicit, or 25."
    )
    tls: Literal["starttls", "implicit", "none"] = Field(
        default="starttls",
        description="How the connection is encrypted; the server's certificate is always verified. "
        "With none, no password is sent.",
    )
    ca_file: Line = Field(
        default="",
        description="A file of certificates to trust instead of the system's, for a server with "
        "one of its own; from the newsletter's folder.",
    )
    user: Line = Field(default="", description="The name to log in with. If empty, no login.")
    password: str = Field(
        default="",
        repr=False,
        json_schema_extra={"is_secret": True},
        description="The password to log in with.",
    )
    connections: Count = Field(
        default=8,
        le=100,
        description="Connections at a time. More are faster; a crash leaves at most one mail each "
        "in doubt.",
    )
    timeout_seconds: Annotated[float, Field(ge=1, le=600, allow_inf_nan=False)] = Field(
        default=60.0,
        description="How long to wait for each reply; after the whole mail it is always ten "
        "minutes (RFC 5321).",
    )


class DkimSettings(Section):
    """Signing by this program; leave it out where the mail server signs."""

    selector: Line = Field(
        default="", description="The selector of the key in DNS. If empty, nothing is signed here."
    )
    domain: Line = Field(
        default="", description="The domain that signs. If empty, it is that of `mail.from`."
    )
    key: str = Field(
        default="",
        repr=False,
        json_schema_extra={"is_secret": True},
        description="The private RSA key, in PEM; best by DIGEST_DKIM__KEY_FILE.",
    )
