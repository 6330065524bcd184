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
from contextlib import suppress

import idna

from digest.models import Envelope, Outcome, Phase, Verdict
from digest.smtp.client import Client, Reply
from digest.smtp.server import Server

__all__ = ["Connection", "Server"]

_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?= |$)")
_FAILURES = (OSError, smtplib.SMTPException, ValueError)
_LONGEST_SAID = 400
_DOT_AT_START = re.compile(rb"(?m)^\.")


class Connection:
    """One connection; it is opened before a mail is sent, and after a failure again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._client: Client | None = None
        self._phase = Phase.CONNECT

    @property
    def is_open(self) -> bool:
        """Whether mail can be sent now, as far as we know."""
        return self._client is not None

    def open(self) -> Outcome | None:
        """Connect, encrypt, log in; return what went wrong, or None. Nothing is sent in clear."""
        if self._server.user and self._server.tls == "none":
            said = "no password is sent without encryption: set smtp.tls, or no smtp.user"
            return _failed(Phase.LOGIN, said, code=535)
        client = Client(self._server)
        failure = self._begun(client)
        if failure is None:
            self._client = client
        else:
            client.close()
        return failure

    def _begun(self, client: Client) -> Outcome | None:
        try:
            reply = client.begin()
        except smtplib.SMTPResponseException as error:
            reply = error.smtp_code, _bytes(error.smtp_error)
        except smtplib.SMTPNotSupportedError:
            what = "encryption" if client.phase is Phase.TLS else "a login"
            return _failed(client.phase, f"the server offers no {what}", code=530)
        except _FAILURES as error:
            if client.refusal is None:
                return _failed(client.phase, _why(error))
            reply = client.refusal.smtp_code, _bytes(client.refusal.smtp_error)
        return None if 200 <= reply[0] < 300 else self._refused(client.phase, reply)

    def send(self, envelope: Envelope) -> Outcome:
        """Send one mail to its recipient; tell what became of it."""
        client = self._client
        if client is None:
            return _failed(Phase.CONNECT, "the connection is not open")
        self._phase = Phase.MAIL
        try:
            commands = self._commands(client, envelope)
            if isinstance(commands, Outcome):
                return commands
            refusal = self._announce(client, commands)
            if refusal is not None:
                return self._after(client, refusal)
            return self._after(client, self._content(client, envelope.content))
        except _FAILURES as error:
            self._drop()
            verdict = Verdict.DOUBT if self._phase is Phase.END else Verdict.UNTAKEN
            return Outcome(verdict=verdict, phase=self._phase, said=_why(error), closes=True)

    def close(self) -> None:
        """Take leave; a server that does not answer is none of our business any more."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(*_FAILURES):
                client.quit()
            client.close()

    def _commands(self, client: Client, envelope: Envelope) -> tuple[bytes, bytes] | Outcome:
        """Write MAIL and RCPT; refuse what this server surely cannot take."""
        size = len(envelope.content)
        offered = client.esmtp_features
        limit = offered.get("size", "")
        if limit.isdigit() and 0 < int(limit) < size:
            said = f"the mail has {size} bytes, the server takes {int(limit)}"
            return Outcome(verdict=Verdict.NEVER, phase=Phase.MAIL, code=552, said=said)
        options = f" SIZE={size}" if "size" in offered else ""
        sender, recipient = _wire(envelope.sender), _wire(envelope.recipient)
        if not (sender + recipient).isascii():
            if "smtputf8" not in offered:
                said = "the server takes no addresses in letters beyond ASCII (SMTPUTF8)"
                return Outcome(verdict=Verdict.NEVER, phase=Phase.RCPT, code=553, said=said)
            options += " BODY=8BITMIME SMTPUTF8"
        mail = f"MAIL FROM:<{sender}>{options}\r\n".encode()
        return mail, f"RCPT TO:<{recipient}>\r\n".encode()

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
        refusal: Outcome | None = None
        for phase, command, wanted in steps:
            if refusal is None:
                self._phase = phase
            if not is_piped:
                client.send(command)
            reply = client.getreply()
            is_right = reply[0] == wanted or (wanted == 250 and 200 <= reply[0] < 300)
            if refusal is None and not is_right:
                refusal = self._refused(phase, reply)
                if refusal.closes or not is_piped:
                    return refusal
            elif refusal is not None and phase is Phase.DATA and reply[0] == 354:
                client.send(b".\r\n")  # it wants a mail to nobody (RFC 2920, 3.1)
                client.getreply()
        return refusal

    def _content(self, client: Client, content: bytes) -> Outcome:
        if b"\n." in content or content[:1] == b".":
            content = _DOT_AT_START.sub(b"..", content)
        self._phase = Phase.CONTENT
        client.send(content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"))
        self._phase = Phase.END
        if client.sock is not None:
            client.sock.settimeout(self._server.end_timeout_seconds)
        reply = client.getreply()
        if client.sock is not None:
            client.sock.settimeout(self._server.timeout_seconds)
        if 200 <= reply[0] < 300:
            return _outcome(Verdict.TAKEN, Phase.END, reply)
        return self._refused(Phase.END, reply)

    def _after(self, client: Client, outcome: Outcome) -> Outcome:
        """Leave the connection as the next mail needs it."""
        if outcome.verdict is Verdict.TAKEN:
            return outcome
        if not outcome.closes:
            try:
                if client.rset()[0] == 250:
                    return outcome
            except _FAILURES:  # what became of the mail is known
                pass
        self._drop()
        return outcome

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


def _wire(address: str) -> str:
    """Write an address as servers know it: its domain in ASCII (RFC 5891)."""
    if address.isascii():
        return _one_line(address)
    local, at, domain = address.rpartition("@")
    return _one_line(f"{local}{at}{idna.encode(domain, uts46=True).decode()}")


def _one_line(address: str) -> str:
    if any(letter < " " or letter in "<>\x7f" for letter in address):
        raise ValueError("an address with control characters")
    return address


def _outcome(verdict: Verdict, phase: Phase, reply: Reply, *, closes: bool = False) -> Outcome:
    code, text = reply
    words = " ".join(text.decode("utf-8", "replace").split())
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


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {error.verify_message}"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the connection was closed"
    return str(error) or type(error).__name__


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
