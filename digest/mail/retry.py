"""When a mail that was refused for now is tried again: later each time, not all at once.

RFC 5321, 4.5.4.1: at least half an hour as a rule, for four to five days. A list's first attempts
are closer together, for greylisting servers take a mail after five to ten minutes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

FIRST = timedelta(minutes=5)
LONGEST = timedelta(hours=4)
GIVEN_UP_AFTER = timedelta(days=5)
_SPREAD = 0.25


def next_attempt(
    planned_at: datetime, attempts: int, now: datetime, spread: float
) -> datetime | None:
    """Return when to try again after so many attempts; None where it is given up.

    `spread`, from 0 to 1, moves the delay by up to a quarter either way, so that mails refused at
    one time do not come back at one time.
    """
    if now - planned_at >= GIVEN_UP_AFTER:
        return None
    doubled: int = 2 ** min(max(attempts - 1, 0), 16)
    delay = min(FIRST * doubled, LONGEST)
    return now + delay * (1 + _SPREAD * (2 * spread - 1))


def own_number(edition: str, whom: int | str, attempts: int) -> float:
    """Return a number from 0 to 1, each attempt's own: by which its delay is spread."""
    return crc32(f"{edition} {whom} {attempts}".encode()) / 0xFFFFFFFF
