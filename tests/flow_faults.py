"""Runs of a newsletter in a process of their own, which dies or fails before a step of its choice.

A step is what changes a disk: a file opened for writing, linked, renamed, removed, synced, a folder
made or exchanged, a statement of the database that writes, and its COMMIT. The hooks stand in the
child alone; nothing of the program or of a library is replaced but `os.fsync`, which has no audit
event. No tests here.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import signal
import sqlite3
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flow import Letter
from sqlalchemy import Engine, event

from digest.errors import DigestError

WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "BEGIN IMMEDIATE")
NEVER = 10**9
OTHER_STEPS = {
    *("os.rename", "os.mkdir", "os.rmdir", "os.link", "os.truncate"),
    *("digest.exchange", "digest.flush"),
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What becomes of step `at`: the process is killed, or the step fails, once or for ever."""

    at: int = NEVER
    error: int = 0
    is_lasting: bool = False


NO_FAULT = Fault()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a child ended: killed, or with what it says of its steps and of the error it met."""

    is_killed: bool
    steps: tuple[str, ...] = ()
    error: str = ""
    hint: str = ""
    is_ours: bool = True
    trace: str = ""


def run_apart(do: Callable[[], Letter], fault: Fault = NO_FAULT) -> Outcome:
    """Make a newsletter and run it, in a child process that meets a fault."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            os.write(writing, json.dumps(_work(do, fault)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return Outcome(is_killed=True)
    values = json.loads(said)
    return Outcome(is_killed=False, **(values | {"steps": tuple(values["steps"])}))


def _work(do: Callable[[], Letter], fault: Fault) -> dict[str, Any]:
    gc.disable()  # a parent's leftovers are none of the child's steps
    steps = _Steps(fault)
    steps.install()
    try:
        letter = do()
        letter.run()
        steps.is_on = False
        letter.close()
    except DigestError as error:
        steps.is_on = False
        return {"steps": steps.names, "error": str(error), "hint": error.hint}
    except BaseException as error:
        steps.is_on = False
        trace = traceback.format_exc()
        return {"steps": steps.names, "error": repr(error), "is_ours": False, "trace": trace}
    return {"steps": steps.names}


class _Steps:
    """Counts the steps of this process, and lets one go wrong."""

    def __init__(self, fault: Fault) -> None:
        self.names: list[str] = []
        self.is_on = True
        self._fault = fault
        self._lock = threading.Lock()

    def install(self) -> None:
        sys.addaudithook(self._audit)
        sync = os.fsync

        def fsync(descriptor: int) -> None:
            self.take("fsync")
            sync(descriptor)

        os.fsync = fsync
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "commit", lambda _: self.take("COMMIT", is_database=True))

    def take(self, name: str, *, is_database: bool = False) -> None:
        """Count a step, and meet the fault where it is this one's turn."""
        if not self.is_on:
            return
        with self._lock:
            self.names.append(name)
            number = len(self.names)
            if number == self._fault.at and not self._fault.error:
                os.kill(os.getpid(), signal.SIGKILL)
        is_met = number == self._fault.at or (self._fault.is_lasting and number > self._fault.at)
        if is_met:
            raise (
                _database_error(self._fault.error)
                if is_database
                else OSError(self._fault.error, os.strerror(self._fault.error))
            )

    def _audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name == "open":
            path, _, flags = arguments
            if not isinstance(path, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                self.take("open")
        elif name == "os.remove":
            if os.path.lexists(arguments[0]):
                self.take(name)
        elif name in OTHER_STEPS:
            self.take(name)

    def _statement(self, _c: Any, _k: Any, statement: str, *_: Any) -> None:
        if statement.startswith(WRITES):
            self.take(statement[:40], is_database=True)


def _database_error(code: int) -> sqlite3.OperationalError:
    """Return the error that SQLite raises where the disk is full, or fails."""
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL if code == errno.ENOSPC else sqlite3.SQLITE_IOERR
    return error


def forget(path: Path) -> None:
    """Remove what SQLite leaves beside a database that nobody has open."""
    for ending in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).unlink()
