"""One POST over https: a name looked up once, a checked address, no redirect, a time for all.

    look the name up ─▶ check every address ─▶ connect to one ─▶ TLS for the name ─▶ send ─▶ answer

The connection goes to the very address that was checked, so that a name which leads elsewhere a
moment later (DNS rebinding) changes nothing. No proxy of the environment is asked. Whatever goes
wrong becomes an `Answer` without a code; none tells the address, which is a secret.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from digest.channels.addresses import is_allowed
from digest.channels.line import Line, within
from digest.models import Answer, Notice

Resolver = Callable[[str, int], list[str]]
"""Returns the IP addresses that a name leads to, for a port; raises `OSError` where to none."""

Dialer = Callable[[str, int, float], socket.socket]
"""Connects to an IP address and port within seconds; raises `OSError` where it cannot."""

_PORT = 443
_MOST_BYTES = 64 * 1024
_REFUSED = (
    "its name leads to an address that is private or of special use, so nothing was sent; "
    "for a server on your own network set: network = private"
)


def resolve(host: str, port: int) -> list[str]:
    """Look a name up; each address once, in the order the system prefers."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """Connect to an IP address."""
    return socket.create_connection((address, port), seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """Posts notices; one takes at most `seconds` in all, whatever the server does.

    `resolve`, `dial` and `context` are arguments for tests; the checks are not.
    """

    seconds: float = 20.0
    resolve: Resolver = resolve
    dial: Dialer = dial
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def post(self, notice: Notice) -> Answer:
        """Post once; what went wrong is told in the answer, nothing is raised for it."""
        deadline = time.monotonic() + self.seconds
        try:
            return self._post(notice, deadline)
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            return Answer(failure=_in_words(error, self.seconds))

    def _post(self, notice: Notice, deadline: float) -> Answer:
        parts = urlsplit(notice.url)
        if parts.scheme != "https" or not parts.hostname:
            return Answer(failure="its address does not begin with https://")
        host, port = parts.hostname, parts.port or _PORT
        addresses = within(deadline, lambda: self.resolve(host, port))
        if not addresses:
            return Answer(failure="its name leads nowhere")
        if not all(is_allowed(each, may_be_private=notice.may_be_private) for each in addresses):
            return Answer(failure=_REFUSED)
        with self._connected(addresses, port, deadline) as plain:
            plain.settimeout(_left(deadline))
            with self.context.wrap_socket(plain, server_hostname=host) as secured:
                return _exchange(Line(secured, deadline, _MOST_BYTES), parts, notice)

    def _connected(self, addresses: list[str], port: int, deadline: float) -> socket.socket:
        """Connect to the first address that answers; each has its share of the time."""
        *others, last = addresses
        for count, address in enumerate(others):
            with suppress(OSError):
                return self.dial(address, port, _left(deadline) / (len(addresses) - count))
        return self.dial(last, port, _left(deadline))


class _Connection(http.client.HTTPConnection):
    """HTTP over a line that stands already."""

    default_port = _PORT

    def __init__(self, parts: SplitResult, line: Line) -> None:
        super().__init__(parts.hostname or "", parts.port or _PORT)  # else "::1" has port 1
        self.sock = line  # it has what http.client asks of a socket


def _exchange(line: Line, parts: SplitResult, notice: Notice) -> Answer:
    connection = _Connection(parts, line)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "digest"}
    headers |= {"Connection": "close", **dict(notice.headers)}
    with suppress(BrokenPipeError, ConnectionResetError):  # refused before it was read: says why
        connection.request("POST", target, notice.body, headers)
    response = connection.getresponse()
    is_taken = 200 <= response.status < 300
    return Answer(
        code=response.status,
        retry_after=response.headers.get("Retry-After", ""),
        body=b"" if is_taken else _body(response),
    )


def _body(response: http.client.HTTPResponse) -> bytes:
    """Return what can be read of an answer; its status counts, whatever becomes of the rest."""
    body = bytearray()
    with suppress(OSError, http.client.HTTPException):
        while piece := response.read1(4096):
            body += piece
    return bytes(body)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _in_words(error: Exception, seconds: float) -> str:
    """Say what went wrong without a name, an address or a path."""
    match error:
        case TimeoutError():
            said = f"there was no answer within {seconds:g} seconds"
        case socket.gaierror():
            said = f"its name cannot be looked up: {error.strerror or 'no such name'}"
        case ssl.SSLCertVerificationError():
            said = f"its certificate is not trusted: {error.verify_message.partition(',')[0]}"
        case ssl.SSLError():
            said = f"TLS failed: {error.reason or 'no reason given'}"
        case http.client.RemoteDisconnected():
            said = "the connection was closed without an answer"
        case OSError():
            said = f"the connection failed: {error.strerror or type(error).__name__}"
        case UnicodeError():
            said = "its name is no name of the internet"
        case _:
            said = f"what answers does not speak HTTP ({type(error).__name__})"
    return said
