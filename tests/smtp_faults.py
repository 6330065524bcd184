"""A mail server whose every answer is told by a script; and what it saw.

A script maps a step to what happens there: a reply, or one of the faults below. A step that the
script does not name is answered as a good server would. No tests here.

`told`, where one is given, is called at each step before it is answered, with the step's name and
the line that came: `greeting`, `ehlo`, `mail`, `rcpt`, `data`, `end` (a whole mail came), `quit`.

`auth` may hold several replies with `|` between, for the lines of a login in turn. `content` is
what happens when the first bytes of a mail have come; then the connection is closed.
"""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

DROP, HANG, GARBAGE, KEEP_AND_DROP = "drop", "hang", "\0\xff nonsense", "keep and drop"
DRIP = "drip"
"""A byte now and then, and never a whole reply."""

LATE, BYTEWISE, CUT = "late:", "bytewise:", "cut:"
"""Before a reply: it comes after a while; byte by byte; as it stands, and then no more."""

WHILE_SECONDS = 0.7
GOOD = {
    "greeting": "220 here",
    "ehlo": "250-here\r\n250-PIPELINING\r\n250 SIZE 1000000",
    "mail": "250 2.1.0 ok",
    "rcpt": "250 2.1.5 ok",
    "data": "354 go on",
    "end": "250 2.0.0 kept",
    "rset": "250 ok",
    "quit": "221 bye",
}
PLAIN = {"ehlo": "250 here"}

Told = Callable[[str, str], None]
"""What is told of each step: its name, and the line that came."""


@dataclass(slots=True)
class Seen:
    """What came to the server: commands in order, mails that it keeps, connections."""

    commands: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)


class _Session(socketserver.StreamRequestHandler):
    script: Mapping[str, str]
    seen: Seen
    context: ssl.SSLContext | None
    told: Told
    disable_nagle_algorithm = True

    def setup(self) -> None:
        if self.context is not None:
            self.request = self.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        if self.context is not None:
            self.request.close()

    def handle(self) -> None:
        self.seen.connections += 1
        self.agreed: set[str] = set()
        try:
            self.told("greeting", "")
            if self._answer("greeting"):
                while self._command():
                    pass
        except OSError:
            pass

    def _command(self) -> bool:
        """Read a command and answer it; without MAIL no RCPT, without RCPT no DATA, unless lax."""
        line = self.rfile.readline()
        if not line:
            return False
        said = line.decode("utf-8", "replace").rstrip("\r\n")
        self.seen.commands.append(said)
        step = said.split(" ")[0].split(":")[0].lower()
        self.told(step, said)
        needs = {"rcpt": "mail", "data": "rcpt"}.get(step)
        if needs and needs not in self.agreed and "lax" not in self.script:
            self.wfile.write(b"503 5.5.1 out of order\r\n")
            return True
        if step == "data":
            self.agreed.clear()
            return self._data()
        if step == "auth":
            return self._auth()
        if self._meant(step).startswith("2"):
            self.agreed.add(step)
        if step == "rset":
            self.agreed.clear()
        return self._answer(step) and step != "quit"

    def _auth(self) -> bool:
        first, *others = self.script.get("auth", "235 2.7.0 welcome").split("|")
        if not self._write(first):
            return False
        for reply in others:
            line = self.rfile.readline()
            self.seen.commands.append(line.decode().rstrip("\r\n"))
            if not line or not self._write(reply):
                return False
        return True

    def _data(self) -> bool:
        if self._meant("data")[:3] != "354":
            return self._answer("data")
        if "content" in self.script:
            self._answer("data")
            self.rfile.read(100)
            self._answer("content")
            return False
        if not self._answer("data"):
            return False
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if not line:
            return False
        self.told("end", "")
        end = self._meant("end")
        if end.startswith("2") or end == KEEP_AND_DROP:
            self.seen.mails.append(b"".join(lines))
        return self._answer("end")

    def _meant(self, step: str) -> str:
        """Return a step's reply, however it comes."""
        reply = self.script.get(step, GOOD.get(step, "5"))
        return reply.removeprefix(LATE).removeprefix(BYTEWISE)

    def _answer(self, step: str) -> bool:
        return self._write(self.script.get(step) or GOOD.get(step, "502 5.5.1 not here"))

    def _write(self, reply: str) -> bool:
        """Do what a script says; tell whether the connection goes on."""
        if reply == HANG:
            self.seen.over.wait(20)
            return False
        if reply in (DROP, KEEP_AND_DROP):
            linger = b"\1\0\0\0\0\0\0\0"  # closed by a reset, as a crash would
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return False
        if reply == DRIP:
            while not self.seen.over.wait(0.05):
                self.wfile.write(b"2")
            return False
        if reply.startswith(CUT):
            self.wfile.write(reply.removeprefix(CUT).encode("latin-1"))
            return False
        if reply.startswith(LATE):
            self.seen.over.wait(WHILE_SECONDS)
            reply = reply.removeprefix(LATE)
        line = reply.removeprefix(BYTEWISE).encode("latin-1") + b"\r\n"
        size = 1 if reply.startswith(BYTEWISE) else len(line)
        for start in range(0, len(line), size):
            self.wfile.write(line[start : start + size])
        return True


def _tell_nobody(step: str, line: str) -> None:
    """The usual: nobody is told of steps."""


@contextmanager
def serving(
    script: Mapping[str, str],
    context: ssl.SSLContext | None = None,
    told: Told = _tell_nobody,
) -> Iterator[tuple[int, Seen]]:
    """Serve by a script, with TLS from the first byte if a context is given; tell what is seen."""
    seen = Seen()
    own = {"script": script, "seen": seen, "context": context, "told": staticmethod(told)}
    handler = type("Scripted", (_Session,), own)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1], seen
        finally:
            seen.over.set()
            server.shutdown()
            thread.join()
