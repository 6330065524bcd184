"""What `digest doctor` looks at where mail goes out: the server, the sender, the signature."""

from __future__ import annotations

from digest.cli.newsletter import Newsletter
from digest.cli.postroom import sealer, server
from digest.errors import ConfigError, DigestError
from digest.settings import Settings
from digest.smtp.connection import Connection


def mail_server(letter: Newsletter) -> str:
    """Connect, greet, encrypt and log in as for mail, and take leave; nothing is sent."""
    told = letter.settings.smtp
    if not told.host:
        return "none is set (smtp.host): nothing is mailed"
    connection = Connection(server(letter))
    failure = connection.open()
    if failure is not None:
        code = f"{failure.code} " * (failure.code is not None)
        what = f"it cannot be used: {code}{failure.said}"
        raise DigestError(what, at=f"{told.host}:{told.port}, {failure.phase}", hint=_HINT)
    connection.close()
    how = {"none": "not encrypted", "starttls": "encrypted", "implicit": "encrypted"}[told.tls]
    return f"{told.host}:{told.port} answers, {how}, {'' if told.user else 'not '}logged in"


def sender(letter: Newsletter) -> str:
    """Look at what readers and their mail servers need to know of the sender."""
    told = letter.settings
    if not told.smtp.host:
        return "not asked for, as nothing is mailed"
    if told.mail.sender == Settings().mail.sender:
        what = "still the one that a new newsletter has: answers and complaints reach nobody"
        raise ConfigError(what, at="mail.from", hint="set an address of yours")
    signs = "signed here (DKIM)" if sealer(letter) else "signed by the mail server, if at all"
    lacks = [
        what
        for is_there, what in (
            (told.mail.postal_address, "no postal address (mail.postal_address)"),
            (told.web.url, "no button to leave in mail programs (web.url)"),
            (told.mail.return_path, "nobody known whose mail comes back (mail.return_path)"),
        )
        if not is_there
    ]
    return "; ".join([f"{told.mail.sender}, {signs}", *lacks])


_HINT = "see docs/smtp.md; `digest dev-smtp` is a server to try it with"
