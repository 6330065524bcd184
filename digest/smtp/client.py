"""`smtplib`, told to say where it is: the phase of the last thing tried."""

from __future__ import annotations

import smtplib
import socket
import ssl
from typing import Any

from digest.models import Phase
from digest.smtp.server import Server

Reply = tuple[int, bytes]


class Client(smtplib.SMTP):
    """A connection up to the login; what it sends after that, `connection` says."""

    def __init__(self, server: Server) -> None:
        super().__init__(timeout=server.timeout_seconds, local_hostname=server.hello_name)
        self.phase = Phase.CONNECT
        self._server = server
        self.refusal: smtplib.SMTPAuthenticationError | None = None
        self._host = server.host  # `starttls` checks the certificate for it

    def begin(self) -> Reply:
        """Connect, greet, encrypt and log in as the server is set.

        Returns the last reply; one of 400 or more is a refusal at `phase`. Raises what `smtplib`,
        `ssl` and `socket` raise.
        """
        server = self._server
        reply = self.connect(server.host, server.port)
        if reply[0] != 220:
            return reply
        reply = self._hello()
        if reply[0] == 250 and server.tls == "starttls":
            self.phase = Phase.TLS
            reply = self.starttls(context=self._context())
            if reply[0] != 220:
                return reply
            reply = self._hello()
        if reply[0] == 250 and server.user:
            self.phase = Phase.LOGIN
            reply = self.login(server.user, server.password)
        return reply

    def auth(self, mechanism: str, authobject: Any, *, initial_response_ok: bool = True) -> Reply:
        """Try one mechanism of those offered; keep the refusal, whatever comes of the next."""
        try:
            return super().auth(mechanism, authobject, initial_response_ok=initial_response_ok)
        except smtplib.SMTPAuthenticationError as error:
            self.refusal = error
            raise

    def _hello(self) -> Reply:
        self.phase = Phase.HELLO
        reply = self.ehlo()
        return reply if reply[0] == 250 or reply[0] == 421 else self.helo()

    def _context(self) -> ssl.SSLContext:
        """Return what verifies the server: its certificate, its name."""
        return ssl.create_default_context(cafile=self._server.ca_file or None)

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        """Connect; with implicit TLS also shake hands. `smtplib.SMTP` asks for it."""
        plain = socket.create_connection((host, port), timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._server.tls == "implicit":
            self.phase = Phase.TLS
            plain = self._context().wrap_socket(plain, server_hostname=host)
        self.phase = Phase.GREETING
        return plain
