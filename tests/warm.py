"""`digest` in processes of their own that need not start Python anew. No tests here.

One process has loaded the program and forks for each command: what runs has its own arguments,
environment, folder, streams and exit code, as if it had been started, without the second that
loading takes. It knows nothing of the tests' process. test_cli and test_readme start Python too.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile

HERE = Path(__file__).resolve()
PATIENCE_SECONDS = 120


def digest(root: Path, *args: object, ok: int = 0, **env: str) -> str:
    """Run `digest` in a newsletter; return its stdout, and insist on its exit code."""
    settings = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120", **env}
    done = run("--dir", root, *args, env=settings)
    assert done.returncode == ok, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if ok not in (0, 3) else done.stdout


def run(
    *words: object,
    given: bytes = b"",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run `digest` with some words; return what it left with and what it wrote."""
    with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
        stdin.write(given)
        stdin.seek(0)
        args = ["digest", *map(str, words)]
        task = {"args": args, "env": dict(env or os.environ), "cwd": str(cwd or Path.cwd())}
        code = _server().ask(task, [each.fileno() for each in (stdin, stdout, stderr)])
        told = []
        for stream in (stdout, stderr):
            stream.seek(0)
            told.append(stream.read().decode("utf-8"))
    return subprocess.CompletedProcess(args, code, *told)


class _Server:
    """The process that has all loaded; it ends when this one does, as then nobody asks."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        self._ours.settimeout(PATIENCE_SECONDS)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, HERE, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        atexit.register(self._close)

    def _close(self) -> None:
        self._ours.close()
        self._process.wait()

    def ask(self, task: object, streams: list[int]) -> int:
        told = json.dumps(task).encode()
        socket.send_fds(self._ours, [struct.pack("!I", len(told))], streams)
        self._ours.sendall(told)
        try:
            code: int = struct.unpack("!i", _exactly(self._ours, 4))[0]
        except TimeoutError:
            os.killpg(self._process.pid, signal.SIGKILL)
            _server.cache_clear()
            raise
        return code


@cache
def _server() -> _Server:
    return _Server()


def _exactly(line: socket.socket, size: int) -> bytes:
    held = b""
    while len(held) < size:
        part = line.recv(size - len(held))
        if not part:
            raise EOFError
        held += part
    return held


# In the process that forks --------------------------------------------------------------------


def _serve(line: socket.socket) -> None:
    """Fork for each task; return in the process that is to do one."""
    while True:
        size, streams, _, _ = socket.recv_fds(line, 4, 3)
        if not size:
            os._exit(0)
        task = json.loads(_exactly(line, struct.unpack("!I", size)[0]))
        child = os.fork()
        if child == 0:
            line.close()
            _become(task, streams)
            return
        for stream in streams:
            os.close(stream)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        line.sendall(struct.pack("!i", code))


def _become(task: dict[str, object], streams: list[int]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(str(task["cwd"]))
    os.environ.clear()
    os.environ.update(task["env"])  # type: ignore[call-overload]
    sys.argv[:] = task["args"]  # type: ignore[call-overload]
    sys.path.pop(0)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _load() -> None:
    """Import all of the program: each command does so of the part that it needs."""
    import digest

    for module in pkgutil.walk_packages(digest.__path__, "digest."):
        if not module.name.startswith("digest.store.migrations") and "__main__" not in module.name:
            importlib.import_module(module.name)
    importlib.import_module("alembic.command")  # wanted by those that make a store
    gc.collect()
    gc.freeze()  # else each child looks through, and so copies, all that was loaded


if __name__ == "__main__":
    _load()
    _serve(socket.socket(fileno=int(sys.argv[1])))
    from digest.cli import main

    main()
