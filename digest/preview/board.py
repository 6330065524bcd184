"""What is shown now: the last good build, and what was wrong with a later one.

The builder tells, the server's threads ask or wait. Each build has a mark, and so has what is shown
where there is none, so that a page knows whether it is still the one to show; marks of one process
are never those of another.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass

from digest.errors import DigestError
from digest.preview.building import Build


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One state of the board. `turn` counts them; pages are shown again where `mark` is another."""

    turn: int = 0
    mark: str = ""
    build: Build | None = None
    error: DigestError | None = None


class Board:
    """What is shown now. Any thread may ask or tell."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._run = secrets.token_hex(4)
        self._shown = Shown(mark=f"{self._run}-0")

    @property
    def shown(self) -> Shown:
        """What is shown now."""
        return self._shown

    def show(self, build: Build) -> None:
        """Show a build; what was wrong is mended."""
        with self._changed:
            turn = self._shown.turn + 1
            self._shown = Shown(turn=turn, mark=f"{self._run}-{turn}", build=build)
            self._changed.notify_all()

    def tell(self, error: DigestError) -> None:
        """Tell what is wrong; the last good build stays."""
        with self._changed:
            last, turn = self._shown, self._shown.turn + 1
            mark = last.mark if last.build else f"{self._run}-{turn}"
            self._shown = Shown(turn=turn, mark=mark, build=last.build, error=error)
            self._changed.notify_all()

    def wait(self, turn: int, seconds: float) -> Shown:
        """Return what is shown once that is later than a turn, or after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._shown.turn > turn, seconds)
            return self._shown
