"""TLS and login, with a real server (aiosmtpd): verified always, and never silently given up."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from certificates import certify
from test_smtp import MAIL

from digest.models import Phase, Verdict
from digest.smtp.connection import Connection, Server


class Keeper:
    """Keeps what it takes."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.users: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope.content)
        return "250 kept"

    def authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, told: Any
    ) -> AuthResult:
        is_known = isinstance(told, LoginPassword) and told.password == b"secret"
        self.users.append(told.login)
        return AuthResult(success=is_known, handled=False)


class WithStartTls(Controller):
    """Offers STARTTLS, and login only after it."""

    def __init__(self, keeper: Keeper, context: ssl.SSLContext) -> None:
        super().__init__(keeper, hostname="localhost", port=free_port())
        self._context = context

    def factory(self) -> SMTP:
        return SMTP(
            self.handler,
            tls_context=self._context,
            authenticator=self.handler.authenticate,
            auth_required=True,
            auth_require_tls=True,
        )


def with_implicit_tls(keeper: Keeper, context: ssl.SSLContext) -> Controller:
    return Controller(keeper, hostname="localhost", port=free_port(), ssl_context=context)


WITH = {"starttls": WithStartTls, "implicit": with_implicit_tls}


def free_port() -> int:
    """Return a port that nobody listens at; aiosmtpd wants to be told one."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(controller: Controller) -> Iterator[int]:
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.mark.parametrize("password", ["secret", "wrong"])
def test_starttls_and_login(tmp_path: Path, password: str) -> None:
    authority, context = certify(tmp_path)
    keeper = Keeper()
    with serving(WithStartTls(keeper, context)) as port:
        server = Server(
            host="localhost", port=port, ca_file=str(authority), user="me", password=password
        )
        connection = Connection(server)
        failure = connection.open()
        if password == "wrong":
            assert failure is not None
            assert (failure.phase, failure.code) == (Phase.LOGIN, 535), failure.said
            return
        assert failure is None
        assert connection.send(MAIL).verdict is Verdict.TAKEN
        connection.close()
    assert keeper.mails == [MAIL.content]
    assert keeper.users == [b"me"]


def test_implicit_tls(tmp_path: Path) -> None:
    authority, context = certify(tmp_path)
    keeper = Keeper()
    with serving(
        Controller(keeper, hostname="localhost", port=free_port(), ssl_context=context)
    ) as port:
        server = Server(host="localhost", port=port, tls="implicit", ca_file=str(authority))
        connection = Connection(server)
        assert connection.open() is None
        assert connection.send(MAIL).verdict is Verdict.TAKEN
        connection.close()
    assert keeper.mails == [MAIL.content]


@pytest.mark.parametrize(
    ("name", "trusts"), [("localhost", False), ("other.example", True)], ids=["authority", "name"]
)
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_of_another_is_refused(
    tmp_path: Path, name: str, trusts: bool, tls: Any
) -> None:
    authority, context = certify(tmp_path, name)
    keeper = Keeper()
    with serving(WITH[tls](keeper, context)) as port:
        ca_file = str(authority) if trusts else ""
        connection = Connection(Server(host="localhost", port=port, tls=tls, ca_file=ca_file))
        failure = connection.open()
        assert failure is not None
        assert (failure.verdict, failure.phase) == (Verdict.UNTAKEN, Phase.TLS)
        assert "certificate" in failure.said
        assert not connection.is_open
    assert keeper.mails == []
