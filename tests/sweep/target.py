"""What the sweep kills: one run of `digest deliver`, at a time that is given.

python -m tests.sweep.target FOLDER AT [--resolve]
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from digest.cli import mailing
from digest.cli.newsletter import Newsletter
from digest.errors import DigestError
from digest.settings import load


class Frozen(Newsletter):
    """A newsletter whose clock stands still."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def main(folder: str, at: str) -> int:
    letter = Frozen(Path(folder), load(Path(folder)))
    letter.at = datetime.fromisoformat(at)
    try:
        told = mailing.send(letter, mailing.Ask())
    except DigestError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return error.exit_code
    mailing.tell(told, as_json=True)
    return told.exit_code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
