"""E-mail addresses: what mail is sent to, and what two spellings of one mailbox share.

By email-validator (RFC 5321, 5322, 6531): no DNS is asked. The domain is lower-case Unicode (IDNA
2008 by UTS 46), and ASCII only on the wire. The key is in lower case, the local part too: a server
may tell A from a, none that people use does, and one person must not be subscribed twice. It is not
folded further, for strauß and strauss are two. Dots and +tags stay: what they mean is the server's
affair.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from email_validator import EmailNotValidError, validate_email

from digest.errors import UsageError

_LONGEST = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A mailbox: `address` to send to, `key` to find it by, and the domain as DNS has it."""

    address: str = field(repr=False)
    key: str = field(repr=False)
    domain_ascii: str


def parse(text: str) -> Address:
    """Read one bare address; `UsageError` says what is wrong with it."""
    bare = unicodedata.normalize("NFC", text.strip())
    try:
        if len(bare) > _LONGEST:
            raise EmailNotValidError("it is too long")
        told = validate_email(
            bare,
            check_deliverability=False,
            allow_quoted_local=False,
            test_environment=True,
            strict=True,
        )
    except EmailNotValidError as error:
        why = str(error).rstrip(".")
        hint = "write one bare address, such as reader@example.org"
        if "<" in bare and ">" in bare:
            hint += ": only what stands between < and >"
        what = f"this is no e-mail address: {why[:1].lower()}{why[1:]}"
        raise UsageError(what, hint=hint) from error
    local = unicodedata.normalize("NFC", told.local_part.lower())
    return Address(
        address=told.normalized,
        key=f"{local}@{told.domain}",
        domain_ascii=told.ascii_domain,
    )


def folded(part: str) -> str:
    """Return a part of an address, or a whole one, as it is looked for among addresses."""
    try:
        return parse(part).key
    except UsageError:
        return unicodedata.normalize("NFC", part.strip().lower())
