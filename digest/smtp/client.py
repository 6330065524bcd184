"""`smtplib`, told to say where it is, with replies and logins of our own.

Its own way of reading replies waits without end for a server that sends a byte now and then, and
takes half a line for a whole one. Its login sends no password beyond ASCII, and tries a wrong one
by each mechanism.
"""

from __future__ import annotations

import hmac
import re
import smtplib
import socket
import ssl
from base64 import b64decode, b64encode
from time import monotonic
from typing import Any

from digest.models import Phase
from digest.smtp.server import Server

Reply = tuple[int, bytes]

_CODE = re.compile(rb"[2-5]\d\d(?!\d)")
_LONGEST_LINE = 8192
_LONGEST_REPLY = 65_536
_MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")
_OTHER_MECHANISM = {504, 534}
"""Refusals of a mechanism (RFC 4954), not of a password: another one may do."""


class Client(smtplib.SMTP):
    """A connection up to the login; what it sends after that, `connection` says."""

    def __init__(self, server: Server, context: ssl.SSLContext | None) -> None:
        super().__init__(timeout=server.timeout_seconds, local_hostname=server.hello_name)
        self.phase = Phase.CONNECT
        self._server = server
        self._tls = context
        self._unread = b""
        self._waits: float | None = None  # what the socket was last told

    @property
    def has_unread(self) -> bool:
        """Whether the server has said more than it was asked."""
        return bool(self._unread)

    def begin(self) -> Reply:
        """Connect, greet, encrypt and log in as the server is set.

        Returns the last reply; one that is no 2xx is a refusal at `phase`. Raises what `smtplib`,
        `ssl` and `socket` raise.
        """
        server = self._server
        reply = self.connect(server.host, server.port)
        if reply[0] != 220:
            return reply
        reply = self._hello()
        if reply[0] == 250 and server.tls == "starttls":
            self.phase = Phase.TLS
            reply = self._encrypt()
            if reply[0] != 220:
                return reply
            reply = self._hello()
        if reply[0] == 250 and server.user:
            self.phase = Phase.LOGIN
            reply = self._log_in()
        return reply

    def send(self, s: Any) -> None:
        """Send all of it, within the time of a reply. `smtplib.SMTP` asks for it too."""
        sock = self._within(self._server.timeout_seconds)
        sock.sendall(s.encode("ascii") if isinstance(s, str) else s)

    def getreply(self) -> Reply:
        """Read a reply within the usual time. `smtplib.SMTP` asks for it too."""
        return self.reply_within(self._server.timeout_seconds)

    def reply_within(self, seconds: float) -> Reply:
        """Read one reply, which has to be whole in time; its code is -1 where it is none at all.

        Raises `TimeoutError`, other errors of the socket, and `SMTPServerDisconnected`.
        """
        until, left = monotonic() + seconds, seconds
        data, start, size, texts = self._unread, 0, 0, []
        self._unread = b""
        while True:
            end = data.find(b"\n", start)
            if end < 0:
                if len(data) - start > _LONGEST_LINE:
                    return -1, b"a line without end"
                data, start = data[start:] + self._receive(left), 0
                left = until - monotonic()
                continue
            line, start, size = data[start:end], end + 1, size + end - start
            if not _CODE.match(line) or len(line) > _LONGEST_LINE or size > _LONGEST_REPLY:
                return -1, line
            texts.append(line[4:].strip())
            if line[3:4] != b"-":
                self._unread = data[start:]
                return int(line[:3]), b"\n".join(texts)

    def _receive(self, seconds: float) -> bytes:
        """Wait so long at most for what comes next."""
        if seconds <= 0:
            raise TimeoutError
        received = self._within(seconds).recv(_LONGEST_LINE)
        if not received:
            raise smtplib.SMTPServerDisconnected
        return received

    def _within(self, seconds: float) -> socket.socket:
        """Return the socket, set to wait so long; to set it takes long where threads are many."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected
        if seconds != self._waits:
            self.sock.settimeout(seconds)
            self._waits = seconds
        return self.sock

    def _hello(self) -> Reply:
        self.phase = Phase.HELLO
        reply = self.ehlo()
        return self.helo() if 500 <= reply[0] < 600 else reply

    def _encrypt(self) -> Reply:
        """Do STARTTLS (RFC 3207); what was learned and said before it counts for nothing."""
        if not self.has_extn("starttls") or self._tls is None:
            raise smtplib.SMTPNotSupportedError
        reply = self.docmd("STARTTLS")
        if reply[0] == 220:
            if self._unread or self.sock is None:
                raise smtplib.SMTPException("more was said before the encryption than it may")
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._server.host)
            self._waits = None
            self.ehlo_resp = self.helo_resp = None
            self.esmtp_features, self.does_esmtp = {}, False
        return reply

    def _log_in(self) -> Reply:
        """Log in (RFC 4954) by the first mechanism that the server means."""
        offered = self.esmtp_features.get("auth", "").upper().split()
        known = [mechanism for mechanism in _MECHANISMS if mechanism in offered]
        if not known:
            raise smtplib.SMTPNotSupportedError
        reply: Reply = (-1, b"")
        for mechanism in known:
            reply = self._authenticate(mechanism)
            if reply[0] not in _OTHER_MECHANISM:
                break
        return reply

    def _authenticate(self, mechanism: str) -> Reply:
        """Try one mechanism: PLAIN (RFC 4616), LOGIN, CRAM-MD5 (RFC 2195)."""
        user, password = self._server.user.encode(), self._server.password.encode()
        if mechanism == "PLAIN":
            told = _base64(b"\0" + user + b"\0" + password)
            reply = self.docmd("AUTH PLAIN", told)
            return self.docmd(told) if reply[0] == 334 else reply
        reply = self.docmd("AUTH", mechanism)
        if reply[0] == 334 and mechanism == "LOGIN":
            reply = self.docmd(_base64(user))
            return self.docmd(_base64(password)) if reply[0] == 334 else reply
        if reply[0] == 334:
            proof = hmac.new(password, b64decode(reply[1], validate=True), "md5").hexdigest()
            reply = self.docmd(_base64(user + b" " + proof.encode()))
        return reply

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        """Connect; with implicit TLS also shake hands. `smtplib.SMTP` asks for it."""
        made = socket.create_connection((host, port), timeout)
        self.phase = Phase.GREETING  # it may be reset already: the next call would tell
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._server.tls == "implicit" and self._tls is not None:
            self.phase = Phase.TLS
            made = self._tls.wrap_socket(made, server_hostname=host)
            self.phase = Phase.GREETING
        return made


def _base64(told: bytes) -> str:
    return b64encode(told).decode()
