"""Which mail server is spoken to, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server, and who is to log in.

    `timeout_seconds` is waited for each reply, `end_timeout_seconds` for the one after the whole
    mail (RFC 5321, 4.5.3.2.6: ten minutes). `ca_file` names certificates to trust instead of the
    system's; with `tls` none there is no encryption, and no login.
    """

    host: str
    port: int
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    ca_file: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 60.0
    end_timeout_seconds: float = 600.0
    hello_name: str = "localhost"
