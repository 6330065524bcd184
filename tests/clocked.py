"""A newsletter in a process of its own, whose clock the test moves: `digest deliver` or `watch`.

python -m tests.clocked FOLDER CLOCK COMMAND

The file CLOCK holds how many seconds its clock is ahead of the machine's. No tests here.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

from digest.cli import logs, mailing, stay
from digest.cli.newsletter import Newsletter
from digest.errors import DigestError
from digest.settings import load


class Clocked(Newsletter):
    """A newsletter whose clock is ahead by what stands in a file."""

    file: Path

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=float(self.file.read_text()))


def main(folder: str, clock: str, command: str) -> int:
    letter = Clocked(Path(folder), load(Path(folder)))
    letter.file = Path(clock)
    logs.set_up("text", "info")
    if command == "watch":
        stay.watch(letter)
        return 0
    try:
        told = mailing.send(letter, mailing.Ask())
    except DigestError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return error.exit_code
    mailing.tell(told, as_json=True)
    return told.exit_code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
