"""`digest dev-smtp`: a mail server on this machine that takes every mail, shows it, and keeps it.

Nothing leaves the machine: it listens on 127.0.0.1 alone, and passes no mail on.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.context import AsJson

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
_NAME = "[0-9]" * 6 + ".eml"
_LONGEST_LINE = 1_000_000
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")

Port = Annotated[int, typer.Option(min=0, max=65_535, help="Where it listens; 0: any free port.")]
Folder = Annotated[Path, typer.Option(help="Where each mail is kept, as it came (.eml).")]


def dev_smtp(port: Port = 1025, folder: Folder = Path("caught"), as_json: AsJson = False) -> None:
    """Catch mail on this machine and show it, until Ctrl-C; nothing is sent on (docs/smtp.md)."""
    from digest.errors import OutputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"mails cannot be kept there: {error.strerror}"
        raise OutputError(what, at=str(folder), hint="name another with --folder") from error
    asyncio.run(_serve(port, folder, as_json))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """A mail that came: whom it was for, what its head says, where it is kept."""

    to: tuple[str, ...]
    subject: str
    size_bytes: int
    can_unsubscribe: bool
    file: Path


class Catcher:
    """Keeps each mail in a file of its own, numbered on from those that are there, and tells it."""

    def __init__(self, folder: Path, *, as_json: bool) -> None:
        self._folder = folder
        self._as_json = as_json
        self._last = max((int(file.stem) for file in folder.glob(_NAME)), default=0)

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep a mail; refuse it for now where the folder cannot take it."""
        content = envelope.content or b""
        mail = content.encode() if isinstance(content, str) else content
        try:
            file = self._keep(mail)
        except OSError as error:
            print(f"a mail could not be kept: {error}", file=sys.stderr, flush=True)
            return "452 4.3.1 it could not be kept"
        _tell(_caught(mail, tuple(envelope.rcpt_tos), file), as_json=self._as_json)
        return "250 2.0.0 caught"

    def _keep(self, mail: bytes) -> Path:
        """Write a mail to the next file; what another catcher has taken is passed over."""
        while True:
            self._last += 1
            file = self._folder / f"{self._last:06}.eml"
            with contextlib.suppress(FileExistsError), file.open("xb") as opened:
                opened.write(mail)
                return file


def _caught(mail: bytes, to: tuple[str, ...], file: Path) -> Caught:
    from email.parser import BytesHeaderParser
    from email.policy import compat32

    from digest.mail import parts
    from digest.text import hygiene

    told = parts.shortened(_END_OF_HEAD.split(mail, 1)[0])
    head = BytesHeaderParser(policy=compat32).parsebytes(told)
    return Caught(
        to=tuple(map(hygiene.clean, to)),
        subject=hygiene.clean(parts.subject(head)),
        size_bytes=len(mail),
        can_unsubscribe="List-Unsubscribe" in head,
        file=file,
    )


def _tell(caught: Caught, *, as_json: bool) -> None:
    if as_json:
        _line(
            {
                "to": list(caught.to),
                "subject": caught.subject,
                "size_bytes": caught.size_bytes,
                "list_unsubscribe": caught.can_unsubscribe,
                "file": str(caught.file),
            }
        )
        return
    way_out = "List-Unsubscribe" if caught.can_unsubscribe else "no List-Unsubscribe"
    what = f"{', '.join(caught.to)}: {caught.subject or '(no subject)'}"
    _say(f"{what} ({caught.size_bytes} bytes, {way_out}) → {caught.file}")


async def _serve(port: int, folder: Path, as_json: bool) -> None:
    """Listen until SIGINT or SIGTERM."""
    from aiosmtpd.smtp import SMTP

    from digest.errors import UsageError

    class Server(SMTP):
        """Takes lines of any length: what would be refused elsewhere is to be seen here."""

        line_length_limit = _LONGEST_LINE

    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    catcher = Catcher(folder, as_json=as_json)
    settings: dict[str, Any] = {"hostname": "localhost", "ident": "digest dev-smtp"}
    try:
        server = await loop.create_server(
            lambda: Server(catcher, enable_SMTPUTF8=True, loop=loop, **settings), HOST, port
        )
    except OSError as error:
        what = f"port {port} cannot be had: {error.strerror}"
        raise UsageError(
            what, at=HOST, hint="name another with --port; 0 takes a free one"
        ) from error
    async with server:
        _open_up(server.sockets[0].getsockname()[1], folder, as_json=as_json)
        await stop.wait()
    if not as_json:
        _say("ended cleanly")


def _open_up(port: int, folder: Path, *, as_json: bool) -> None:
    """Say where it listens, and what to set so that mail comes here."""
    if as_json:
        _line({"host": "localhost", "port": port, "tls": "none", "folder": str(folder)})
        return
    _say(f"Catching mail in {folder}; Ctrl-C ends it. Set in digest.toml:")
    _say(f'\n[smtp]\nhost = "localhost"\nport = {port}\ntls = "none"\n')


def _line(value: dict[str, object]) -> None:
    """Print JSON on one line, now: more will follow."""
    text = json.dumps(value, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def _say(text: str) -> None:
    """Print it now, also into a pipe."""
    from digest.cli.words import say

    say(text)
    sys.stdout.flush()
