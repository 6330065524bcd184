"""What the sweep kills: one run of `digest deliver`, at a time that is given.

python -m tests.sweep.target FOLDER AT

Without strace, SWEEP_KILL_AT and SWEEP_LOG of the environment say what `hooks` are to do.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

from digest.cli import mailing
from digest.cli.newsletter import Newsletter
from digest.errors import DigestError
from digest.settings import load
from tests.sweep import hooks


class Frozen(Newsletter):
    """A newsletter whose clock stands still."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def main(folder: str, at: str) -> int:
    letter = Frozen(Path(folder), load(Path(folder)))
    letter.at = datetime.fromisoformat(at)
    kill_at, log = int(os.environ.get("SWEEP_KILL_AT", "0")), os.environ.get("SWEEP_LOG", "")
    if kill_at or log:
        hooks.watch(kill_at, log)
    try:
        told = mailing.send(letter, mailing.Ask())
    except DigestError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return error.exit_code
    mailing.tell(told, as_json=True)
    return told.exit_code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
