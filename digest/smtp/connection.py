"""A connection to a mail server that is kept, and tells of each mail how far it came.

    open ─▶ MAIL, RCPT, DATA (in one go, where the server offers PIPELINING) ─▶ content ─▶ answer

What fails before the last byte of a mail was handed to the system surely was not taken; after that
the server's answer tells, and where there is none, nobody knows (`Verdict.DOUBT`). `smtplib` raises
the same for both, so the phase is kept here. Nothing here raises for what a server does.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import idna

from digest.models import Envelope, Outcome, Phase, Verdict
from digest.smtp.client import Client, Reply
from digest.smtp.server import Server

__all__ = ["Connection", "Server"]

_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?= |$)")
_FAILURES = (OSError, smtplib.SMTPException, ValueError)
_LONGEST_SAID = 400
_LEAVE_SECONDS = 5.0
_LAST_WORD_SECONDS = 1.0
_OUT_OF_TURN = "the server said more than it was asked"
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f<>]")
_DOT_AT_START = re.compile(rb"(?m)^\.")


class Connection:
    """One connection; it is opened before a mail is sent, and after a failure again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._client: Client | None = None
        self._context: ssl.SSLContext | None = None
        self._phase = Phase.CONNECT

    @property
    def is_open(self) -> bool:
        """Whether mail can be sent now, as far as we know."""
        return self._client is not None

    def open(self) -> Outcome | None:
        """Connect, encrypt, log in; return what went wrong, or None. Nothing is sent in clear.

        What no waiting mends has the code that a server would give for it (530, 535).
        """
        if self._server.user and self._server.tls == "none":
            said = "no password is sent without encryption: set smtp.tls, or no smtp.user"
            return _failed(Phase.LOGIN, said, code=535)
        try:
            self._context = self._context or _context(self._server)
        except OSError as error:
            said = f"smtp.ca_file cannot be used: {error}"
            return _failed(Phase.TLS, said, code=530)
        client = Client(self._server, self._context)
        try:
            reply = client.begin()
        except smtplib.SMTPNotSupportedError:
            client.close()
            what = "encryption" if client.phase is Phase.TLS else "login that we know"
            return _failed(client.phase, f"the server offers no {what}", code=530)
        except _FAILURES as error:
            client.close()
            return _failed(client.phase, _why(error))
        if not 200 <= reply[0] < 300:
            client.close()
            return replace(self._refused(client.phase, reply), closes=True)
        self._client = client
        return None

    def send(self, envelope: Envelope) -> Outcome:
        """Send one mail to its recipient; tell what became of it."""
        client = self._client
        if client is None:
            return _failed(Phase.CONNECT, "the connection is not open")
        self._phase = Phase.MAIL
        commands = _commands(client.esmtp_features, envelope)
        if isinstance(commands, Outcome):
            return commands
        try:
            if client.has_unread:
                raise smtplib.SMTPException(_OUT_OF_TURN)
            refusal = self._announce(client, commands)
            if refusal is None:
                return self._after(client, self._content(client, envelope.content))
            return self._after(client, refusal)
        except _FAILURES as error:
            self._drop()
            verdict = Verdict.DOUBT if self._phase is Phase.END else Verdict.UNTAKEN
            return Outcome(verdict=verdict, phase=self._phase, said=_why(error), closes=True)

    def close(self) -> None:
        """Take leave; a server that does not answer is none of our business any more."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(*_FAILURES):
                client.putcmd("QUIT")
                client.reply_within(min(_LEAVE_SECONDS, self._server.timeout_seconds))
            client.close()

    def _announce(self, client: Client, commands: tuple[bytes, bytes]) -> Outcome | None:
        """Say from whom and to whom, up to leave to send the content; None where it was given."""
        is_piped = "pipelining" in client.esmtp_features
        steps = (
            (Phase.MAIL, commands[0], 250),
            (Phase.RCPT, commands[1], 250),
            (Phase.DATA, b"DATA\r\n", 354),
        )
        if is_piped:
            client.send(b"".join(command for _, command, _ in steps))
        for phase, command, wanted in steps:
            self._phase = phase
            if not is_piped:
                client.send(command)
            reply = client.getreply()
            if reply[0] == wanted or (wanted == 250 and 200 <= reply[0] < 300):
                continue
            refusal = self._refused(phase, reply)
            if is_piped and not refusal.closes:
                return self._read_on(client, refusal)
            return refusal
        if client.has_unread:
            raise smtplib.SMTPException(_OUT_OF_TURN)
        return None

    @staticmethod
    def _read_on(client: Client, refusal: Outcome) -> Outcome:
        """Read the answers to what was said after a command that was refused (RFC 2920, 3.1).

        Whatever they are, and though the connection breaks, that refusal is what counts.
        """
        left = {Phase.MAIL: (Phase.RCPT, Phase.DATA), Phase.RCPT: (Phase.DATA,)}
        try:
            for phase in left.get(refusal.phase, ()):
                reply = client.getreply()
                if phase is Phase.DATA and reply[0] == 354:
                    client.send(b".\r\n")  # it wants a mail to nobody
                    client.getreply()
        except _FAILURES:
            return replace(refusal, closes=True)
        return refusal

    def _content(self, client: Client, content: bytes) -> Outcome:
        if b"\n." in content or content[:1] == b".":
            content = _DOT_AT_START.sub(b"..", content)
        self._phase = Phase.CONTENT
        try:
            client.send(content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"))
        except OSError:
            reply = self._last_word(client)
            if reply[0] < 400:
                raise
            return replace(self._refused(Phase.CONTENT, reply), closes=True)
        self._phase = Phase.END
        reply = client.reply_within(self._server.end_timeout_seconds)
        if 200 <= reply[0] < 300:
            return _outcome(Verdict.TAKEN, Phase.END, reply)
        return self._refused(Phase.END, reply)

    @staticmethod
    def _last_word(client: Client) -> Reply:
        """Return what a server said before it would read no more; code -1 if nothing."""
        try:
            return client.reply_within(_LAST_WORD_SECONDS)
        except _FAILURES:
            return -1, b""

    def _after(self, client: Client, outcome: Outcome) -> Outcome:
        """Leave the connection as the next mail needs it, or closed."""
        if outcome.verdict is Verdict.TAKEN:
            return outcome
        if not outcome.closes:
            with suppress(*_FAILURES):  # what became of the mail is known
                if client.rset()[0] == 250:
                    return outcome
        self._drop()
        return replace(outcome, closes=True)

    @staticmethod
    def _refused(phase: Phase, reply: Reply) -> Outcome:
        """Tell what a reply other than the wanted one means."""
        code = reply[0]
        if 500 <= code < 600:
            return _outcome(Verdict.NEVER, phase, reply)
        if 400 <= code < 500:
            return _outcome(Verdict.LATER, phase, reply, closes=code == 421)
        verdict = Verdict.DOUBT if phase is Phase.END else Verdict.UNTAKEN
        return _outcome(verdict, phase, reply, closes=True)

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


def _context(server: Server) -> ssl.SSLContext | None:
    """Return what verifies the server: its certificate, its name."""
    if server.tls == "none":
        return None
    return ssl.create_default_context(cafile=server.ca_file or None)


def _commands(offered: Mapping[str, str], envelope: Envelope) -> tuple[bytes, bytes] | Outcome:
    """Write MAIL and RCPT; refuse what this server surely cannot take.

    Such a refusal has the code and status (RFC 5248) that a server would give.
    """
    size = len(envelope.content)
    limit = offered.get("size", "").strip()
    if limit.isdecimal() and 0 < int(limit) < size:
        said = f"the mail has {size} bytes, the server takes {int(limit)}"
        return _impossible(Phase.MAIL, 552, "5.3.4", said)
    options = f" SIZE={size}" if "size" in offered else ""
    try:
        sender = _wire(envelope.sender)
    except ValueError:
        return _impossible(Phase.MAIL, 553, "5.1.7", "the sender's is no address that can be sent")
    try:
        recipient = _wire(envelope.recipient)
    except ValueError:
        return _impossible(Phase.RCPT, 553, "5.1.3", "this is no address that can be sent")
    if not (sender + recipient).isascii():
        if "smtputf8" not in offered:
            said = "the server takes no addresses in letters beyond ASCII (SMTPUTF8)"
            return _impossible(Phase.RCPT, 553, "5.6.7", said)
        options += " BODY=8BITMIME SMTPUTF8"
    return (
        f"MAIL FROM:<{sender}>{options}\r\n".encode(),
        f"RCPT TO:<{recipient}>\r\n".encode(),
    )


def _wire(address: str) -> str:
    """Write an address as servers know it: its domain in ASCII (RFC 5891)."""
    if not address.isascii():
        local, at, domain = address.rpartition("@")
        address = local + at + idna.encode(domain, uts46=True).decode()
        address.encode()  # a lone surrogate raises here
    if _UNSENDABLE.search(address):
        raise ValueError("an address with control characters")
    return address


def _outcome(verdict: Verdict, phase: Phase, reply: Reply, *, closes: bool = False) -> Outcome:
    code, text = reply
    words = text.decode("utf-8", "replace")
    if not words.isprintable():  # of several lines, or with what no database takes
        words = "".join(letter if letter.isprintable() else " " for letter in words)
    words = " ".join(words.split())
    status = _STATUS.match(words)
    return Outcome(
        verdict=verdict,
        phase=phase,
        code=code if code > 0 else None,
        status=status[0] if status else "",
        said=words[:_LONGEST_SAID],
        closes=closes,
    )


def _failed(phase: Phase, said: str, code: int | None = None) -> Outcome:
    return Outcome(verdict=Verdict.UNTAKEN, phase=phase, code=code, said=said, closes=True)


def _impossible(phase: Phase, code: int, status: str, said: str) -> Outcome:
    return Outcome(verdict=Verdict.NEVER, phase=phase, code=code, status=status, said=said)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {error.verify_message}"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the connection was closed"
    return str(error) or type(error).__name__
